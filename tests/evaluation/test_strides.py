"""Time, length and cadence of strides against the truth and the belt."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cued.evaluation.strides import belt_speed
from cued.model import AnyEvent, Belt, BeltState, Footfall, Placement, Stride
from cued.recording.tables.truth import TruthRow
from tests.evaluation.walked import contact_times, perfect, recording, scored, side


def test_lengths_are_compared_with_the_truth_and_with_the_belt():
    lengths = [
        TruthRow(t, "stride_length", side(i), "1.3")
        for i, t in enumerate(contact_times())
        if i >= 2
    ]
    s = scored(recording(extra=lengths), perfect(length_m=1.313)).strides
    assert s.length_bias_percent == pytest.approx(1.0, abs=0.01)
    assert s.belt_length_bias_percent == pytest.approx(100 * (1.313 / 1.32 - 1), abs=0.01)
    assert s.lengths == s.true


def test_lengths_between_still_phases_are_paired_with_the_stride_before():
    rows = [
        TruthRow(t + 0.2, "stride_length", "right", "1.32")
        for i, t in enumerate(contact_times())
        if i % 2 and i > 2
    ]
    events = [e for e in perfect(length_m=1.32 * 0.98) if getattr(e, "side", "") == "right"]
    s = scored(recording(["foot_right"], rows=rows), events).strides
    assert (s.reported_percent, s.lengths) == (100, len(rows))
    assert s.length_bias_percent == pytest.approx(-2)


def test_the_belts_speed_from_the_feet_is_scored_only_without_another_source():
    made = recording(["foot_left", "foot_right"])
    reported = BeltState(t=0.0, speed_m_s=0.98 * 1.2, since=0.0, source="feet")
    events = perfect(speed_m_s=1.02 * 1.2)
    s = scored(made, [reported, *events]).strides
    assert s.speeds == s.true
    assert s.speed_bias_percent == pytest.approx(2)
    assert s.speed_within_percent == s.speed_within_of_ten_percent == 0
    assert s.reported_speed_bias_percent == pytest.approx(-2)
    assert scored(made, [replace(reported, source="console"), *events]).strides.speeds == 0


def test_forty_milliseconds_in_eight_steps_are_one_step_a_minute():
    """8 steps in 4.4 s are 109.1 a minute; 0.04 s more or less are 108.1 or 110.1."""
    late = {t: 0.04 * (i // 8 % 2) for i, t in enumerate(contact_times())}
    events = [replace(e, t=e.t + late[e.t]) if isinstance(e, Footfall) else e for e in perfect()]
    s = scored(recording(), events).strides
    assert s.cadence_median_spm == pytest.approx(1.0, abs=0.02)
    assert s.cadence_p95_spm == pytest.approx(1.0, abs=0.02)


def test_the_belts_speed_is_that_of_its_last_report_and_zero_before_the_first():
    made = replace(recording(), belt=(Belt(1.0, 0.8), Belt(5.0, 1.2)))
    assert [belt_speed(made, t) for t in (0.9, 1.0, 4.9, 60.0)] == [0.0, 0.8, 0.8, 1.2]


def test_two_short_ones_in_a_row_are_one_stride_whose_swing_was_marked_still():
    still = [3.0 + 1.1 * i for i in range(30)]
    lengths = [TruthRow(t, "stride_length", "right", "1.32") for t in still[1:]]
    halves = [TruthRow(t, "stride_length", "right", "0.66") for t in (still[11] - 0.55, still[11])]
    lengths = [row for row in lengths if row.t != still[11]] + halves
    rows = [TruthRow(t, "mid_stance", "right") for t in (*still, still[11] - 0.55)] + lengths
    steps = [t - 0.25 for t in still]
    events: list[AnyEvent] = [
        Stride(t=t, side="right", duration_s=1.1, length_m=1.32, speed_m_s=1.2, mode="walking")
        for t in steps[1:]
    ]
    s = scored(recording(["foot_right"], rows=rows), events).strides
    assert (s.true, s.lengths, s.length_bias_percent) == (29, 29, 0.0)
    assert s.length_spread_percent == 0.0


def test_markers_that_are_off_change_no_cadence():
    feet: tuple[Placement, ...] = ("foot_left", "foot_right")
    there = scored(recording(feet, subject="gottlieb-s9"), perfect(shift_s=0.09))
    assert there.strides.cadence_p95_spm == pytest.approx(0.0, abs=0.01)
