"""Show why a moment was judged as it was: signals, thresholds, evidence and decision.

Prints what every chain found and the events that followed; with the extra `report` also draws it.
Times are those of the recording, as in event lines.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any, cast

import msgspec
import numpy as np

from cued import app
from cued.commands._options import add_config, load_config, number, positive
from cued.engine import Worn
from cued.evaluation.moment import SIDES_S, Moment, Seen, look
from cued.model import CuedError, RecordingError
from cued.parts import extra
from cued.recording.tables.stream import packets
from cued.recording.tables.table import TableRecording, is_table, read_table
from cued.report.places import write_whole

NAME = "explain"
HELP = "show why a moment of a recording was judged as it was"

KINDS = ("png", "svg")
NEAR = 0.5  # of a threshold: lower scores are not worth a line


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("recording", type=Path, help="folder of a table recording")
    parser.add_argument("--at", type=number, required=True, metavar="T", help="the moment, s")
    parser.add_argument(
        "--sides",
        type=positive,
        default=SIDES_S,
        metavar="S",
        help=f"seconds to show before and after it (default {SIDES_S:g})",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="picture, .png or .svg (default NAME-T.png)"
    )
    parser.add_argument("--text", action="store_true", help="print only, draw no picture")
    add_config(parser, settings=True)


def run(args: argparse.Namespace) -> int:
    """Print the moment and draw it."""
    out: Path = args.out or Path(f"{args.recording.absolute().name or 'moment'}-{args.at:g}.png")
    kind = out.suffix[1:].lower()
    if kind not in KINDS:
        raise CuedError(f"{out}: the picture's name has to end in .png or .svg")
    if not is_table(args.recording) and not args.recording.is_dir():
        raise CuedError(
            f"{args.recording}: this is not a table recording (a folder with recording.toml)"
        )
    recording = read_table(args.recording)
    _check(recording, args.at)
    config = load_config(args)
    worn = {s.name: Worn(s.placement, s.mounting) for s in recording.sensors}
    engine = app.engine(config, worn)
    inputs = packets(recording)
    moment = look(inputs, engine.feed, recording.sensors, config.gait, args.at, args.sides)
    print("\n".join(described(moment)))
    if not args.text:
        _draw(moment, kind, out)
    return 0


def _check(recording: TableRecording, at: float) -> None:
    start = min(float(s.t[0]) for s in recording.sensors)
    end = max(float(s.t[-1]) for s in recording.sensors)
    if not (math.isfinite(at) and start <= at <= end):
        raise RecordingError(f"--at {at:g}: the recording runs from {start:.2f} to {end:.2f} s")


def described(moment: Moment) -> list[str]:
    """Return the moment in lines, in the order in which things became known."""
    out = [f"{moment.start:.2f} to {moment.end:.2f} s, around {moment.at:.2f} s"]
    for name, seen in moment.sensors.items():
        out += ["", f"{name} ({seen.placement})", *_signals(seen)]
        out += [f"  {f.at:9.2f} s  {_facts(f, f.t)}" for f in seen.findings]
    out += ["", "events"]
    by_time = sorted(moment.events, key=lambda e: e.known_t)
    return out + [f"  {e.known_t:9.2f} s  {_facts(e, e.t)}" for e in by_time]


def _signals(seen: Seen) -> list[str]:
    if not seen.t.size:
        return ["  no samples here"]
    out = [f"  acceleration {seen.acc.min():.1f} to {seen.acc.max():.1f} m/s²"]
    if seen.turn is not None:
        out[0] += f", turning up to {np.degrees(seen.turn.max()):.0f} °/s"
    for name, (t, score) in seen.scores.items():
        k = int(np.argmax(score))
        if score[k] >= NEAR:
            out.append(f"  {name} {score[k]:.2f} of its threshold at {t[k]:.2f} s")
    return out


def _facts(found: msgspec.Struct, t: float) -> str:
    """Return a finding or event as a line: its kind, when it happened, and its fields."""
    fields: dict[str, Any] = msgspec.to_builtins(found)
    named = [f"{k} {_value(v)}" for k, v in fields.items() if k not in _PLAIN and v not in _EMPTY]
    return f"{type(found).__name__.lower()} of {t:.2f} s: {', '.join(named)}"


_PLAIN = frozenset({"t", "at", "known_t", "sensor", "type"})
_EMPTY: tuple[Any, ...] = (None, "", {}, [])


def _value(value: Any) -> str:
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value)
        return "(" + ", ".join(f"{k} {_value(v)}" for k, v in pairs.items()) + ")"
    if isinstance(value, list | tuple):
        return " ".join(_value(v) for v in cast("list[Any]", value))
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _draw(moment: Moment, kind: str, out: Path) -> None:
    drawing = extra("cued.report.moment", "report", "the picture (use --text to do without)")
    write_whole(out, drawing.picture(moment, kind))
    print(out)
