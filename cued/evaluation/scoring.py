"""An engine scored on recordings: run per set of sensors, compared, pooled.

``score(recording, run)`` runs the engine once for each set of sensors that a person might wear by
itself (the trunk; the feet; the shanks) and once with all of them, so that one recording says how
good each placement is and how good they are together. ``run`` is handed in and gets the recording
and the names of the sensors: nothing in this package knows the engine.

Recordings in which no samples were lost unseen (``truth.is_intact``) are counted a second time,
so that a data set in which some were can be read both ways.
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

BEFORE_S = 3.0  # earlier ones belong to something else
STUMBLE_WITHIN_S = 2.0  # of its peak, as docs/accuracy.md counts

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


def score_alarms(case: Case, said: Sequence[Stumble | Fall]) -> None:
    """Count the alarms of one run, file by file, and what was cried without cause.

    A fall is warned of when a possible fall is known before the largest acceleration, at most 3 s
    ahead of it (the lead is from knowing to that peak), and caught when one is confirmed that did
    not begin earlier than that. A stumble is flagged when a stumble, or a possible fall, is said
    within 2 s of its peak. In a file without either everything said is false; hours are those of
    the files. Recordings of gait without a label are counted under their mode, where anything said
    is false as well.
    """
    truth, recording = case.truth, case.recording
    alarms = case.out.alarms.setdefault(case.watch(), Alarms())
    alarms.files += 1
    alarms.hours += (truth.end - truth.start) / 3600
    alarms.stumbles += sum(isinstance(event, Stumble) for event in said)
    alarms.possible += sum(_is(event, "possible") for event in said)
    alarms.confirmed += sum(_is(event, "confirmed") for event in said)
    falls = [row.t for row in recording.truth if row.kind == "fall_peak"]
    stumbles = [row.t for row in recording.truth if row.kind == "stumble_peak"]
    for peak in falls:
        _score_fall(alarms, recording.name, peak, said)
    for peak in stumbles:
        if any(abs(event.t - peak) <= STUMBLE_WITHIN_S for event in said):
            alarms.flagged += 1
        else:
            alarms.missed.append(f"{recording.name} (stumble)")
    false = [event for event in said if not stumbles or _is(event, "confirmed")]
    if not falls and false:
        alarms.loud.append(recording.name)


def _score_fall(alarms: Alarms, name: str, peak: float, said: Sequence[Stumble | Fall]) -> None:
    falls = [event for event in said if isinstance(event, Fall) and event.t >= peak - BEFORE_S]
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
