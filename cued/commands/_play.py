"""Feed an engine from a stream of inputs: at full speed and silent, or in real time with cues."""

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

    hears : gets every event at once, so that a simulated runner and belt can react to it.
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
    """Remove recorder and history from a configuration: a replay is not a new session."""
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
    """Run the whole daemon on a source, with voice and motors; write event lines to ``target``.

    live : the source's inputs carry no ticks.  hears : gets every event.  sound : a WAV file for
    the voice, in place of all configured actuators.  opening : what the engine was made from, for
    a recorder.
    """
    where = replace(app.site(config), opening=opening)
    if sound:
        sound.touch()  # as for lines below
    actuators = [partial(_to_file, config, where, sound)] if sound else None
    sinks = app.sinks(config, where)
    if target:
        lines = events.EventLines(events.Config(file=target), where, ignore)
        lines.open()  # fails at once if the file cannot be written
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
    """Run the daemon; after Ctrl-C it ends by the deadline of ``leaving``."""
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
    """Build the voice, with a file in place of the sound card."""
    chosen: speech.Config = config.part("actuators", "speech") or speech.Config()
    return speech.Speech(chosen, where, report, output=FileOutput(path))


def summed_up(counts: Mapping[str, int]) -> str:
    """Return the counts of events in one line."""
    return ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())) or "no events"
