"""Run the engine on a recording: as fast as possible and silent, or in real time with cues."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from cued import app
from cued.commands._options import add_config, lines_to, load_config, non_negative
from cued.config import Config
from cued.daemon import Daemon
from cued.engine import Worn
from cued.model import Input
from cued.recording import packets, read_table
from cued.sinks.console import Console
from cued.sinks.events import EventLines
from cued.sources.replay import Replay

NAME = "replay"
HELP = "run the engine on a recording"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("recording", type=Path, help="folder of a table recording, or a session")
    parser.add_argument(
        "--speed",
        type=non_negative,
        default=0.0,
        help="times real time; 0 (default): as fast as possible and silent",
    )
    parser.add_argument(
        "--packet-s",
        type=non_negative,
        default=0.05,
        help="length of the packets in which samples are fed (default 0.05 s)",
    )
    parser.add_argument("--events", metavar="FILE", help="event lines to a file, or - for stdout")
    add_config(parser, settings=True)


def run(args: argparse.Namespace) -> int:
    """Replay and, unless event lines go to standard output, sum up."""
    config = load_config(args)
    recording = read_table(args.recording)
    worn = {s.name: Worn(s.placement, s.mounting) for s in recording.sensors}
    stream = packets(recording, packet_s=args.packet_s or 0.05)
    with lines_to(args.events) as write:
        if args.speed > 0:
            asyncio.run(in_real_time(config, worn, stream, args.speed, write))
            return 0
        counts = as_fast_as_possible(config, worn, stream, write)
    if args.events != "-":
        print(", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())) or "no events")
    return 0


def as_fast_as_possible(
    config: Config, worn: Mapping[str, Worn], inputs: Iterable[Input], write: object
) -> dict[str, int]:
    """Feed every input to a new engine; counts by type of event."""
    engine = app.engine(config, worn)
    encode = msgspec.json.Encoder().encode
    counts: dict[str, int] = {}
    for item in inputs:
        for event in engine.feed(item):
            kind = type(event).__name__.lower()
            counts[kind] = counts.get(kind, 0) + 1
            if callable(write):
                write(encode(event))
    return counts


async def in_real_time(
    config: Config,
    worn: Mapping[str, Worn],
    inputs: Iterable[Input],
    speed: float,
    write: object,
) -> None:
    """Play inputs in time through the whole daemon, spoken and felt."""
    where = app.site(config)
    sinks: list[app.MakeSink] = [*app.sinks(config, where)]
    if callable(write):
        sinks.append(lambda ask: EventLines(write))
    elif sys.stdout.isatty():
        sinks.append(lambda ask: Console())
    daemon = Daemon(
        app.engine(config, worn),
        [Replay(inputs, speed)],
        app.actuators(config, where),
        sinks,
        live=False,
    )
    await daemon.run()


