"""The current session up to now, in bounded memory, for a page that is opened late.

One row a second while strides come in, with the columns that the page plots; the cues, stumbles and
phases to mark on them; and the last events. When ``ROWS`` are full, every second row of the older
half is dropped. It starts over when a session leaves ``idle``.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import msgspec

from cued.coach.workout.phases import IDLE
from cued.model import (
    AnyEvent,
    Cue,
    Fall,
    Notice,
    Phase,
    Stride,
    Stumble,
)
from cued.sinks._session_state import SessionState

EVERY_S = 1.0  # the page's own resolution
ROWS = 14_400  # four hours
MARKS = 2_000  # of cues and stumbles in a session, the oldest dropped
EVENTS = 60  # the page's log

Row = tuple[float, float | None, float | None, float | None, float | None, float | None]


class SoFar:
    """Remembers rows and marks."""

    def __init__(self) -> None:
        self._now = SessionState()
        self._rows: list[Row] = []
        self._marks: deque[dict[str, Any]] = deque(maxlen=MARKS)
        self._began: float | None = None
        self._events: deque[dict[str, Any]] = deque(maxlen=EVENTS)

    def take(self, event: AnyEvent) -> None:
        """Process an event."""
        self._now.take(event)
        match event:
            case Stride():
                self._stride(event.t)
            case Cue() if event.verdict == "given":
                self._mark(event.t, "cue", event.text or event.key)
            case Stumble():
                self._mark(event.t, "stumble", "stumble")
            case Phase():
                if event.from_ == IDLE:
                    self._begin(event.t)
                self._mark(event.t, "phase", event.name)
            case _:
                pass
        if isinstance(event, Cue | Stumble | Fall | Phase | Notice):
            self._events.append(msgspec.to_builtins(event))

    def encoded(self) -> bytes:
        """Return all as JSON, columns by name, as ``recall`` of the page's station reads it."""
        t, *values = zip(*self._rows, strict=True) if self._rows else [()] * 6
        names = ("length", "low", "high", "cadence", "score")
        columns = dict(zip(names, values, strict=True))
        body = {
            "t": t,
            "columns": columns,
            "marks": list(self._marks),
            "began": self._began,
            "events": list(self._events),
        }
        return msgspec.json.encode(body)

    def _begin(self, t: float) -> None:
        self._rows = []
        self._marks.clear()
        self._events.clear()
        self._began = t

    def _stride(self, t: float) -> None:
        if self._rows and t - self._rows[-1][0] < EVERY_S:
            return
        if self._began is None:
            self._began = t
        now = self._now
        low, high = now.band_m or (None, None)
        length, cadence = now.value("stride_length_m"), now.value("cadence_spm")
        row = (t, length, low, high, cadence, now.stability.score)
        self._rows.append((t, *(v if v is None else round(v, 4) for v in row[1:])))  # pyright: ignore[reportArgumentType]
        if len(self._rows) > ROWS:
            half = ROWS // 2
            self._rows = self._rows[:half:2] + self._rows[half:]

    def _mark(self, t: float, kind: str, text: str) -> None:
        self._marks.append({"t": t, "kind": kind, "text": text})
