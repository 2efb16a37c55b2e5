"""A phone with Sensor Logger as a sensor, through an MQTT broker.

In the app: Settings, Data Streaming, MQTT on, with the broker's address and WebSocket port (the app
supports no other), the topic below, and the shortest batch period. This side connects with the
MQTT sink's options. It is meant for a network where the phone reaches the broker but not this
machine; otherwise ``sensor_logger`` works without a broker. Messages, decoder and delay are the
same. Not tried with a phone yet; tested with a broker and messages from the app's documentation.

Anybody who may publish to the topic counts as the phone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from msgspec import Meta

from cued.config import Site
from cued.model import LinkLost
from cued.parts import Part
from cued.sinks import _mqtt_client as mqtt
from cued.sinks._mqtt_config import Access
from cued.sources._phone import pass_on, phone_options
from cued.sources.source import Emit, Source


class Config(Access, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of Sensor Logger over MQTT."""

    topic: Annotated[
        str, Meta(pattern="^[^+#]+$", description="Topic that the app publishes to.")
    ] = "sensor-logger"
    sensor: Annotated[str, Meta(description="NAME of its [sensors.NAME] table.")] = "phone"


class SensorLoggerMqtt(Source):
    """The source."""

    def __init__(self, config: Config, site: Site) -> None:
        self._config = config
        self._options = phone_options(site, config.sensor, "sensor_logger_mqtt")
        self._own = f"cued-phone-{site.station}"
        self._proof = mqtt.proof(config, "[sources.sensor_logger_mqtt]")

    async def run(self, emit: Emit, up: Callable[[], None]) -> None:
        """Listen; raise LinkLost when the broker or the phone is gone."""
        client = mqtt.make_client(self._config, self._own, self._proof)
        config = self._config
        try:
            async with client:
                await client.subscribe(config.topic)
                messages = client.messages

                async def body() -> bytes:
                    return (await anext(messages)).payload

                await pass_on(body, self._options, config.sensor, emit, up)
        except mqtt.MqttError as error:
            raise LinkLost(f"MQTT broker {config.host}: {error}") from None


PART = Part(Config, SensorLoggerMqtt)
