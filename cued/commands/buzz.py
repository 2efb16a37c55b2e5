"""Try the motors: play one pattern; ``none`` only makes sure that both are off."""

from __future__ import annotations

import argparse
import asyncio
from functools import partial
from typing import get_args

from msgspec.structs import replace

from cued import app
from cued.actuators import haptic, pod_haptic
from cued.actuators.actuator import felt
from cued.commands._options import add_config, load_config
from cued.config import Config
from cued.model import CuedError, Input, Packet, Pattern
from cued.runtime.supervise import ignore, meanwhile, until
from cued.sources import ble
from cued.sources.source import spread

CONNECT_WITHIN_S = 30.0  # chosen: a scan, discovery and one retry

NAME = "buzz"
HELP = "try the motors"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    patterns = get_args(Pattern)
    parser.add_argument(
        "pattern", choices=patterns, metavar="PATTERN", help=f"one of {', '.join(patterns)}"
    )
    add_config(parser, settings=True)


def run(args: argparse.Namespace) -> int:
    """Play a vibration pattern. Raises CuedError if nobody can have felt it."""
    config = load_config(args)
    actuators = config.parts.get("actuators", {})
    if "pod_haptic" in actuators and "haptic" not in actuators:
        why = asyncio.run(buzz_pods(args.pattern, config))
    else:
        options: haptic.Config = config.part("actuators", "haptic") or haptic.Config()
        why = asyncio.run(haptic.buzz(args.pattern, options, app.site(config)))
    if why:
        raise CuedError(why)
    return 0


async def buzz_pods(pattern: Pattern, config: Config) -> str:
    """Play one pattern once all pods stream; return why it could not be felt, or ""."""
    where = app.site(config)
    pods = {n: s for n, s in where.sensors.items() if s.device == "pod"}
    options: pod_haptic.Config = config.part("actuators", "pod_haptic")
    radio: ble.Config = config.part("sources", "ble") or ble.Config()
    streaming: set[str] = set()

    def heard(item: Input) -> None:
        streaming.update(one.sensor for one in spread(item) if isinstance(one, Packet))

    source = ble.Ble(radio, replace(where, sensors=pods))
    async with meanwhile(source.run(heard, ignore)) as listening:
        try:
            await until(lambda: streaming >= set(pods), CONNECT_WITHIN_S, listening)
        except TimeoutError:
            missing = ", ".join(sorted(set(pods) - streaming))
            return f"not connected within {CONNECT_WITHIN_S:.0f} s: {missing}"
        return await felt(pattern, partial(pod_haptic.PodHaptic, options, where))
