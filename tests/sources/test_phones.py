"""Phones as sensors: phyphox's server asked, Sensor Logger's posts taken, over the loopback."""

from __future__ import annotations

import asyncio
import contextlib
import json
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cued.config import Sensor, Site
from cued.devices.phone import PHYPHOX, SENSOR_LOGGER, Config, Phone
from cued.model import ConfigError, DecodeError, LinkChanged, LinkLost, Packet
from cued.sources import _phone, phyphox, sensor_logger
from cued.sources._http import get, posts
from cued.sources.source import spread
from tests.helpers.until import until

PHONE = Site(sensors={"phone": Sensor(device="phone", placement="waist")})


def buffers(session: str, **values) -> bytes:
    filled = {k: {"size": 0, "updateMode": "partial", "buffer": v} for k, v in values.items()}
    return json.dumps(
        {"buffer": filled, "status": {"session": session, "measuring": True}}
    ).encode()


def at(first: int, n: int, rate: float = 100.0) -> list[float]:
    return [(first + i) / rate for i in range(n)]


def acceleration(session: str, times: list[float]) -> bytes:
    return buffers(
        session, acc_time=times, accX=times, accY=[0.0] * len(times), accZ=[9.8] * len(times)
    )


def test_a_cleared_experiment_jumps_and_continues():
    phone = Phone(Config(), "phone")
    one = phone.receive(1.0, PHYPHOX, acceleration("a", at(0, 50)))
    two = phone.receive(1.5, PHYPHOX, acceleration("b", at(0, 50)))
    ticks = np.concatenate([p.ticks for p in [*one, *two]])
    assert np.all(np.diff(ticks) > 0)
    assert two[0].ticks[0] - one[-1].ticks[-1] > 60
    assert one[0].rate_hz == pytest.approx(100)
    assert one[0].acc[3] == pytest.approx([0.03, 0, 9.8])


def test_phyphox_acceleration_and_angular_rate_are_paired():
    phone = Phone(Config(gyroscope=True), "phone")
    out = []
    for k in range(6):
        acc, gyr = at(20 * k, 20), [t + 0.003 for t in at(20 * k, 20)]
        zero = [0.0] * 20
        data = buffers(
            "a", acc_time=acc, accX=acc, accY=zero, accZ=zero,
            gyr_time=gyr, gyrX=gyr, gyrY=zero, gyrZ=zero,
        )  # fmt: skip
        out += phone.receive(float(k), PHYPHOX, data)
    acc = np.concatenate([p.acc for p in out])
    gyr = np.concatenate([p.gyr for p in out])
    assert len(acc) > 60
    assert gyr[:, 0] == pytest.approx(acc[:, 0], abs=1e-9)


def message(start_ns: int, n: int, **sensors) -> bytes:
    rows = [
        {"name": name, "time": start_ns + i * 10_000_000, "values": make(i), "accuracy": 3}
        for name, make in sensors.items()
        for i in reversed(range(n))
    ]
    return json.dumps({"messageId": 1, "sessionId": "s", "payload": rows}).encode()


START = 1_698_501_144_401_773_000


def test_sensor_loggers_gravity_is_added_and_its_order_does_not_matter():
    phone = Phone(Config(), "phone")
    data = message(
        START,
        60,
        Accelerometer=lambda i: {"x": i * 0.01, "y": 0, "z": 0},
        gravity=lambda _: {"x": 0, "y": 0, "z": 9.81},
    )
    (packet,) = phone.receive(1.0, SENSOR_LOGGER, data)
    assert packet.acc[10] == pytest.approx([0.1, 0, 9.81])
    assert np.diff(packet.ticks) == pytest.approx(0.01)


def test_sensor_loggers_total_acceleration_is_taken_as_it_is():
    phone = Phone(Config(), "phone")
    data = message(START, 60, **{"Total Acceleration": lambda _: {"x": 0, "y": 0, "z": 9.81}})
    (packet,) = phone.receive(1.0, SENSOR_LOGGER, data)
    assert packet.acc[0] == pytest.approx([0, 0, 9.81])


NESTED = b'{"payload": ' + b"[" * 9000, b'{"buffer": ' + b'{"a": ' * 9000


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'{"payload": 3}', b'{"buffer": {"a": 1}}', b'{"a": "\xff"}', *NESTED],
)
@pytest.mark.parametrize("whose", [PHYPHOX, SENSOR_LOGGER])
def test_nonsense_is_a_decode_error_or_nothing(data, whose):
    try:
        assert Phone(Config(), "phone").receive(1.0, whose, data) == []
    except DecodeError:
        return


