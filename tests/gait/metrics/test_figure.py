"""Means and medians over the last strides, as the metrics share them."""

from __future__ import annotations

import pytest

from cued.gait.metric import Cycle, Metric
from cued.gait.metrics._figure import Recent, mean, median, trunk_mean
from cued.parts import NoOptions
from tests.gait.cycles import posture, stride, strides


def lengths(metric: Metric, *given: float | None) -> list[float | None]:
    return [metric.update(Cycle(stride(length_m=m))) for m in given]


def length(cycle: Cycle) -> float | None:
    return cycle.stride.length_m


def test_mean_and_median_of_the_last_values_are_unknown_until_enough_were_seen():
    recent = Recent(3)
    for value in (9.0, 1.0, 2.0):
        assert (recent.full, recent.mean, recent.median) == (False, None, None)
        recent.add(value)
    recent.add(6.0)
    assert (recent.values, recent.total) == ((1.0, 2.0, 6.0), 9.0)
    assert (recent.mean, recent.median) == (3.0, 2.0)
    recent.clear()
    assert (recent.values, recent.mean) == ((), None)


def test_a_stride_without_the_figure_starts_the_mean_again():
    metric = mean("m", length, strides=2).build(NoOptions())
    assert lengths(metric, 1.0, 3.0, None, 5.0, 6.0) == [None, 2.0, None, None, 5.5]


def test_a_patient_mean_passes_over_a_stride_without_the_figure():
    metric = mean("m", length, strides=2, patient=True).build(NoOptions())
    assert lengths(metric, 1.0, 3.0, None, 5.0) == [None, 2.0, None, 4.0]


def test_a_median_is_taken_over_five_strides():
    metric = median("m", length, "belt").build(NoOptions())
    assert lengths(metric, 1.0, 9.0, 2.0, 8.0, 3.0) == [None] * 4 + [3.0]
    assert (metric.unit, metric.strides, metric.basis) == ("m", 5, {"belt"})


def test_a_trunk_stride_that_two_feet_report_counts_once():
    metric = trunk_mean("rad", lambda seen: seen.lean_forward, strides=3).build(NoOptions())
    reported = []
    for t, lean in ((1.0, 0.1), (2.0, 0.1), (3.0, 0.4)):
        seen = posture(t, lean_forward=lean)
        reported += [metric.update(Cycle(stride(t, side=side), seen)) for side in ("left", "right")]
    assert reported[:4] == [None] * 4
    assert reported[4:] == pytest.approx([0.2, 0.2])
    assert metric.update(strides(1)[0]) is None
