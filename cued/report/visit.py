"""The figures of a session for the report over weeks, cached so that sessions are read once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from cued.model import Priority
from cued.recording.sessions.index import Cache
from cued.recording.sessions.session import RecordedSession
from cued.recording.sessions.totals import Cover
from cued.report.digest import Digest, digest

NAME = ".visits.json"
CALLED = ("given", "faded", "catch_block")
LAST = ("retention_percent", "carried_percent", "time_to_drift_s")


class Visit(Struct, frozen=True, kw_only=True):
    """The figures of a part of a session; None where unknown.

    last : the last value of each measurement of how much of the backward step stayed.
    cue_rate : stride cues called for in ten minutes of walking.
    """

    runner: str
    began: float
    length_s: float
    backward_s: float
    stumbles: int
    stage: float | None
    last: dict[str, float]
    cue_rate: float | None
    language: str = "en"

    @property
    def when(self) -> datetime:
        """The beginning by the wall clock, in local time."""
        return datetime.fromtimestamp(self.began, UTC).astimezone()


class Visits(Struct, frozen=True):
    """The visits of a file, and its damage."""

    visits: tuple[Visit, ...]
    damage: str


def visits(folder: Path) -> Cache[Visits]:
    """Return the cached figures of a folder's sessions."""
    return Cache(folder, NAME, Visits, _read)


def visit(d: Digest) -> Visit:
    """Reduce a digest to its figures."""
    return Visit(
        runner=d.runner,
        language=d.words.language,
        began=d.began,
        length_s=d.length_s,
        backward_s=d.ending.backward_s,
        stumbles=d.ending.stumbles,
        stage=_stage(d),
        last={} if _apart(d) else dict(_last(d)),
        cue_rate=None if _apart(d) else _cue_rate(d),
    )


def _read(path: Path) -> Visits:
    """Read a file part by part, one digest in memory at a time."""
    session = RecordedSession(path)
    found = tuple(visit(digest(session, part)) for part in session.parts)
    return Visits(found, session.damage)


def _stage(d: Digest) -> float | None:
    value = d.summaries[-1].details.get("stage") if d.summaries else None
    return float(value) if isinstance(value, int | float) else None


def _apart(d: Digest) -> bool:
    """Return whether somebody else may have walked (coach/workout/stranger.py)."""
    return bool(d.summaries and d.summaries[-1].details.get("apart"))


def _last(d: Digest) -> Iterator[tuple[str, float]]:
    for name in LAST:
        values = [m.value for m in d.measured.get(name, []) if m.value is not None]
        if values and math.isfinite(values[-1]):
            yield name, values[-1]


def _cue_rate(d: Digest) -> float | None:
    """Return stride cues per ten minutes walked, including those that fading feedback left out."""
    cover = Cover()
    walked_s = sum(cover.feed(stride) for stride in d.strides)
    called = sum(c.priority == Priority.TECHNIQUE and c.verdict in CALLED for c in d.cues)
    return 600.0 * called / walked_s if walked_s else None
