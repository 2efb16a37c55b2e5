"""Run the engine on a recording: as fast as possible and silent, or in real time with cues.

A session that the daemon recorded is replayed with the configuration and the history it was
recorded with, and has to give the same events again. With --config or --set the coach is changed,
and --diff shows what it would have said. What the daemon itself added while recording (a missing
speaker, a belt that refused, the greeting at the start) came from no engine, so a replay cannot
repeat it, and it does not count as a difference.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from cued import app
from cued.commands import _play
from cued.commands._options import add_config, load_config, non_negative, positive
from cued.commands._sessions import add_folder, chosen_config, concluded, found
from cued.config import Site
from cued.engine import Worn
from cued.model import AnyEvent, Cue, Event, Fall, LinkChanged, Notice, Notification, Phase, Stumble
from cued.recording.sessions.session import RecordedSession, SessionPart
from cued.recording.tables.stream import PACKET_S, packets
from cued.recording.tables.table import read_table
from cued.runtime import greeting
from cued.runtime.playback import Playback
from cued.runtime.supervise import ignore
from cued.sinks import events

_encode = msgspec.msgpack.Encoder().encode

NAME = "replay"
HELP = "run the engine on a recording"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("recording", help="folder of a table recording, or a session")
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
        help=f"feed a table's samples in packets of this length (default {PACKET_S} s)",
    )
    parser.add_argument("--events", metavar="FILE", help="event lines to a file, or - for stdout")
    parser.add_argument("--diff", action="store_true", help="show which events differ (sessions)")
    parser.add_argument(
        "--raw", action="store_true", help="only list the bytes that the devices sent (sessions)"
    )
    add_config(parser, settings=True)
    add_folder(parser)


def run(args: argparse.Namespace) -> int:
    """Replay and, unless event lines go to standard output, sum up."""
    path = Path(args.recording)
    if not path.is_dir():
        return _session(args, RecordedSession(found(args, args.recording)))
    config = load_config(args)
    recording = read_table(path)
    worn = {s.name: Worn(s.placement, s.mounting) for s in recording.sensors}
    inputs = packets(recording, packet_s=args.packet_s)
    if args.speed > 0:
        config = _play.keeping_nothing(config)
        source = Playback(inputs, args.speed)
        _play.in_time(config, app.engine(config, worn), source, args.events)
        return 0
    counts = _play.at_full_speed(config, worn, inputs, args.events)
    if args.events != "-":
        print(_play.summed_up(counts))
    return 0


def _session(args: argparse.Namespace, session: RecordedSession) -> int:
    if args.raw:
        for line in raw_lines(session):
            print(line)
        return 0
    if args.speed > 0:
        for part in session.parts:
            config = _play.keeping_nothing(chosen_config(args, part.opening))
            made, _ = app.remake(config, part.opening)
            source = Playback(session.inputs(part), args.speed)
            _play.in_time(config, made, source, args.events)
        return 0
    differs = False
    lines = events.EventLines(events.Config(file=args.events or "-"), Site(), ignore)
    if args.events:
        lines.open()
    try:
        for part in (p.before_hole() for p in session.parts):
            differs = bool(_part(args, session, part, lines)) or differs
    finally:
        lines.close()
    if session.damage and args.events != "-":
        print(f"{session.damage}: replayed up to there")
    asked = args.config is not None or args.settings
    return 1 if differs and not asked else 0


def raw_lines(session: RecordedSession) -> Iterator[str]:
    """Yield a line for each notification (time s, sensor, characteristic, hex) or link change."""
    for part in session.parts:
        for item in session.recorded(part):
            match item:
                case Notification():
                    yield f"{item.t:.4f} {item.sensor} {item.char} {item.data.hex()}"
                case LinkChanged():
                    state = "connected" if item.connected else "disconnected"
                    yield f"{item.t:.4f} {item.sensor} {state} {item.why}".rstrip()
                case _:
                    pass


def _part(
    args: argparse.Namespace, session: RecordedSession, part: SessionPart, lines: events.EventLines
) -> Difference:
    """Replay a part, and compare its events with the recorded ones."""
    now: list[AnyEvent] = []
    for event in concluded(session, part, chosen_config(args, part.opening)):
        lines.take(event)
        now.append(event)
    difference = compare(session.events(part), now, greeting.LOOKS)
    if args.events == "-":
        return difference
    counts = Counter(type(event).__name__.lower() for event in now)
    print(_play.summed_up(counts))
    if not difference:
        print(f"the same {len(now)} events as recorded by cued {part.opening.cued}")
        return difference
    print(
        f"not as recorded by cued {part.opening.cued}: {len(difference.gone)} events are missing, "
        f"{len(difference.new)} are new" + (", the order differs" * difference.reordered)
    )
    if args.diff:
        print("\n".join(described(difference)))
    return difference


def described(difference: Difference) -> list[str]:
    """Return differences in lines: how many of each kind, and each one that a runner notices."""
    out: list[str] = []
    for sign, which in (("-", difference.gone), ("+", difference.new)):
        counts = Counter(type(event).__name__.lower() for event in which)
        out += [f"{sign} {n} {kind}" for kind, n in sorted(counts.items())]
    both = [(e.t, "-", e) for e in difference.gone] + [(e.t, "+", e) for e in difference.new]
    noticed = [(t, sign, _line(e)) for t, sign, e in both if _line(e)]
    return out + [f"{sign} {t:10.2f} s  {line}" for t, sign, line in sorted(noticed)]


def _line(event: Event) -> str:
    match event:
        case Cue():
            because = ", ".join(f"{k} {_number(v)}" for k, v in event.because.items())
            return f"cue {event.key} ({event.verdict}) {event.text!r} {because}".rstrip()
        case Phase():
            return f"phase {event.name}, {event.why}"
        case Stumble():
            return f"stumble {event.score:.2f}"
        case Fall():
            return f"fall {event.stage}"
        case _:
            return ""


def _number(value: float | str | None) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


class Difference(Struct, frozen=True):
    """Events that only the first run has, and those that only the second has, ordered by time."""

    gone: tuple[AnyEvent, ...]
    new: tuple[AnyEvent, ...]
    reordered: bool = False

    def __bool__(self) -> bool:
        return bool(self.gone or self.new or self.reordered)


def compare(
    first: Iterable[AnyEvent], second: Iterable[AnyEvent], said: Collection[str] = ()
) -> Difference:
    """Compare two runs' events to the last bit, including when each happened and was known.

    said : keys of cues that the daemon itself gives.
    """
    before, after = list(first), list(second)
    gone = _lacking(before, after)
    new = _lacking(after, before)
    own = {_encode(e) for e in gone if _is_own(e, said)}
    gone = [e for e in gone if not _is_own(e, said)]
    left = [_encode(e) for e in before]
    same_order = gone or new or [e for e in left if e not in own] == [_encode(e) for e in after]
    return Difference(tuple(gone), tuple(new), reordered=not same_order)


def _is_own(event: AnyEvent, said: Collection[str]) -> bool:
    return isinstance(event, Notice) or (isinstance(event, Cue) and event.key in said)


def _lacking(these: Sequence[AnyEvent], those: Sequence[AnyEvent]) -> list[AnyEvent]:
    """List the events of the first without an equal in the second; each equal is used once."""
    there = Counter(map(_encode, those))
    out: list[AnyEvent] = []
    for event in these:
        key = _encode(event)
        if there[key]:
            there[key] -= 1
        else:
            out.append(event)
    return out
