"""An engine is scored with each set of sensors; its alarms in whole files."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from cued.evaluation.figures import figures
from cued.evaluation.scoring import score, sensor_sets
from cued.evaluation.tally import Group
from cued.model import AnyEvent, Fall, Stumble
from cued.recording.tables.table import SensorTrack, TableRecording
from cued.recording.tables.truth import TruthRow
from tests.evaluation.walked import STEADY, evaluate, perfect, recording, scored


def test_perfect_events_score_perfectly():
    row = scored(recording(), perfect())
    assert row.group == Group("made", "trunk", "walking", "forward")
    c = row.contacts
    assert (c.true, c.precision, c.recall, c.f1, c.f1_at_50_ms, c.f1_whole_bouts) == (
        STEADY,
        1,
        1,
        1,
        1,
        1,
    )
    assert (c.bias_ms, c.spread_ms) == pytest.approx((0, 0), abs=0.01)
    assert c.delay_median_ms == pytest.approx(60)
    assert (c.side_right_percent, c.side_wrong_percent) == (100, 0)
    s = row.strides
    assert s.reported_percent == 100
    assert (s.time_bias_ms, s.belt_length_bias_percent) == pytest.approx((0, 0), abs=0.01)
    assert s.cadence_p95_spm == pytest.approx(0, abs=0.01)
    assert row.direction.right_percent == row.mode.right_percent == 100
    assert row.direction.steps_max == 2  # the first stride ends with the third contact


def test_no_events_score_nothing_and_do_not_divide_by_zero():
    row = scored(recording(), [])
    assert (row.contacts.recall, row.contacts.f1, row.contacts.precision) == (0, 0, None)
    assert (row.strides.reported_percent, row.strides.time_bias_ms) == (0, None)
    assert (row.direction.right_percent, row.direction.unknown_percent) == (0, 100)
    assert row.direction.never == 1


def test_each_placement_is_run_alone_and_all_together():
    made = recording(["lower_back", "foot_left", "foot_right", "shank_left"])
    asked: list[tuple[str, ...]] = []
    score(made, lambda _r, sensors: asked.append(tuple(sensors)) or [])
    assert asked == [
        ("lower_back",),
        ("foot_left", "foot_right"),
        ("shank_left",),
        ("lower_back", "foot_left", "foot_right", "shank_left"),
    ]


def test_two_sensors_on_one_foot_make_two_runs():
    t = np.arange(0, 5, 0.01)
    acc = np.tile([0.0, 0.0, 9.8], (t.size, 1))
    tracks = tuple(SensorTrack(n, "foot_left", 100.0, t, acc) for n in ("toe", "heel"))
    worn = list(sensor_sets(TableRecording(name="two", sensors=tracks)))
    assert [(w.placement, w.names) for w in worn] == [("foot", ("toe",)), ("foot", ("heel",))]


def test_recordings_that_lost_samples_are_counted_but_not_as_intact():
    good, bad = (
        recording(subject="voisard-1"),
        recording(subject="voisard-2", extra=[TruthRow(46.0, "stop")]),
    )
    scores = figures(evaluate([good, bad], lambda _r, _s: perfect()))
    people = {row.group.data: row.people for row in scores.rows}
    assert people == {"voisard": 2, "voisard (intact)": 1}
    alone = figures(evaluate([good], lambda _r, _s: perfect()))
    assert [row.group.data for row in alone.rows] == ["voisard"]


def labelled(label: str, *peaks: TruthRow) -> TableRecording:
    rows = [TruthRow(0.0, "label", value=label), *peaks]
    return recording(["waist"], subject="sisfall-x", rows=rows)


def alarms(made: TableRecording, events: list[AnyEvent]):
    (row,) = figures(evaluate([made], lambda _r, _s: events)).alarms
    return row


def test_a_fall_reported_before_the_peak_is_warned_of_and_one_after_is_not():
    made = labelled("fall", TruthRow(20.0, "fall_peak"))
    before = Fall(t=19.5, known_t=19.6, stage="possible")
    confirmed = Fall(t=20.1, known_t=22.0, stage="confirmed")
    row = alarms(made, [before, confirmed])
    assert (row.warned_percent, row.caught_percent) == (100, 100)
    assert row.lead_median_ms == pytest.approx(400)
    late = Fall(t=19.9, known_t=20.05, stage="possible")
    row = alarms(made, [late])
    assert (row.warned_percent, row.caught_percent) == (0, 0)
    assert row.lead_median_ms is None
    early = Fall(t=5.0, known_t=5.1, stage="possible")
    assert alarms(made, [early]).warned_percent == 0


def test_a_stumble_is_flagged_by_a_stumble_or_a_possible_fall_near_it():
    made = labelled("stumble", TruthRow(20.0, "stumble_peak"))
    assert alarms(made, [Stumble(t=19.0, known_t=19.1, score=2)]).flagged_percent == 100
    assert alarms(made, [Fall(t=21.0, known_t=21.1, stage="possible")]).flagged_percent == 100
    assert alarms(made, [Stumble(t=10.0, known_t=10.1, score=2)]).flagged_percent == 0


def test_every_alarm_in_a_quiet_file_is_false():
    row = alarms(labelled("jog"), [Stumble(t=19.0, known_t=19.1, score=2)])
    assert row.false_per_hour == pytest.approx(3600 / 44.99, rel=1e-3)
    assert row.loud == ("sisfall-x",)
    assert row.flagged_percent is None


def test_the_lead_is_that_of_the_first_warning_and_hours_are_those_of_the_file():
    made = labelled("fall", TruthRow(20.0, "fall_peak"))
    warnings = [Fall(t=t, known_t=t, stage="possible") for t in (19.3, 19.6)]
    row = alarms(made, [*warnings, Fall(t=20.1, known_t=22.0, stage="confirmed")])
    assert row.lead_median_ms == pytest.approx(700.0)
    assert row.hours == pytest.approx(44.99 / 3600, abs=1e-4)
    (track,) = made.sensors
    later = replace(made, sensors=(replace(track, t=track.t + 100.0),))
    assert alarms(later, []).hours == row.hours
