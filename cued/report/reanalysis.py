"""Run one session with other configurations: the unit of work of ``cued reanalyse``.

The inputs are decoded once for all configurations. Rows are the events that matter to a runner or
for tuning, as recorded (``run`` "before") and as they are now ("after"), and the marks that were
pressed; counts of all kinds are in a file's metadata. A possible fall is not a fall, so it has its
own type.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from cued import __version__
from cued.model import (
    AnyEvent,
    Command,
    Cue,
    Effect,
    Fall,
    Gait,
    Measurement,
    Phase,
    Stumble,
)
from cued.recording.sessions.session import RecordedSession, SessionPart
from cued.recording.sessions.totals import Ending
from cued.report import dataset
from cued.report.done import Done, RunOptions

KEPT = (Command, Cue, Effect, Fall, Measurement, Phase, Stumble)
MEASURED = {"carried_percent", "time_to_drift_s", "recovery_s", "retention_percent"}
HOUR_S = 3600.0  # an hour

Item: TypeAlias = AnyEvent | Command
RunEngines: TypeAlias = Callable[
    [RecordedSession, SessionPart, Sequence[str]], Iterable[tuple[int, Item]]
]
Effective: TypeAlias = Callable[[SessionPart, str], str]


class Run:
    """The rows of one run of a part, and the counts of its events."""

    def __init__(self, common: dict[str, Any], offset: float) -> None:
        self.rows: list[dict[str, Any]] = []
        self.counts: Counter[str] = Counter()
        self._common = common
        self._offset = offset
        self._direction = "unknown"

    def feed(self, item: Item) -> None:
        """Count an event, and add a row if it is of interest."""
        if isinstance(item, Gait):
            self._direction = item.direction
        if isinstance(item, Command):
            if item.name != "mark":
                return
        else:
            self._count(item)
        if isinstance(item, Measurement) and item.name not in MEASURED:
            return
        if isinstance(item, KEPT):
            own = {"unix_s": self._offset + item.t, "t_s": item.t, "direction": self._direction}
            self.rows.append({**self._common, **own, "type": _word(item), **_fields(item)})

    def _count(self, event: AnyEvent) -> None:
        self.counts[_word(event)] += 1
        if isinstance(event, Cue):
            self.counts[f"cue:{event.key}:{event.verdict}"] += 1


def analyse(
    path: Path, out: Path, wanted: Sequence[str], run_engines: RunEngines, effective: Effective
) -> list[Done]:
    """Run a session with each configuration that has no result yet, and write the results."""
    content = dataset.input_of(path)
    names = {w: dataset.name(path, content, w) for w in wanted}
    there = {w: dataset.done(out, names[w], path.stem, w) for w in wanted}
    missing = [w for w in wanted if there[w] is None]
    if missing:
        results = _Results(path, content, missing)
        for number, part in enumerate(p.before_hole() for p in results.session.parts):
            results.add(number, part, run_engines, effective)
        for w in missing:
            there[w] = results.write(out, names[w], w)
    return [result for result in there.values() if result]


class _Results:
    """Gathers the rows of a session's parts for each configuration."""

    def __init__(self, path: Path, content: str, wanted: Sequence[str]) -> None:
        self.session = RecordedSession(path)
        self._content = content
        self._wanted = wanted
        self._rows: dict[str, list[dict[str, Any]]] = {w: [] for w in wanted}
        self._about: dict[str, list[dict[str, Any]]] = {w: [] for w in wanted}
        self._after: dict[str, Counter[str]] = {w: Counter() for w in wanted}
        self._before: Counter[str] = Counter()
        self._seconds = 0.0

    def add(
        self, number: int, part: SessionPart, run_engines: RunEngines, effective: Effective
    ) -> None:
        """Run a part with each configuration and add its rows."""
        ending = self.session.ending(part)
        offset = part.opening.began - part.opening.t
        common = [self._common(number, part, ending, w) for w in self._wanted]
        before = Run({"run": "before"}, offset)
        for event in self.session.events(part):
            before.feed(event)
        runs = [Run({**c, "run": "after"}, offset) for c in common]
        for which, item in run_engines(self.session, part, self._wanted):
            runs[which].feed(item)
        for w, c, run in zip(self._wanted, common, runs, strict=True):
            self._rows[w] += [{**c, **row} for row in before.rows] + run.rows
            self._after[w] += run.counts
            self._about[w].append(
                {**c, **self._of(part, ending, w), "effective": effective(part, w)}
            )
        self._before += before.counts
        self._seconds += ending.duration_s

    def write(self, out: Path, name: str, wanted: str) -> Done:
        """Write one configuration's result."""
        outcome = Done(
            session=self.session.path.stem, wanted=wanted, result=name, seconds=self._seconds,
            before=dict(self._before), after=dict(self._after[wanted]), note=self.session.damage,
        )  # fmt: skip
        dataset.write(out, name, self._rows[wanted], self._about[wanted], outcome)
        return outcome

    def _common(
        self, number: int, part: SessionPart, ending: Ending, wanted: str
    ) -> dict[str, Any]:
        return {
            "station": part.opening.station,
            "session": self.session.path.stem,
            "part": number,
            "runner": ending.runner,
            "version": __version__,
            "configuration": dataset.configuration(wanted),
            "input": self._content,
            "hours": ending.duration_s / HOUR_S,
            "exact": not RunOptions.of(wanted).quick,
        }

    def _of(self, part: SessionPart, ending: Ending, wanted: str) -> dict[str, Any]:
        return {
            "began": ending.began,
            "backward_hours": ending.backward_s / HOUR_S,
            "strides": ending.strides,
            "recorded_by": part.opening.cued,
            "whole": not self.session.damage,
            "settings": wanted,
        }


def _word(item: Item) -> str:
    """Name the kind of an item; only a confirmed fall is a ``fall``."""
    if isinstance(item, Fall):
        return "fall" if item.stage == "confirmed" else "possible_fall"
    return "mark" if isinstance(item, Command) else type(item).__name__.lower()


def _fields(item: Item) -> dict[str, Any]:
    match item:
        case Cue():
            because = msgspec.json.encode(item.because).decode()
            return {"key": item.key, "verdict": item.verdict, "because": because}
        case Effect():
            return {"key": item.key, "verdict": "helped" if item.worked else "did not help"}
        case Measurement():
            return {"key": item.name, "value": item.value, "unit": item.unit}
        case Phase():
            return {"key": item.name, "verdict": item.why}
        case Stumble():
            return {"value": item.score, "unit": "1"}
        case _:
            return {}
