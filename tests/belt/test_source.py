"""One source of the belt's speed: whether it still reports."""

from __future__ import annotations

import math

from cued.belt.source import SpeedSource
from cued.model import Belt, BeltSource


def fed(times: list[float], kind: BeltSource = "console") -> SpeedSource:
    source = SpeedSource(kind)
    for t in times:
        source.report(Belt(t=t, speed_m_s=1.0, error=0.03))
    return source


def test_a_periodic_source_is_gone_after_ten_silent_seconds():
    source = fed([float(t) for t in range(8)])
    assert not source.conclude(16.9)
    assert source.conclude(17.0)


def test_a_source_that_reports_only_changes_holds_its_value():
    source = fed([0.0, 30.0, 95.0])
    source.conclude(1000.0)
    assert not source.quiet
    assert source.speed.value == 1.0


def test_standing_feet_are_first_quiet_and_gone_if_they_do_not_step_again():
    source = SpeedSource("feet")
    for t in range(5):
        source.step(float(t), 1.0, 0.03)
    assert source.due == 7.0
    assert not source.conclude(7.0)
    assert source.quiet
    assert not source.conclude(13.9)
    assert source.conclude(14.0)
    source.step(15.0, 1.0, 0.03)
    assert not source.quiet


def test_uncertainty_is_the_sources_own_or_that_of_its_jitter():
    assert fed([0.0, 1.0, 2.0]).uncertainty == 0.03
    source = SpeedSource("feet")
    for i in range(30):
        source.step(float(i), 1.0 + 0.07 * (-1) ** i, 0.001)
    assert 0.005 < source.uncertainty < 0.05


def test_a_typed_speed_does_not_jitter():
    source = SpeedSource("typed")
    for t, speed in ((0.0, 1.0), (1.0, 1.01)):
        source.report(Belt(t=t, speed_m_s=speed))
    assert (source.speed.value, source.speed.since, source.due) == (1.01, 1.0, math.inf)


def test_a_slow_source_is_gone_after_three_of_its_intervals():
    source = fed([5.0 * n for n in range(10)])
    assert not source.conclude(59.9)
    assert source.conclude(60.0)


def test_reports_far_apart_and_at_unequal_intervals_have_no_rhythm():
    assert math.isinf(fed([0.0, 5.0, 13.0, 18.0, 27.0, 32.0, 41.0, 46.0]).due)


def test_strides_of_the_usual_time_keep_the_feet_reporting_for_thirty_seconds():
    source = SpeedSource("feet")
    source.step(4.0, 1.0, 0.03)
    source.stride(4.0, 1.2, measured=True)
    due = []
    for t, stride_s in ((5.0, 1.31), (6.0, 1.35), (34.0, 1.2), (34.1, 1.2)):
        source.stride(t, stride_s, measured=False)
        due.append(source.due)
    assert due == [8.0, 8.0, 37.0, 37.0]  # three seconds after the last that counts
