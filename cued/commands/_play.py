"""Feeding an engine from a stream of inputs: at full speed and silent, or in time, with cues."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from cued import app
from cued.actuators import speech
from cued.actuators._outputs import FileOutput
from cued.actuators.actuator import Actuator
from cued.config import Config, Site
from cued.daemon import Daemon
from cued.engine import Engine, Worn
from cued.model import AnyEvent, CueDone, Input, Notice
from cued.parts import NoOptions
from cued.recording.sessions.opening import Opening
from cued.runtime.leaving import leave_soon
from cued.runtime.supervise import ignore
from cued.sinks import console, events
from cued.sources.source import Source

KEEPERS = ("recorder", "history")


def at_full_speed(
    config: Config,
    worn: Mapping[str, Worn],
    inputs: Iterable[Input],
    target: str | None,
    hears: Callable[[AnyEvent], object] = ignore,
) -> dict[str, int]:
    """Feed everything to a new engine, write event lines to ``target``, and count each type.

    hears : is told every event at once, as a simulated runner and belt answer with what comes next.
    """
    engine = app.engine(config, worn)
    lines = events.EventLines(events.Config(file=target or ""), app.site(config), ignore)
    counts = Counter[str]()
    if target:
        lines.open()
    try:
        for item in inputs:
            for event in engine.feed(item):
                counts[type(event).__name__.lower()] += 1
                lines.take(event)
                hears(event)
    finally:
        lines.close()
    return counts


def keeping_nothing(config: Config) -> Config:
    """Leave out recorder and history: a replay is not a new session."""
    sinks = {n: s for n, s in config.parts.get("sinks", {}).items() if n not in KEEPERS}
    return replace(config, parts={**config.parts, "sinks": sinks})


def in_time(
    config: Config,
    engine: Engine,
    source: Source,
    target: str | None,
    *,
    live: bool = False,
    hears: Callable[[AnyEvent], None] | None = None,
    sound: Path | None = None,
    opening: Callable[[], Opening] | None = None,
) -> None:
    """Run the whole daemon on a source, spoken and felt; event lines to ``target``.

    live : the source's inputs carry no ticks.  hears : is told every event.  sound : a WAV file for
    what would be heard, in place of the configured actuators.  opening : what the engine was made
    from, for a recorder.
    """
    where = replace(app.site(config), opening=opening)
    if sound:
        sound.touch()  # as for lines below
    actuators = [partial(_to_file, config, where, sound)] if sound else None
    sinks = app.sinks(config, where)
    if target:
        lines = events.EventLines(events.Config(file=target), where, ignore)
        lines.open()  # who asked for lines is told here and now that there can be none
        sinks.append(lambda _: lines)
    if target != "-" and not config.part("sinks", "console"):
        sinks.append(partial(console.Console, NoOptions(), where))
    daemon = Daemon(
        engine,
        [source],
        actuators or app.actuators(config, where),
        sinks,
        live=live,
        hears=hears,
    )
    asyncio.run(_played(daemon))


async def _played(daemon: Daemon) -> None:
    """Run the daemon; the end that Ctrl-C asks for comes by the deadline of ``leaving``."""
    playing = asyncio.create_task(daemon.run(), name="daemon")
    try:
        await asyncio.shield(playing)
    except asyncio.CancelledError:
        leave_soon()
        playing.cancel()
        await playing
        raise


def _to_file(
    config: Config, where: Site, path: Path, report: Callable[[CueDone | Notice], None]
) -> Actuator:
    """Build the voice with a file in place of the sound card."""
    chosen: speech.Config = config.part("actuators", "speech") or speech.Config()
    return speech.Speech(chosen, where, report, output=FileOutput(path))


def summed_up(counts: Mapping[str, int]) -> str:
    """Say in a line what came out."""
    return ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())) or "no events"