KEYS = (
    *("buffer", "status", "session", "acc_time", "accX", "accY", "accZ"),
    *("payload", "name", "time", "values", "x", "y", "z"),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(st.lists(json_values, max_size=4), st.sampled_from([PHYPHOX, SENSOR_LOGGER]))
@settings(max_examples=100, deadline=None)
def test_any_json_is_a_decode_error_or_packets(messages, whose):
    phone = Phone(Config(), "phone")
    for message_ in messages:
        with contextlib.suppress(DecodeError):
            for item in phone.receive(1.0, whose, json.dumps(message_).encode()):
                assert isinstance(item, Packet)


class PhyphoxServer:
    """As the app answers: /get with the values after those asked for."""

    def __init__(self) -> None:
        self.rate = 100.0
        self.start = asyncio.get_running_loop().time()
        self.asked: list[str] = []
        self.frozen = False

    async def serve(self, reader, writer) -> None:
        line = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
        self.asked.append(line)
        body = b'{"result":true}' if line.startswith("/control") else self._values(line)
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    def _values(self, line: str) -> bytes:
        query = parse_qs(urlsplit(line).query, keep_blank_values=True)
        now = int((asyncio.get_running_loop().time() - self.start) * self.rate)
        times = at(0, now, self.rate)
        if query["acc_time"] == [""]:
            return buffers("a", acc_time=times[-1:])
        after = float(query["acc_time"][0])
        assert unquote(query["accX"][0]) == f"{after!r}|acc_time"
        times = [] if self.frozen else [t for t in times if t > after]
        return acceleration("a", times)


async def test_phyphox_is_asked_only_for_new_values():
    phone = PhyphoxServer()
    await asyncio.sleep(0.05)
    server = await asyncio.start_server(phone.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    items = []
    async with server:
        config = phyphox.Config(host="127.0.0.1", port=port)
        source = phyphox.Phyphox(config, PHONE)
        task = asyncio.create_task(
            source.run(lambda item: items.extend(spread(item)), lambda: None)
        )
        await until(lambda: sum(p.ticks.size for p in items if isinstance(p, Packet)) > 60)
        phone.frozen = True
        with pytest.raises(LinkLost, match="measures nothing"):
            async with asyncio.timeout(6):
                await task
    ticks = np.concatenate([p.ticks for p in items if isinstance(p, Packet)])
    assert len(ticks) > 60
    assert np.diff(ticks) == pytest.approx(0.01)
    assert isinstance(items[0], LinkChanged)
    assert phone.asked[0] == "/control?cmd=start"


async def test_a_server_that_is_no_phyphox_is_a_lost_link():
    async def page(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>")
        writer.close()

    server = await asyncio.start_server(page, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        source = phyphox.Phyphox(phyphox.Config(host="127.0.0.1", port=port), PHONE)
        with pytest.raises(LinkLost, match="phyphox"):
            async with asyncio.timeout(5):
                await source.run(lambda _item: None, lambda: None)


async def test_a_missing_phone_is_a_lost_link():
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(LinkLost):
            await get("127.0.0.1", port, "/get")
    with pytest.raises(LinkLost):
        await get("127.0.0.1", port, "/get")


async def post(port: int, body: bytes, method: str = "POST", head: str = "") -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    length = head or f"Content-Length: {len(body)}"
    writer.write(f"{method} / HTTP/1.1\r\n{length}\r\n\r\n".encode() + body)
    await writer.drain()
    answer = await reader.readline()
    writer.close()
    return answer


async def test_sensor_loggers_posts_become_packets_and_silence_a_lost_link(monkeypatch):
    monkeypatch.setattr(_phone, "SILENT_S", 1.0)
    items = []
    source = sensor_logger.SensorLogger(sensor_logger.Config(port=0), PHONE)
    task = asyncio.create_task(source.run(lambda item: items.extend(spread(item)), lambda: None))
    await until(lambda: source.port)
    assert b"400" in await post(source.port, b"", head="Content-Length: x")
    assert b"405" in await post(source.port, b"", method="GET")
    assert b"200" in await post(source.port, b"no json")
    for k in range(4):
        data = message(
            START + k * 300_000_000, 30, totalacceleration=lambda _: {"x": 0, "y": 0, "z": 9.81}
        )
        assert b"200" in await post(source.port, data)
    with pytest.raises(LinkLost, match="nothing any more"):
        async with asyncio.timeout(3):
            await task
    ticks = np.concatenate([p.ticks for p in items if isinstance(p, Packet)])
    assert len(ticks) == 120
    assert np.diff(ticks) == pytest.approx(0.01)


async def test_chunked_bodies_are_joined():
    async with posts("127.0.0.1", 0) as (port, bodies):
        chunked = b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        assert b"200" in await post(port, chunked, head="Transfer-Encoding: chunked")
        assert bodies.get_nowait() == b"abcde"


def test_a_phone_source_without_its_sensor_is_a_configuration_error():
    with pytest.raises(ConfigError, match=r"sensors\.phone"):
        phyphox.Phyphox(phyphox.Config(host="127.0.0.1"), Site())
