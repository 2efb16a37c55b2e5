"""The phone sources' shared parts: which sensor is the phone, and what its messages become."""

from __future__ import annotations

import asyncio
import logging

import pytest

from cued.config import Sensor, Site
from cued.devices.phone import Config
from cued.model import ConfigError, LinkChanged, LinkLost, Notification, Packet
from cued.sources import _phone, phyphox
from cued.sources._phone import LARGE, pass_on, phone_options
from tests.helpers.phones import START, message


def test_a_phone_source_without_its_sensor_is_a_configuration_error():
    with pytest.raises(ConfigError, match=r"sensors\.phone"):
        phyphox.Phyphox(phyphox.Config(host="127.0.0.1"), Site())


def test_the_phones_sensor_has_its_options_and_no_other_device():
    turning = Sensor(device="phone", placement="waist", options={"gyroscope": True})
    assert phone_options(Site(sensors={"p": turning}), "p", "phyphox") == Config(gyroscope=True)
    other = Site(sensors={"p": Sensor(device="pod", placement="waist")})
    with pytest.raises(ConfigError, match=r"sources\.phyphox.*sensors\.p"):
        phone_options(other, "p", "phyphox")


async def passed_on(bodies: list[bytes], monkeypatch: pytest.MonkeyPatch) -> tuple[list, int]:
    """Pass these messages on, then fall silent; return what was emitted and how often up."""
    monkeypatch.setattr(_phone, "SILENT_S", 0.01)
    waiting: asyncio.Queue[bytes] = asyncio.Queue()
    for body in bodies:
        waiting.put_nowait(body)
    items, ups = [], []
    with pytest.raises(LinkLost, match="nothing any more"):
        await pass_on(waiting.get, Config(), "phone", items.append, lambda: ups.append(1))
    return items, len(ups)


def walk(n: int) -> bytes:
    return message(START, n, totalacceleration=lambda _: {"x": 0, "y": 0, "z": 9.81})


async def test_messages_that_do_not_decode_are_warned_of_once(monkeypatch, caplog):
    with caplog.at_level(logging.WARNING, "cued.phone"):
        items, ups = await passed_on([b"no json", b"nor this", walk(30)], monkeypatch)
    assert [type(item) for item in items] == [LinkChanged, Notification]
    assert items[0].connected
    (packet,) = items[1].inputs
    assert len(packet.acc) == 30
    assert (items[1].data, ups, len(caplog.records)) == (walk(30), 1, 1)


async def test_a_large_message_is_decoded_like_a_small_one(monkeypatch):
    data = walk(1200)
    assert len(data) > LARGE
    items, _ = await passed_on([data], monkeypatch)
    (packet,) = items[1].inputs
    assert isinstance(packet, Packet)
    assert len(packet.acc) == 1200
