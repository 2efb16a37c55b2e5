"""An engine scored on recordings: run per set of sensors, compared, pooled.

``score(recording, run)`` runs the engine once for each set of sensors that a person might wear by
itself (the trunk; the feet; the shanks) and once with all of them, so that one recording says how
good each placement is and how good they are together. ``run`` is handed in and gets the recording
and the names of the sensors: nothing in this package knows the engine.

Recordings in which no samples were lost unseen (``truth.is_intact``) are counted a second time,
so that a data set in which some were can be read both ways.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import product
from typing import TypeAlias, cast

from cued.evaluation.alarms import score_alarms
from cued.evaluation.answers import score_answers, score_backward
from cued.evaluation.case import Case, SensorSet
from cued.evaluation.footfalls import score_footfalls, score_lifts, score_standing
from cued.evaluation.strides import (
    score_cadence,
    score_feet_as_belt,
    score_still_lengths,
    score_strides,
)
from cued.evaluation.tally import INTACT, Tallies, pool
from cued.evaluation.truth import Truth, is_intact
from cued.model import AnyEvent, BeltState, Fall, Footfall, Gait, Lift, Side, Stride, Stumble
from cued.recording.tables.table import SensorTrack, TableRecording

Run: TypeAlias = Callable[[TableRecording, Collection[str]], list[AnyEvent]]

FAMILIES = {"lower_back": "trunk", "waist": "trunk", "chest": "trunk"}


def evaluate(recordings: Iterable[TableRecording], run: Run) -> Tallies:
    """Score an engine on recordings, one after the other."""
    return pool([score(recording, run) for recording in recordings])


def score(recording: TableRecording, run: Run) -> Tallies:
    """Score an engine on one recording, for each set of sensors."""
    truth, out = Truth(recording), Tallies()
    for worn in sensor_sets(recording):
        events = run(recording, worn.names)
        score_events(Case(recording, truth, worn, out), events)
        if is_intact(recording):
            score_events(Case(recording, truth, worn, out, INTACT), events)
    return out


def sensor_sets(recording: TableRecording) -> Iterator[SensorSet]:
    """Return each set of sensors to wear. Two sensors on one foot make two sets."""
    families: dict[str, dict[str, list[str]]] = {}
    for sensor in recording.sensors:
        places = families.setdefault(_family(sensor), {})
        places.setdefault(sensor.placement, []).append(sensor.name)
    for family, places in families.items():
        sides: frozenset[Side] = frozenset(cast("Side", p.rpartition("_")[2]) for p in places)
        for names in product(*places.values()):
            yield SensorSet(family, names, None if family == "trunk" else sides)
    if len(families) > 1:
        yield SensorSet("all", tuple(sensor.name for sensor in recording.sensors))


def score_events(case: Case, events: Collection[AnyEvent]) -> None:
    """Score the events of one run."""
    footfalls = [e for e in events if isinstance(e, Footfall)]
    strides = [e for e in events if isinstance(e, Stride)]
    whole = case.tally(case.middle)
    whole.recordings.append(case.recording.name)
    whole.subjects.append(case.recording.subject)
    offset = score_footfalls(case, footfalls)
    score_lifts(case, [e for e in events if isinstance(e, Lift)])
    score_standing(case, footfalls)
    answered = score_strides(case, strides, offset)
    score_still_lengths(case, strides)
    score_feet_as_belt(case, answered, [e for e in events if isinstance(e, BeltState)])
    score_cadence(case, footfalls, offset)
    gaits = [e for e in events if isinstance(e, Gait)]
    score_answers(case, [true for true, _ in answered], strides, gaits)
    score_backward(case, strides, gaits)
    score_alarms(case, [e for e in events if isinstance(e, Stumble | Fall)])


def _family(sensor: SensorTrack) -> str:
    return FAMILIES.get(sensor.placement, sensor.placement.partition("_")[0])
