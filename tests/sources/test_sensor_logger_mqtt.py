"""A phone that publishes as Sensor Logger does, to a real broker over WebSocket."""

from __future__ import annotations

import asyncio
import os

import aiomqtt
import numpy as np
import pytest

from cued.config import Site
from cued.model import ConfigError, Input, LinkChanged, LinkLost, Packet
from cued.sources import _phone
from cued.sources.sensor_logger_mqtt import Config, SensorLoggerMqtt
from cued.sources.source import spread
from tests.helpers.phones import PHONE, START, message
from tests.helpers.until import until
from tests.helpers.world import Mosquitto, free_port


def at_rest(k: int) -> bytes:
    time = START + k * 300_000_000
    return message(time, 30, totalacceleration=lambda _: {"x": 0, "y": 0, "z": 9.81})


async def heard(broker: Mosquitto, items: list[Input], topic: str = "sensor-logger") -> None:
    """Publish a retained message, and wait until it was received."""
    async with aiomqtt.Client("127.0.0.1", broker.port) as phone:
        await phone.publish(topic, at_rest(0), retain=True)
        await until(lambda: items)


async def test_what_a_phone_publishes_becomes_packets_and_silence_a_lost_link(
    mosquitto, monkeypatch
):
    monkeypatch.setattr(_phone, "SILENT_S", 1.0)
    port = free_port()
    broker = mosquitto(
        "listener PORT 127.0.0.1",
        "allow_anonymous true",
        f"listener {port} 127.0.0.1",
        "protocol websockets",
        "allow_anonymous true",
    )
    broker.start()
    items = []
    source = SensorLoggerMqtt(Config(host="127.0.0.1", port=broker.port), PHONE)
    task = asyncio.create_task(source.run(lambda item: items.extend(spread(item)), lambda: None))
    ws = {"transport": "websockets", "websocket_path": "/mqtt"}
    async with aiomqtt.Client("127.0.0.1", port, **ws) as phone:
        await heard(broker, items)
        await phone.publish("sensor-logger", b"no json")
        for k in range(1, 4):
            await phone.publish("sensor-logger", at_rest(k))
        with pytest.raises(LinkLost, match="nothing any more"):
            async with asyncio.timeout(5):
                await task
    assert isinstance(items[0], LinkChanged)
    ticks = np.concatenate([p.ticks for p in items if isinstance(p, Packet)])
    assert len(ticks) == 120
    assert np.diff(ticks) == pytest.approx(0.01)


async def test_a_broker_that_is_away_or_goes_away_is_a_lost_link(broker):
    source = SensorLoggerMqtt(Config(host="127.0.0.1", port=free_port()), PHONE)
    with pytest.raises(LinkLost, match=r"MQTT broker 127\.0\.0\.1"):
        async with asyncio.timeout(15):
            await source.run(lambda _item: None, lambda: None)
    source = SensorLoggerMqtt(Config(host="127.0.0.1", port=broker.port), PHONE)
    items = []
    task = asyncio.create_task(source.run(items.append, lambda: None))
    await heard(broker, items)
    broker.kill()
    with pytest.raises(LinkLost, match="MQTT broker"):
        async with asyncio.timeout(10):
            await task


async def test_it_logs_in_with_a_password_and_ends_when_cancelled(broker, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("open sesame\n")
    os.chmod(secret, 0o600)
    config = Config(
        host="127.0.0.1", port=broker.port, user="cued", password_file=str(secret), topic="gym/1"
    )
    items = []
    source = SensorLoggerMqtt(config, PHONE)
    task = asyncio.create_task(source.run(lambda item: items.extend(spread(item)), lambda: None))
    await heard(broker, items, "gym/1")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(5):
            await task


def test_conflicting_options_are_refused_at_once():
    with pytest.raises(ConfigError, match="there is no"):
        SensorLoggerMqtt(Config(), Site())
    with pytest.raises(ValueError, match="without user"):
        Config(password_file="somewhere")
    with pytest.raises(ValueError, match="without tls"):
        Config(ca="somewhere")


def test_a_bad_certificate_is_reported_with_its_section(tmp_path):
    ca = tmp_path / "ca.pem"
    ca.write_text("no certificate")
    with pytest.raises(ConfigError, match=r"^\[sources\.sensor_logger_mqtt\] ca: "):
        SensorLoggerMqtt(Config(tls=True, ca=str(ca)), PHONE)
