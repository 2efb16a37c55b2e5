"""A speed that a treadmill keeps reporting after it halted or its clock stopped."""

from __future__ import annotations

from cued.devices._standstill import Standstill


def running(seconds: int = 20) -> Standstill:
    """Return a treadmill whose elapsed time has counted each second."""
    belt = Standstill()
    for second in range(seconds + 1):
        belt.ticked(float(second), float(second))
    return belt


def test_the_speed_of_a_running_belt_is_used():
    assert running().doubt(20.5, 1.2) == ""


def test_a_clock_that_stands_still_is_a_reason_for_doubt():
    assert running().doubt(40.0, 1.2) == "clock"


def test_a_distance_that_keeps_counting_outweighs_the_clock():
    belt = running()
    for second in range(20, 41):
        belt.went(float(second), 24.0 + second)
    assert belt.doubt(40.0, 1.2) == ""


def test_a_pause_lasts_until_the_belt_is_started():
    belt = running()
    belt.halted(20.5, "paused", 1.2)
    belt.ticked(21.0, 21.0)
    assert belt.doubt(21.0, 1.2) == "paused"
    belt.started()
    assert belt.doubt(21.5, 1.2) == ""


def test_a_rising_speed_means_a_running_belt():
    belt = running()
    belt.halted(20.5, "stopped", 1.2)
    assert belt.doubt(21.0, 0.4) == "stopped"
    assert belt.doubt(22.0, 0.5) == ""


def test_no_speed_needs_no_doubt():
    belt = running()
    belt.halted(20.5, "safety_key", 1.2)
    assert belt.doubt(21.0, 0.0) == ""


def test_a_clock_that_jumped_is_found_standing_as_fast_as_another():
    belt = running()
    belt.ticked(21.0, 65535.0)
    belt.ticked(22.0, 22.0)
    assert belt.doubt(25.5, 1.2) == "clock"
