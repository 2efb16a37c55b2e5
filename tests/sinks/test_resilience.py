"""A broker that is away, dies, freezes or flaps: coaching continues in bounded memory."""

from __future__ import annotations

import asyncio
import logging
import signal
import tracemalloc
from pathlib import Path

import pytest

from cued.model import Cue, Footfall, Measurement, Stride, Stumble, Summary
from cued.runtime.supervise import until
from cued.sinks import _mqtt_client as client
from cued.sinks import mqtt
from cued.sinks.mqtt import Config, Mqtt
from tests.helpers.brokers import Start
from tests.helpers.far_end import Daemon, running, site, watching
from tests.helpers.world import Mosquitto, free_port

pytestmark = pytest.mark.alone

DAY_S = 24 * 3600


def summary(strides: int) -> Summary:
    return Summary(
        t=9.0, started_t=0.0, duration_s=9.0, strides=strides, backward_s=3.0, cues=1, stumbles=1
    )


async def at_once(_wait_s: float) -> None:
    await asyncio.sleep(0.01)


async def test_a_late_broker_gets_what_has_waited(mosquitto: Start, tmp_path: Path) -> None:
    broker = mosquitto()
    async with running(broker.config(), tmp_path, sleep=at_once) as sink:
        sink.take(Stumble(t=1.0, score=1.5))
        sink.take(summary(7))
        broker.start()
        async with watching(broker.port) as far:
            assert (await far.wait_for("test/session"))["strides"] == 7
            assert await far.wait_for("test/availability") == "online"


async def test_a_broker_killed_in_the_middle_is_reconnected(
    mosquitto: Start, tmp_path: Path
) -> None:
    first = mosquitto()
    first.start()
    async with running(first.config(), tmp_path, sleep=at_once) as sink:
        async with watching(first.port) as far:
            await far.wait_for("test/state")
            first.kill()
        sink.take(Stumble(t=5.0, score=2.0))
        sink.take(summary(8))
        second = mosquitto(port=first.port)
        second.start()
        async with watching(second.port) as far:
            await far.wait_for("test/session")
            await far.wait_for("test/state")
            await far.client.publish("cued/test/command", b'{"command": "pause"}')
            assert (await far.wait_for("test/command/result"))["ok"]


async def test_a_summary_nobody_took_is_sent_by_the_next_run(
    mosquitto: Start, tmp_path: Path
) -> None:
    broker = mosquitto()
    config = broker.config()
    async with running(config, tmp_path) as sink:
        sink.take(summary(11))
    broker.start()
    async with watching(broker.port) as far, running(config, tmp_path):
        assert (await far.wait_for("test/session"))["strides"] == 11
    assert not list((tmp_path / "state" / "mqtt").iterdir())


