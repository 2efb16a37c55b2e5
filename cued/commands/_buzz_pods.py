"""Try the motors of pods: connect to them, then give a pattern."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import cast

from msgspec.structs import replace

from cued import app
from cued.actuators import pod_haptic
from cued.actuators.actuator import felt
from cued.config import Config
from cued.model import Input, Packet, Pattern
from cued.sources import ble
from cued.sources.source import spread

CONNECT_WITHIN_S = 30.0  # chosen: a scan, discovery and one failure more


async def buzz(pattern: Pattern, config: Config) -> str:
    """Play one pattern once all pods stream, and return why it could not be felt, or nothing."""
    where = app.site(config)
    pods = {n: s for n, s in where.sensors.items() if s.device == "pod"}
    options = cast("pod_haptic.Config", config.parts["actuators"]["pod_haptic"])
    radio = cast("ble.Config", config.parts.get("sources", {}).get("ble", ble.Config()))
    streaming: set[str] = set()

    def heard(item: Input) -> None:
        streaming.update(one.sensor for one in spread(item) if isinstance(one, Packet))

    source = ble.Ble(radio, replace(where, sensors=pods))
    listening = asyncio.create_task(source.run(heard, _nothing))
    try:
        async with asyncio.timeout(CONNECT_WITHIN_S):
            while streaming < set(pods):
                await asyncio.sleep(0.1)
                if listening.done():
                    listening.result()
        return await felt(pattern, partial(pod_haptic.PodHaptic, options, where))
    except TimeoutError:
        missing = ", ".join(sorted(set(pods) - streaming))
        return f"not connected within {CONNECT_WITHIN_S:.0f} s: {missing}"
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


def _nothing() -> None:
    """Ignore the news that data flow."""
