"""A digest of a session for reports: its events by kind."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from cued.model import (
    AnyEvent,
    Band,
    BeltState,
    Cue,
    Effect,
    Fall,
    Gait,
    Imprint,
    Measurement,
    Packet,
    Phase,
    Stability,
    Stride,
    Stumble,
    Summary,
)
from cued.recording.sessions.session import RecordedSession, SessionPart
from cued.recording.sessions.totals import Ending
from cued.words import Words


class Span(Struct, frozen=True):
    """A stretch of time, in minutes from the beginning, and its name."""

    start: float
    end: float
    name: str


class Digest(Struct, kw_only=True):
    """One part of a session. Times are by the session's clock; ``start_t`` is the beginning."""

    runner: str
    began: float
    start_t: float
    end_t: float
    ending: Ending
    strides: list[Stride]
    cues: list[Cue]
    phases: list[Phase]
    gaits: list[Gait]
    stability: list[Stability]
    stumbles: list[Stumble]
    falls: list[Fall]
    effects: list[Effect]
    imprints: list[Imprint]
    summaries: list[Summary]
    measured: dict[str, list[Measurement]]
    belts: list[BeltState]
    own: list[Own]
    words: Words = Words()

    @property
    def when(self) -> datetime:
        """The beginning by the wall clock, in local time."""
        return datetime.fromtimestamp(self.began, UTC).astimezone()

    @property
    def length_s(self) -> float:
        """The time from the first to the last data, s."""
        return self.end_t - self.start_t

    def at(self, t: float) -> float:
        """Turn a time into minutes from the beginning."""
        return (t - self.start_t) / 60.0

    def phase_spans(self) -> list[Span]:
        """Return the phases except ``idle``."""
        named = [(p.t, p.name) for p in self.phases]
        return [s for s in self._spans(named) if s.name != "idle"]

    def direction_spans(self) -> list[Span]:
        """Return stretches of walking or running in a direction."""
        moving = {"walking", "running"}
        return self._spans([(g.t, g.direction if g.mode in moving else "") for g in self.gaits])

    def stability_spans(self) -> list[Span]:
        """Return stretches of one level of stability."""
        return self._spans([(s.t, s.level) for s in self.stability])

    def _spans(self, named: list[tuple[float, str]]) -> list[Span]:
        ends = [*(t for t, _ in named[1:]), self.end_t][: len(named)]
        spans: list[Span] = []
        for (start, name), end in zip(named, ends, strict=True):
            if spans and spans[-1].name == name:
                spans[-1] = Span(spans[-1].start, self.at(end), name)
            else:
                spans.append(Span(self.at(start), self.at(end), name))
        return [s for s in spans if s.name]


def digest(session: RecordedSession, part: SessionPart) -> Digest:
    """Sort the events of a part by kind."""
    first: float | None = None
    last = part.opening.t
    for item in session.inputs(part):
        if isinstance(item, Packet):
            first = item.t if first is None else first
            last = item.t
    kinds: dict[type, list[AnyEvent]] = {}
    measured: dict[str, list[Measurement]] = {}
    events = list(session.events(part))
    for event in events:
        if isinstance(event, Measurement):
            measured.setdefault(event.name, []).append(event)
        else:
            kinds.setdefault(type(event), []).append(event)
    ending = session.ending(part)
    lists = {name: kinds.get(kind, []) for name, kind in KINDS.items()}
    return Digest(
        runner=ending.runner,
        began=ending.began,
        start_t=part.opening.t if first is None else first,
        end_t=last,
        ending=ending,
        measured=measured,
        own=own_band(events),
        words=_words(part.opening.config),
        **lists,  # pyright: ignore[reportArgumentType]
    )


def _words(tables: Mapping[str, Any]) -> Words:
    """Return the language and the unit of speeds of the station that recorded it."""
    language = tables.get("station", {}).get("language", "en")
    return Words(language, tables.get("coach", {}).get("speed_unit", "km/h"))


KINDS: dict[str, type] = {
    "belts": BeltState,
    "strides": Stride,
    "cues": Cue,
    "phases": Phase,
    "gaits": Gait,
    "stability": Stability,
    "stumbles": Stumble,
    "falls": Fall,
    "effects": Effect,
    "imprints": Imprint,
    "summaries": Summary,
}


class Own(Struct, frozen=True):
    """The range of the runner's own stride times, s, from ``t`` on; nan if unknown."""

    t: float
    low_s: float
    high_s: float


def own_band(events: Iterable[AnyEvent]) -> list[Own]:
    """Return the runner's own range after each change."""
    speed = 0.0
    out: list[Own] = []
    for item in events:
        if isinstance(item, BeltState):
            speed = item.speed_m_s or 0.0
        elif not isinstance(item, Band):
            continue
        elif speed > 0.0 and item.low_m is not None and item.high_m is not None:
            out.append(Own(item.t, item.low_m / speed, item.high_m / speed))
        else:
            out.append(Own(item.t, math.nan, math.nan))
    return out
