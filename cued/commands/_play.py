"""Feeding an engine from a stream of inputs: at full speed and silent, or in time, with cues."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Mapping
from functools import partial

from cued import app
from cued.config import Config, Site
from cued.daemon import Daemon
from cued.engine import Worn
from cued.model import AnyEvent, Command, Input
from cued.runtime.playback import Playback
from cued.sinks import console, events


def at_full_speed(
    config: Config, worn: Mapping[str, Worn], inputs: Iterable[Input], target: str | None
) -> dict[str, int]:
    """Feed everything to a new engine, event lines to ``target``; how many of each type."""
    engine = app.engine(config, worn)
    lines = _lines(target, app.site(config)) if target else None
    counts: dict[str, int] = {}
    if lines:
        lines.open()
    try:
        for item in inputs:
            for event in engine.feed(item):
                _count(counts, event)
                if lines:
                    lines.take(event)
    finally:
        if lines:
            lines.close()
    return counts


def in_time(
    config: Config,
    worn: Mapping[str, Worn],
    inputs: Iterable[Input],
    speed: float,
    target: str | None,
) -> None:
    """Play inputs at ``speed`` times real time through the whole daemon, spoken and felt."""
    where = app.site(config)
    sinks = app.sinks(config, where)
    if target:
        sinks.append(partial(events.EventLines, events.Config(file=target), where))
    if target != "-" and "console" not in config.parts.get("sinks", {}) and sys.stdout.isatty():
        sinks.append(partial(console.Console, console.Config(), where))
    daemon = Daemon(
        app.engine(config, worn),
        [Playback(inputs, speed)],
        app.actuators(config, where),
        sinks,
        live=False,
    )
    asyncio.run(daemon.run())


def summed_up(counts: Mapping[str, int]) -> str:
    """Say in a line what came out."""
    return ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())) or "no events"


def _lines(target: str, where: Site) -> events.EventLines:
    return events.EventLines(events.Config(file=target), where, _nobody)


def _nobody(_command: Command) -> None:
    """Commands have nowhere to go in a replay."""


def _count(counts: dict[str, int], event: AnyEvent) -> None:
    kind = type(event).__name__.lower()
    counts[kind] = counts.get(kind, 0) + 1
