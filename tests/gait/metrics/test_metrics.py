"""Each metric against strides whose answer is known."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from cued.gait.metric import Cycle, Metric
from cued.gait.trunk.posture import posture as trunk_posture
from tests.gait.cycles import posture, stride
from tests.helpers.built import built

TRUNK = [
    "trunk_lean_deg",
    "roll_range_deg",
    "bounce_cm",
    "sway_percent",
    "step_symmetry_percent",
]


build = partial(built, "metrics")


def last(metric: Metric, cycles: list[Cycle]) -> float | None:
    value = None
    for cycle in cycles:
        value = metric.update(cycle)
    return value


def limp(n: int, left: float, right: float) -> list[Cycle]:
    """Return cycles of both feet with steps of two durations."""
    sides = [("left", left) if i % 2 else ("right", right) for i in range(n)]
    return [
        Cycle(stride(0.5 * i, side=side, step_s=step, duration_s=left + right))
        for i, (side, step) in enumerate(sides)
    ]


def test_cadence_of_both_feet_is_right_from_the_eighth_step_even_with_a_limp():
    metric = build("cadence_spm")
    cycles = limp(20, 0.50, 0.60)
    values = [metric.update(cycle) for cycle in cycles]
    assert values[6] is None
    assert values[7:] == pytest.approx([60 / 0.55] * 13)


def test_cadence_of_one_foot_counts_two_steps_a_stride():
    assert last(build("cadence_spm"), [Cycle(stride(duration_s=1.2))] * 4) == pytest.approx(100.0)
    assert last(build("cadence_spm"), [Cycle(stride(duration_s=1.2))] * 3) is None


def test_stride_time_uses_only_the_last_strides():
    metric = build("stride_time_s")
    times = [9.0, 9.0, 9.0, 1.0, 1.2, 1.1, 1.3, 0.9]
    assert last(metric, [Cycle(stride(duration_s=t)) for t in times]) == pytest.approx(1.1)


def test_a_missed_footfall_shows_in_neither_time_nor_length_nor_variability():
    times = [1.1 + 0.01 * (i % 3) for i in range(60)]
    cycles = [Cycle(stride(duration_s=t, length_m=t)) for t in times]
    missed = Cycle(stride(duration_s=2.2, length_m=2.2))
    for name in ("stride_time_s", "stride_length_m", "stride_time_cv_percent"):
        metric = build(name)
        before = last(metric, cycles)
        assert before is not None
        assert metric.update(missed) == pytest.approx(before, rel=0.02)


def test_length_and_speed_come_from_the_belt_and_are_unknown_without_it():
    cycles = [Cycle(stride(duration_s=d, length_m=1.3 * d)) for d in (1.0, 1.1, 1.2, 1.0, 1.2)]
    assert last(build("speed_m_s"), cycles) == pytest.approx(1.3)
    assert last(build("stride_length_m"), cycles) == pytest.approx(1.3 * 1.1)
    unknown = Cycle(stride())
    for name in ("speed_m_s", "stride_length_m", "walk_ratio"):
        metric = build(name)
        last(metric, cycles)
        assert metric.update(unknown) is None
        assert metric.update(cycles[0]) is None  # and starts again after it


def test_speed_weighs_strides_by_their_time():
    cycles = [
        Cycle(stride(duration_s=1.0, length_m=1.0)),
        *[Cycle(stride(duration_s=3.0, length_m=6.0))] * 4,
    ]
    assert last(build("speed_m_s"), cycles) == pytest.approx(25.0 / 13.0)


def test_variability_is_the_sd_over_the_mean_of_each_foot():
    rng = np.random.default_rng(4)
    left, right = 1.1 + 0.03 * rng.normal(size=60), 1.2 + 0.02 * rng.normal(size=60)
    metric, cycles = build("stride_time_cv_percent"), []
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        cycles += [Cycle(stride(duration_s=a)), Cycle(stride(duration_s=b, side="right"))]
    cv = [100 * np.std(foot[-50:], ddof=1) / np.mean(foot[-50:]) for foot in (left, right)]
    assert last(metric, cycles) == pytest.approx(np.mean(cv))


def test_variability_leaves_out_strides_in_which_the_belt_changed():
    metric = build("stride_time_cv_percent")
    cycles = [Cycle(stride(duration_s=1.0 + 0.01 * (i % 2))) for i in range(50)]
    before = last(metric, cycles)
    assert metric.update(Cycle(stride(duration_s=2.0, clean=False))) == before


def test_asymmetry_is_positive_when_the_left_step_takes_longer():
    assert last(build("asymmetry_percent"), limp(24, 0.55, 0.50)) == pytest.approx(
        100 * 0.05 / 0.525
    )
    assert last(build("asymmetry_percent"), limp(24, 0.50, 0.55)) == pytest.approx(
        -100 * 0.05 / 0.525
    )


def test_asymmetry_is_unknown_without_sides():
    cycles = [Cycle(stride(side="unknown", step_s=0.5))] * 40
    assert last(build("asymmetry_percent"), cycles) is None


def test_trunk_angles_are_in_degrees_and_forward_is_positive():
    cycles = [Cycle(stride(t), posture(t, lean_forward=0.1, roll_range=0.2)) for t in range(20)]
    assert last(build("trunk_lean_deg"), cycles) == pytest.approx(5.7296, abs=1e-3)
    assert last(build("roll_range_deg"), cycles) == pytest.approx(11.459, abs=1e-3)


def test_a_trunk_stride_that_two_feet_report_counts_once():
    metric = build("trunk_lean_deg")
    for t in (1.0, 2.0, 3.0, 4.0):
        seen = posture(t, lean_forward=0.1 if t < 4.0 else 0.0)
        assert metric.update(Cycle(stride(t), seen)) is None
        assert metric.update(Cycle(stride(t + 0.5, side="right"), seen)) is None
    last_one = Cycle(stride(5.0), posture(5.0, lean_forward=0.2))
    assert metric.update(last_one) == pytest.approx(5.7296, abs=1e-3)


@pytest.mark.parametrize("name", TRUNK)
def test_the_trunks_figures_are_unknown_without_it(name):
    metric = build(name)
    known = [Cycle(stride(t), posture(t, bounce_m=0.05, even_share=0.9)) for t in range(20)]
    assert last(metric, known) is not None
    assert metric.update(Cycle(stride(20.0))) is None
    assert metric.update(Cycle(stride(21.0), posture(21.0, bounce_m=0.05, even_share=0.9))) is None


def test_bounce_is_in_centimetres_and_sway_is_the_lateral_share():
    cycles = [Cycle(stride(t), posture(t, bounce_m=0.04, rms=(2.0, 1.0, 2.0))) for t in range(6)]
    assert last(build("bounce_cm"), cycles) == pytest.approx(4.0)
    assert last(build("sway_percent"), cycles) == pytest.approx(100 / 3)


def test_stance_is_the_part_of_the_stride_on_the_belt():
    cycles = [Cycle(stride(duration_s=1.0, stance_s=0.64))] * 5
    assert last(build("stance_percent"), cycles) == pytest.approx(64.0)
    assert last(build("stance_percent"), [Cycle(stride())] * 9) is None


def test_walk_ratio_of_the_measured_treadmill_pair():
    """1.30 m in 0.999 s forward and 0.67 m in 1.10 s backward: 5.4 and 3.1 mm per spm."""
    forward = [Cycle(stride(duration_s=0.999, length_m=1.30))] * 5
    backward = [Cycle(stride(duration_s=1.10, length_m=0.67, direction="backward"))] * 5
    assert last(build("walk_ratio"), forward) == pytest.approx(5.4, abs=0.05)
    assert last(build("walk_ratio"), backward) == pytest.approx(3.1, abs=0.05)


def test_walk_ratio_is_unknown_in_running():
    cycles = [Cycle(stride(length_m=2.2, duration_s=0.7, mode="running"))] * 9
    assert last(build("walk_ratio"), cycles) is None


def test_step_symmetry_of_equal_and_of_unequal_steps():
    t = np.arange(110) / 110
    frame = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))

    def even_share(limp: float) -> float | None:
        forward = np.sin(4 * np.pi * t) + limp * np.sin(2 * np.pi * t)
        acc = np.stack((forward, 0 * t, 9.8 + np.cos(4 * np.pi * t)), axis=1)
        return trunk_posture("trunk", 1.1, 1.1, acc, None, frame, frame).even_share

    assert even_share(0.0) == pytest.approx(1.0)
    assert even_share(0.5) == pytest.approx(1.0 / 1.25)
    cycles = [Cycle(stride(i), posture(i, even_share=even_share(0.5))) for i in range(10)]
    assert last(build("step_symmetry_percent"), cycles) == pytest.approx(80.0)
