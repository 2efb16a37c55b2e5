"""Feeding an engine from a stream of inputs: at full speed and silent, or in time, with cues."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from cued import app
from cued.actuators import speech
from cued.actuators._outputs import FileOutput
from cued.actuators.actuator import Actuator
from cued.config import Config, Sensor, Site
from cued.daemon import Daemon
from cued.engine import Engine, Worn
from cued.model import AnyEvent, BeltRequest, Command, CueDone, Input, Notice
from cued.recording.opening import Opening
from cued.runtime.playback import Playback
from cued.sinks import console, events
from cued.sources.source import Source

KEEPERS = ("recorder", "history")


class World(Protocol):
    """Somebody who hears cues and has a belt: a simulation. A recording has neither."""

    def hear(self, event: AnyEvent) -> None:
        """Take notice of an event."""
        ...

    def request(self, request: BeltRequest) -> str:
        """Set the belt; "" when done, else why not."""
        ...


def at_full_speed(
    config: Config,
    worn: Mapping[str, Worn],
    inputs: Iterable[Input],
    target: str | None,
    world: World | None = None,
) -> dict[str, int]:
    """Feed everything to a new engine, event lines to ``target``; how many of each type."""
    engine = app.engine(config, worn)
    lines = events.EventLines(events.Config(file=target or ""), app.site(config), nobody)
    counts: dict[str, int] = {}
    if target:
        lines.open()
    try:
        for item in inputs:
            for event in engine.feed(item):
                kind = type(event).__name__.lower()
                counts[kind] = counts.get(kind, 0) + 1
                lines.take(event)
                if world:
                    _tell(world, event)
    finally:
        lines.close()
    return counts


def run_of(config: Config, worn: Mapping[str, Worn]) -> Callable[..., None]:
    """Prepare ``in_time`` for a new run, which knows the runner's history and can be recorded."""
    sensors = {
        name: Sensor(device="pod", placement=w.placement, mounting=w.mounting)
        for name, w in worn.items()
    }
    config = replace(config, sensors=sensors)
    engines = app.Engines(config)
    return partial(in_time, config, engines.begin(), opening=engines.opening)


def keeping_nothing(config: Config) -> Config:
    """Leave out recorder and history: what is replayed is no new run of anybody."""
    sinks = {n: s for n, s in config.parts.get("sinks", {}).items() if n not in KEEPERS}
    return replace(config, parts={**config.parts, "sinks": sinks})


def in_time(
    config: Config,
    engine: Engine,
    inputs: Iterable[Input],
    speed: float,
    target: str | None,
    world: World | None = None,
    sound: Path | None = None,
    source: Source | None = None,
    opening: Callable[[], Opening] | None = None,
) -> None:
    """Play inputs at ``speed`` times real time through the whole daemon, spoken and felt.

    speed : 0 waits for nothing.  sound : a WAV file for what would be heard, in place of the
    configured actuators.  source : what brings them, live, in place of playing them.
    opening : what the engine was made from, for a recorder.
    """
    where = replace(app.site(config), opening=opening)
    actuators = [partial(_to_file, config, where, sound)] if sound else None
    sinks = app.sinks(config, where)
    if target:
        sinks.append(partial(events.EventLines, events.Config(file=target), where))
    if target != "-" and "console" not in config.parts.get("sinks", {}):
        sinks.append(partial(console.Console, console.Config(), where))
    daemon = Daemon(
        engine,
        [source or Playback(inputs, speed, world.request if world else None)],
        actuators or app.actuators(config, where),
        sinks,
        live=source is not None,
        hears=world.hear if world else None,
    )
    asyncio.run(daemon.run())


def _to_file(
    config: Config, where: Site, path: Path, report: Callable[[CueDone | Notice], None]
) -> Actuator:
    """Build the voice with a file in place of the sound card."""
    options = config.parts.get("actuators", {}).get("speech")
    chosen = options if isinstance(options, speech.Config) else speech.Config()
    return speech.Speech(chosen, where, report, output=FileOutput(path))


def summed_up(counts: Mapping[str, int]) -> str:
    """Say in a line what came out."""
    return ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())) or "no events"


def _tell(world: World, event: AnyEvent) -> None:
    if isinstance(event, BeltRequest):
        world.request(event)
    else:
        world.hear(event)


def nobody(_command: Command) -> None:
    """Commands have nowhere to go in a replay."""