async def test_a_frozen_broker_holds_up_neither_events_nor_leaving(
    broker: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ANSWER_S", 0.2)
    loop = asyncio.get_running_loop()
    async with (
        watching(broker.port) as far,
        running(broker.config(), tmp_path) as sink,
    ):
        await far.wait_for("test/state")
        broker.process.send_signal(signal.SIGSTOP)
        started = loop.time()
        for n in range(2000):
            sink.take(Stumble(t=float(n), score=2.0))
        assert loop.time() - started < 0.5  # taking never blocks: 0.02 ms each, not 2 s
        left = loop.time()
    assert loop.time() - left < 2 * mqtt.FLUSH_S + 1.0
    broker.process.send_signal(signal.SIGCONT)


async def test_a_day_without_a_broker_costs_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "QUEUE", 200)
    now = 0.0
    daemon = Daemon()
    config = Config(host="127.0.0.1", port=free_port())
    async with Mqtt(config, site(tmp_path), daemon.ask, clock=lambda: now) as sink:
        daemon.sink = sink
        tracemalloc.start()
        sizes: list[int] = []
        for n in range(DAY_S // 2):  # a stride every two seconds, a cue every ten
            now = 2.0 * n
            sink.take(Footfall(t=now, side="left", sensor="back"))
            sink.take(Stride(t=now, side="left", duration_s=2, length_m=None, speed_m_s=None))
            sink.take(Measurement(t=now, name="cadence_spm", value=60.0, unit="spm", strides=4))
            if n % 5 == 0:
                sink.take(
                    Cue(t=now, key="k", text="x", pattern="notice", priority=1, verdict="given")
                )
            if n in (3600, DAY_S // 2 - 1):
                sizes.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        assert sizes[1] - sizes[0] < 100_000  # after two hours and after a day: the same
        assert sink.dropped == DAY_S // 10 - 200
    assert sink.dropped == DAY_S // 10  # the rest was not fetched either, and that is logged


async def test_retries_become_rarer_and_only_the_first_failure_is_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now, waits = 0.0, []
    enough = asyncio.Event()

    async def sleep(wait_s: float) -> None:
        nonlocal now
        now += wait_s
        waits.append(wait_s)
        if now > DAY_S:
            enough.set()
            await asyncio.Event().wait()

    caplog.set_level(logging.DEBUG, "cued")
    config = Config(host="127.0.0.1", port=free_port())
    given = {"clock": lambda: now, "sleep": sleep, "chance": lambda: 0.5}
    async with running(config, tmp_path, **given):
        await enough.wait()
    assert waits[:4] == [0.5, 1.0, 2.0, 4.0]
    assert max(waits) == mqtt.LONGEST_S
    assert len(waits) < 1500  # in a day
    refused = [r.levelname for r in caplog.records if "refused" in r.getMessage()]
    assert len(refused) > 1400
    assert set(refused[1:]) == {"DEBUG"}
    assert refused[0] == "WARNING"


async def test_each_reason_is_a_warning_once(
    mosquitto: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As at a start: the broker is not up yet, and then does not know us."""
    strict = mosquitto("listener PORT 127.0.0.1", "allow_anonymous false")
    tries = 0
    enough = asyncio.Event()

    async def sleep(_wait_s: float) -> None:
        nonlocal tries
        tries += 1
        if tries == 3:
            strict.start()
        if tries == 6:
            enough.set()
            await asyncio.Event().wait()

    async with running(strict.config(), tmp_path, sleep=sleep):
        async with asyncio.timeout(10):
            await enough.wait()
    said = [r.message for r in caplog.records if r.levelname == "WARNING"]
    assert len(said) == 2
    assert "refused" in said[0]
    assert "uthori" in said[1]


async def test_two_stations_of_one_name_do_not_disconnect_each_other_and_are_reported(
    broker: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = broker.config()
    async with watching(broker.port) as far, running(config, tmp_path / "a") as one:
        await far.wait_for("test/state")
        async with running(config, tmp_path / "b"):
            await far.wait_for("test/availability", lambda _: len(far.of("test/availability")) > 1)
            assert one.connected
        # The second has left and published so; the first corrects it.
        await far.wait_for("test/availability", lambda said: said == "offline")
        await far.wait_for(
            "test/availability", lambda _: far.of("test/availability")[-1] == "online"
        )
    assert "does a second station have this name?" in caplog.text


async def test_nobody_can_disconnect_the_station_by_its_name(
    broker: Mosquitto, tmp_path: Path
) -> None:
    async with watching(broker.port) as far, running(broker.config(), tmp_path):
        await far.wait_for("test/state")
        for name in ("cued-test", "cued/test", "test"):
            async with watching(broker.port, identifier=name) as guest:
                await guest.wait_for("test/availability")
        assert far.of("test/availability") == ["online"]


async def test_a_flapping_broker_is_not_flooded_with_attempts(
    mosquitto: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker that accepts and leaves at once is retried less and less often."""

    async def cut(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x20\x02\x00\x00")  # CONNACK, accepted
        await writer.drain()
        writer.close()

    monkeypatch.setattr(client, "ANSWER_S", 0.2)
    waits: list[float] = []
    enough = asyncio.Event()

    async def sleep(wait_s: float) -> None:
        waits.append(wait_s)
        if len(waits) == 6:
            enough.set()
            await asyncio.Event().wait()

    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        config = Config(host="127.0.0.1", port=port)
        async with running(config, tmp_path, sleep=sleep, chance=lambda: 0.5):
            async with asyncio.timeout(10):
                await enough.wait()
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0]


async def test_a_broker_that_never_answers_leaves_no_open_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ANSWER_S", 0.1)
    ended: list[asyncio.Task[bytes]] = []

    async def stare(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ended.append(asyncio.create_task(reader.read()))
        await ended[-1]
        writer.close()

    enough = asyncio.Event()

    async def sleep(_wait_s: float) -> None:
        if len(ended) >= 3:
            enough.set()
            await asyncio.Event().wait()

    server = await asyncio.start_server(stare, "127.0.0.1", 0)
    async with server:
        config = Config(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
        async with running(config, tmp_path, sleep=sleep):
            async with asyncio.timeout(20):
                await enough.wait()
            async with asyncio.timeout(5):
                await asyncio.gather(*ended)  # each connection was closed


async def test_a_message_that_cannot_be_read_ends_the_link() -> None:
    """Otherwise its socket stays readable, and the loop spins on it for ever."""

    async def garble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x20\x03\x00\x00\x00")  # CONNACK, accepted
        await reader.readuntil(b"hello")
        writer.write(b"\x30\x06\x00\x03a/+\x00")  # PUBLISH on a topic with a wildcard
        writer.close()

    server = await asyncio.start_server(garble, "127.0.0.1", 0)
    async with server:
        config = Config(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
        made = client.make_client(config, "one", client.proof(config), version=client.V5)
        async with made, asyncio.timeout(5):
            await made.publish("far", b"hello", 0)
            with pytest.raises(client.MqttError) as ended:
                await anext(made.messages)
    assert "Protocol error" in client.reason(ended.value)


async def test_a_refusal_of_the_broker_is_logged_once_and_a_summary_is_kept(
    mosquitto: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rules = tmp_path / "rules"
    rules.write_text("topic read #\ntopic write cued/test/state\n")
    broker = mosquitto("listener PORT 127.0.0.1", "allow_anonymous true", f"acl_file {rules}")
    broker.start()
    async with (
        watching(broker.port) as far,
        running(broker.config(discovery=False), tmp_path) as sink,
    ):
        sink.take(summary(7))
        await far.wait_for("test/state")
        await until(lambda: "test/session: Not authorized" in caplog.text, 5.0)
        assert sink.undelivered == 1
    assert caplog.text.count("test/availability: Not authorized") == 1
