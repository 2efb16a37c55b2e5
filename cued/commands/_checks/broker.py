"""Check of the MQTT broker: connect as the daemon does, and time a message to ourselves."""

from __future__ import annotations

import asyncio
import time

from cued.commands._checks.system import Check
from cued.config import Config, Site
from cued.model import ConfigError

WITHIN_S = 10.0  # chosen: a broker in the same network answers in a tenth of that
ADVICE = "is it running and reachable? are its name, user and password right? see docs/mqtt.md"


async def broker(config: Config, site: Site) -> Check:
    """Send a message and wait for it to come back."""
    chosen = config.part("sinks", "mqtt")
    if chosen is None:
        return Check("broker", "skipped", "[sinks.mqtt] is not in the configuration")
    from cued.sinks import _mqtt_client as mqtt  # noqa: PLC0415 (importing it takes its time)

    options: mqtt.Config = chosen
    try:
        proof = mqtt.proof(options)
    except ConfigError as error:
        # Only the service can read its credential.
        level = "warning" if options.credential else "failed"
        return Check("broker", level, str(error), "start the service and see journalctl -u cued")
    client = mqtt.make_client(options, f"cued-{site.station}-selftest", proof)
    topic = f"cued/{site.station}/selftest"
    try:
        async with asyncio.timeout(WITHIN_S), client:
            await client.subscribe(topic, qos=1)
            start = time.monotonic()
            await client.publish(topic, b"1", qos=1)
            await anext(aiter(client.messages))
            took = time.monotonic() - start
    except (mqtt.MqttError, TimeoutError) as error:
        return Check("broker", "failed", f"{options.host}: {str(error) or 'no answer'}", ADVICE)
    return Check("broker", "ok", f"{options.host}: a message came back in {1000 * took:.0f} ms")
