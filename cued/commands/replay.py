"""Run the engine on a recording: as fast as possible and silent, or in real time with cues."""

from __future__ import annotations

import argparse
from pathlib import Path

from cued.commands import _play
from cued.commands._options import add_config, load_config, non_negative, positive
from cued.engine import Worn
from cued.recording.stream import PACKET_S, packets
from cued.recording.table import read_table

NAME = "replay"
HELP = "run the engine on a recording"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("recording", type=Path, help="folder of a table recording, or a session")
    parser.add_argument(
        "--speed",
        type=non_negative,
        default=0.0,
        metavar="N",
        help="times real time; 0 (default): as fast as possible and silent",
    )
    parser.add_argument(
        "--packet-s",
        type=positive,
        default=PACKET_S,
        metavar="S",
        help=f"samples are fed in packets of this length (default {PACKET_S} s)",
    )
    parser.add_argument("--events", metavar="FILE", help="event lines to a file, or - for stdout")
    add_config(parser, settings=True)


def run(args: argparse.Namespace) -> int:
    """Replay and, unless event lines go to standard output, sum up."""
    config = load_config(args)
    recording = read_table(args.recording)
    worn = {s.name: Worn(s.placement, s.mounting) for s in recording.sensors}
    inputs = packets(recording, packet_s=args.packet_s)
    if args.speed > 0:
        _play.in_time(config, worn, inputs, args.speed, args.events)
        return 0
    counts = _play.at_full_speed(config, worn, inputs, args.events)
    if args.events != "-":
        print(_play.summed_up(counts))
    return 0
