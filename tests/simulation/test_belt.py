"""What the treadmill refuses, shows and remembers."""

from __future__ import annotations

import numpy as np
import pytest

from cued.model import Belt, BeltRequest
from cued.simulation.belt import Reporter, Treadmill
from cued.simulation.scenario import BeltSetting, Reporting


def running(error_percent: float = 0.0, at_s: float = 10.0) -> Treadmill:
    """Return a belt set to 1 m/s and 2 % from the start, at a time."""
    setting = BeltSetting(at_s=0.0, speed_m_s=1.0, incline_percent=2.0, ramp_m_s2=10.0)
    belt = Treadmill((setting,), error_percent)
    belt.advance(at_s)
    return belt


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"speed_m_s": 6.1}, "the treadmill does 0..6 m/s"),
        ({"speed_m_s": -0.1}, "the treadmill does 0..6 m/s"),
        ({"incline_percent": 26.0}, "the treadmill does -10..25 %"),
        ({"speed_m_s": 0.5, "incline_percent": -11.0}, "the treadmill does -10..25 %"),
    ],
)
def test_a_request_beyond_what_treadmills_do_is_refused_and_changes_nothing(asked, why):
    belt = running()
    assert belt.request(BeltRequest(t=10.0, **asked), 10.0) == why
    assert belt.at(60.0) == (1.0, 2.0)


def test_a_request_in_mid_ramp_goes_on_from_the_speed_reached():
    """Down from 1 m/s by 0.2 m/s² for two seconds, then up again."""
    belt = running()
    belt.request(BeltRequest(t=10.0, speed_m_s=0.0), 10.0)
    belt.advance(12.0)
    belt.request(BeltRequest(t=12.0, speed_m_s=1.0), 12.0)
    speeds = [belt.at(t)[0] for t in (11.0, 12.0, 13.0, 14.0, 20.0)]
    assert speeds == pytest.approx([0.8, 0.6, 0.8, 1.0, 1.0])


def test_a_belt_that_runs_fast_shows_what_is_set():
    belt = running(error_percent=3.0)
    assert belt.at(5.0) == pytest.approx((1.03, 2.0))
    assert belt.shown(5.0) == (1.0, 2.0)


def test_the_last_seconds_are_remembered():
    belt = running()
    for t in (10.0, 12.0, 14.0):
        belt.advance(t)
        belt.request(BeltRequest(t=t, speed_m_s=1.0 + 0.1 * t), t)
    belt.advance(17.0)
    assert belt.at(11.0)[0] == pytest.approx(1.2)
    assert belt.at(9.0)[0] == pytest.approx(1.0)


@pytest.mark.parametrize(("tells", "kind"), [("console", "console"), ("measured", "sensor")])
def test_a_report_has_the_incline_and_says_whether_it_is_measured(tells, kind):
    reporter = Reporter(Reporting(tells=tells), running(), np.random.default_rng(1))
    assert reporter.report(5.0) == Belt(5.0, 1.0, 2.0, kind=kind)
