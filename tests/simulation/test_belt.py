"""The simulated treadmill: its ramps, what it does on request, and what it reports."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cued.model import Belt, BeltRequest
from cued.simulation.belt import RAMP_PERCENT_S, Reporter, Treadmill
from cued.simulation.scenario import BeltSetting, Reporting

SETTINGS = (
    BeltSetting(at_s=10.0, speed_m_s=1.0, ramp_m_s2=0.2),
    BeltSetting(at_s=30.0, incline_percent=5.0),
    BeltSetting(at_s=40.0, speed_m_s=0.5, incline_percent=0.0, ramp_m_s2=0.1),
)


def run_to(belt, until):
    t = 0.0
    while t < until:
        t += 0.5
        belt.advance(t)


def test_ramps_are_those_of_the_settings():
    belt = Treadmill(SETTINGS, 0.0)
    run_to(belt, 20.0)
    assert belt.at(9.9) == (0.0, 0.0)
    assert belt.at(12.5)[0] == pytest.approx(0.5)
    assert belt.at(15.0)[0] == pytest.approx(1.0)
    belt = Treadmill(SETTINGS, 0.0)
    run_to(belt, 48.0)
    assert belt.at(42.0) == pytest.approx((0.8, 5.0 - 2.0 * RAMP_PERCENT_S))
    assert belt.at(60.0) == pytest.approx((0.5, 0.0))


def test_a_request_does_not_undo_what_the_script_sets_next():
    belt = Treadmill(SETTINGS, 0.0)
    run_to(belt, 38.5)  # the setting of 40 s is planned by now
    assert belt.request(BeltRequest(t=38.5, incline_percent=2.0), 38.5) == ""
    # It had risen to 4.25 % by then and goes down by half a percent a second.
    assert belt.at(39.5) == pytest.approx((1.0, 3.75))
    assert belt.at(60.0) == pytest.approx((0.5, 0.0))


def test_what_is_not_requested_stays():
    belt = Treadmill(SETTINGS[:1], 0.0)
    run_to(belt, 12.0)
    belt.request(BeltRequest(t=12.0, incline_percent=3.0), 12.0)
    assert belt.at(40.0) == pytest.approx((1.0, 3.0))


@given(
    st.lists(
        st.tuples(st.floats(0, 60), st.floats(0, 3), st.floats(0.05, 5.0)), min_size=1, max_size=6
    )
)
def test_the_belt_never_jumps(settings):
    belt = Treadmill(
        tuple(BeltSetting(at_s=t, speed_m_s=v, ramp_m_s2=r) for t, v, r in settings), 0.0
    )
    steepest = max(r for _, _, r in settings)
    t = 0.0
    while t < 70.0:
        t += 0.5
        belt.advance(t)
        assert abs(belt.at(t)[0] - belt.at(t - 0.5)[0]) <= 0.5 * steepest + 1e-9


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


def reports(reporting, n=200):
    belt = Treadmill((BeltSetting(at_s=0.0, speed_m_s=1.3, ramp_m_s2=10.0),), 2.0)
    run_to(belt, 10.0)
    reporter = Reporter(reporting, belt, np.random.default_rng(1))
    values = [reporter.report(9.0) for _ in range(n)]
    return [b.speed_m_s for b in values if b]


def test_a_console_reports_what_is_set_and_a_sensor_what_the_belt_does():
    assert set(reports(Reporting())) == {1.3}
    assert reports(Reporting(tells="measured")) == pytest.approx([1.326] * 200)
    assert reports(Reporting(tells="nothing")) == []
    assert set(reports(Reporting(tells="zero"))) == {0.0}
    assert reports(Reporting(factor=0.621)) == pytest.approx([0.8073] * 200)


def test_reports_jitter_as_the_scenario_says():
    assert np.std(reports(Reporting(noise_percent=2.0), 4000)) == pytest.approx(0.026, rel=0.05)
    flicker = reports(Reporting(flicker_percent=30.0), 4000)
    assert {round(3.6 * v, 2) for v in flicker} == {4.68, 4.78}
    assert np.mean([v > 1.31 for v in flicker]) == pytest.approx(0.3, abs=0.03)
    steps = reports(Reporting(noise_percent=1.0, resolution_m_s=1 / 256))
    assert all(256 * v == pytest.approx(round(256 * v)) for v in steps)
