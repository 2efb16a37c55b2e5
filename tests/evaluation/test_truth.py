"""The truth of a recording by time: bouts, steady stretches, modes."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cued.evaluation.truth import Truth, is_intact
from cued.recording.tables.truth import TruthRow
from tests.evaluation.walked import recording


def test_a_stride_unlike_the_others_is_not_steady():
    rows = list(recording().truth)
    late = [TruthRow(r.t + 0.9 if r.t > 20 else r.t, r.kind, r.side, r.value) for r in rows]
    truth = Truth(recording(rows=late))
    (_, first_end), (second_start, _) = truth.steady
    assert first_end < 20.1
    assert second_start > 20.5


def test_a_recording_cut_out_of_a_walk_loses_only_the_steps_of_the_start():
    rows = [TruthRow(0.2 + 0.3 * i, "contact") for i in range(148)]
    truth = Truth(recording(rows=rows))
    ((start, end),) = truth.steady
    assert start == 1.5
    assert end == pytest.approx(0.2 + 0.3 * 147)  # the last contact
    assert all(s.duration_s == pytest.approx(0.6) for s in truth.strides)


@pytest.mark.parametrize(
    ("title", "collection", "label", "mode"),
    [
        ("Treadmill walk, 4.4 km/h", "", "", "walking"),
        ("", "treadmill_run_uphill", "", "running"),
        ("walk then run", "treadmill_run", "", "unknown"),
        ("a trial", "", "", "unknown"),
        ("treadmill walk", "", "jog", "running"),
        ("treadmill walk", "", "fall", "unknown"),
    ],
)
def test_the_mode_is_told_by_the_label_else_by_the_words_of_title_or_folder(
    title: str, collection: str, label: str, mode: str
):
    rows = [TruthRow(0.0, "label", value=label)] if label else []
    made = replace(recording(rows=rows), title=title, collection=collection)
    assert Truth(made).mode(5.0) == mode


def test_mode_and_direction_change_when_the_truth_says_so():
    rows = [TruthRow(10.0, "gait", value="run"), TruthRow(10.0, "direction", value="backward")]
    truth = Truth(recording(rows=rows))
    assert (truth.mode(9.9), truth.direction(9.9)) == ("walking", "unknown")
    assert (truth.mode(10.0), truth.direction(10.0)) == ("running", "backward")


def test_a_pause_of_more_than_three_seconds_ends_a_bout_unless_bouts_are_marked():
    rows = [TruthRow(t, "contact") for t in (5.0, 5.5, 8.5, 11.6, 12.1)]
    assert Truth(recording(rows=rows)).bouts == [(5.0, 8.5), (11.6, 12.1)]
    marks = [TruthRow(4.0, "bout_start"), TruthRow(13.0, "bout_end")]
    assert Truth(recording(rows=rows, extra=marks)).bouts == [(4.0, 13.0)]


def test_strides_run_to_the_next_contact_of_the_foot_and_have_the_length_at_their_end():
    contacts = [(5.0, "left"), (5.5, "right"), (6.1, "left"), (6.5, "right")]
    rows = [TruthRow(t, "contact", side) for t, side in contacts]
    rows.append(TruthRow(6.11, "stride_length", "left", "1.3"))
    strides = Truth(recording(rows=rows)).strides
    assert [(s.start, s.end, s.side, s.length_m) for s in strides] == [
        (5.0, 6.1, "left", 1.3),
        (5.5, 6.5, "right", None),
    ]


def test_standing_is_certain_before_the_first_step_and_after_a_marked_stop():
    truth = Truth(recording(extra=[TruthRow(36.0, "stop")]))
    (before, after) = truth.standing()
    assert before == pytest.approx((1.5, 3.0 - 0.5))
    assert after == pytest.approx((35.45 + 0.4 + 0.5, 44.99))
    assert Truth(recording()).standing() == []


def test_a_turn_is_not_steady_and_short_stretches_are_not_scored():
    turns = [TruthRow(15.0, "turn_start"), TruthRow(18.0, "turn_end")]
    turns += [TruthRow(19.9, "turn_start"), TruthRow(21.0, "turn_end")]
    truth = Truth(recording(extra=turns))
    assert truth.is_steady(10.0, 14.9)
    assert not truth.is_steady(14.9, 15.1)
    assert not truth.is_steady(19.0)  # only 1.9 s between two turns
    assert truth.is_steady(21.1)


@pytest.mark.parametrize(
    ("shorter_s", "truth_t", "intact"), [(0.05, 44.0, True), (0.2, 44.0, False), (0.0, 45.2, False)]
)
def test_a_recording_whose_sensors_or_truth_end_apart_has_lost_samples(shorter_s, truth_t, intact):
    made = recording(
        ["foot_left", "foot_right"], rows=[TruthRow(t, "stop") for t in (1.0, truth_t)]
    )
    left, right = made.sensors
    end = left.t.size - round(shorter_s * 100)
    shorter = replace(right, t=right.t[:end], acc=right.acc[:end])
    assert is_intact(replace(made, sensors=(left, shorter))) == intact


def test_the_last_moments_of_a_recording_are_not_steady():
    rows = [TruthRow(0.9 + 0.55 * i, "contact") for i in range(81)]  # to 44.9 of 44.99 s
    ((_, end),) = Truth(recording(rows=rows)).steady
    assert end == pytest.approx(44.99 - 0.3)
