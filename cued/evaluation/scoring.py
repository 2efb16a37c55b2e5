"""Scores of an engine on a recording, for each set of sensors.

``score(recording, run)`` runs the engine once for each set of sensors that a person might wear
alone (the trunk; the feet; the shanks) and once with all of them, so that one recording shows how
good each placement is and how good they are together. The caller's ``run`` gets the recording and
the names of the sensors, so that this package does not depend on the engine.

Recordings without unnoticed loss of samples (``truth.is_intact``) are also counted separately, so
that a data set with some such losses has figures with and without them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import product
from typing import TypeAlias, cast

from cued.evaluation.answers import score_answers, score_backward
from cued.evaluation.case import Case, SensorSet
from cued.evaluation.footfalls import score_footfalls, score_lifts, score_standing
from cued.evaluation.strides import (
    score_cadence,
    score_feet_as_belt,
    score_still_lengths,
    score_strides,
)
from cued.evaluation.tally import INTACT, Alarms, Tallies
from cued.evaluation.truth import Truth, is_intact
from cued.model import AnyEvent, BeltState, Fall, Footfall, Gait, Lift, Side, Stride, Stumble
from cued.recording.tables.table import SensorTrack, TableRecording

BEFORE_S = 3.0  # before a fall's peak; earlier alarms belong to something else
STUMBLE_WITHIN_S = 2.0  # of its peak, as in docs/accuracy.md

Run: TypeAlias = Callable[[TableRecording, Collection[str]], list[AnyEvent]]

FAMILIES = {"lower_back": "trunk", "waist": "trunk", "chest": "trunk"}


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
    """Yield each set of sensors to wear; two sensors on one foot make two sets."""
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
    for tally in case.tallies():
        tally.recordings.append(case.recording.name)
        tally.subjects.append(case.recording.subject)
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


def score_alarms(case: Case, events: Sequence[Stumble | Fall]) -> None:
    """Count the right and false alarms of one run.

    A fall is warned of when a possible fall is known before the largest acceleration, at most 3 s
    ahead of it (the lead is from then to that peak), and caught when one is confirmed that did not
    begin earlier than that. A stumble is flagged when a stumble or a possible fall is reported
    within 2 s of its peak. In a file without either, every alarm is false; hours are those of the
    files. Recordings of gait without a label are counted under their mode, where every alarm is
    false as well.
    """
    truth, recording = case.truth, case.recording
    alarms = case.out.alarms.setdefault(case.watch(), Alarms())
    alarms.files += 1
    alarms.hours += (truth.end - truth.start) / 3600
    alarms.stumbles += sum(isinstance(event, Stumble) for event in events)
    alarms.possible += sum(_is(event, "possible") for event in events)
    alarms.confirmed += sum(_is(event, "confirmed") for event in events)
    falls = [row.t for row in recording.truth if row.kind == "fall_peak"]
    stumbles = [row.t for row in recording.truth if row.kind == "stumble_peak"]
    for peak in falls:
        _score_fall(alarms, recording.name, peak, events)
    for peak in stumbles:
        if any(abs(event.t - peak) <= STUMBLE_WITHIN_S for event in events):
            alarms.flagged += 1
        else:
            alarms.missed.append(f"{recording.name} (stumble)")
    false = [event for event in events if not stumbles or _is(event, "confirmed")]
    if not falls and false:
        alarms.loud.append(recording.name)


def _score_fall(alarms: Alarms, name: str, peak: float, events: Sequence[Stumble | Fall]) -> None:
    falls = [event for event in events if isinstance(event, Fall) and event.t >= peak - BEFORE_S]
    known = [event.known_t for event in falls if event.known_t <= peak]
    if known:
        alarms.warned += 1
        alarms.leads_s.append(peak - min(known))
    else:
        alarms.missed.append(f"{name} (before)")
    if any(_is(event, "confirmed") for event in falls):
        alarms.caught += 1
    else:
        alarms.missed.append(f"{name} (confirmed)")


def _is(event: Stumble | Fall, stage: str) -> bool:
    return isinstance(event, Fall) and event.stage == stage
