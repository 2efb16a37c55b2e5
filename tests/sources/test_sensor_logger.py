"""Sensor Logger's posts over the loopback become packets."""

from __future__ import annotations

import asyncio
from functools import partial

import msgspec
import numpy as np
import pytest

from cued.model import LinkLost, Packet
from cued.sources import _phone, sensor_logger
from cued.sources.source import spread
from tests.helpers.phones import PHONE, START, message, post
from tests.helpers.until import until


async def test_sensor_loggers_posts_become_packets_and_silence_a_lost_link(monkeypatch):
    monkeypatch.setattr(_phone, "SILENT_S", 1.0)
    items = []
    source = sensor_logger.SensorLogger(sensor_logger.Config(port=0), PHONE)
    task = asyncio.create_task(source.run(lambda item: items.extend(spread(item)), lambda: None))
    await until(lambda: source.port)
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


def test_a_network_is_listened_to_with_a_token_only():
    convert = partial(msgspec.convert, type=sensor_logger.Config)
    with pytest.raises(msgspec.ValidationError, match="set token"):
        convert({"listen": "0.0.0.0"})
    with pytest.raises(msgspec.ValidationError):
        convert({"listen": "0.0.0.0", "token": "short"})
    assert convert({"listen": "0.0.0.0", "token": "longenough"}).token == "longenough"
