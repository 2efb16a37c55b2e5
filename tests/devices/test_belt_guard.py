"""A treadmill is compared with its requests: speed, standstill and stop."""

from __future__ import annotations

import pytest

from cued.devices._belt_guard import WONT_STOP, BeltGuard


def moving(speed_m_s: float = 1.0) -> BeltGuard:
    guard = BeltGuard("belt")
    assert guard.see(0.0, speed_m_s) == []
    return guard


def codes(faults) -> list[str]:
    return [fault.code for fault in faults]


def test_a_belt_that_obeys_is_left_alone():
    guard = moving()
    guard.requested(0.1, 1.1)
    assert [guard.see(t, speed) for t, speed in ((1.0, 1.05), (2.0, 1.1), (3.0, 1.1))] == [[]] * 3
    assert not guard.off
    assert not guard.stop_due(3.0)


def test_a_belt_that_goes_far_past_the_request_is_stopped_and_gets_no_more_requests():
    guard = moving()
    guard.requested(0.1, 1.1)
    assert codes(guard.see(1.0, 1.8)) == ["belt_control_off"]
    assert guard.off
    assert guard.stop_due(1.0)


def test_a_belt_that_does_not_move_at_all_is_a_fault_after_five_seconds():
    guard = moving()
    guard.requested(0.0, 1.2)
    assert guard.see(4.0, 1.0) == []
    assert codes(guard.see(6.0, 1.0)) == ["belt_control_off"]


def slowed(to: float, per_s: float = 0.15, every_s: int = 1, factor: float = 1.0) -> BeltGuard:
    """Slow a belt from 2.2 m/s, asked for 1.1, to another speed, with reports at an interval."""
    guard = BeltGuard("belt", factor)
    assert guard.see(0.0, 2.2) == []
    guard.requested(0.1, 1.1)
    for t in range(1, 60):
        if t % every_s == 0 and not guard.off:
            guard.see(float(t), max(to, 2.2 - per_s * t))
        if not guard.off:
            guard.tick(t + 0.5)
    return guard


@pytest.mark.parametrize("every_s", [1, 5])
@pytest.mark.parametrize("per_s", [0.03, 0.15, 2.0])
def test_a_belt_in_miles_that_slows_too_little_is_found_by_where_it_settles(per_s, every_s):
    guard = slowed(1.1 * 1.609, per_s, every_s)
    assert "stays at 6.4 (set write_factor = 1.609 for it)" in guard.off
    assert slowed(1.1, per_s, every_s).off == ""


@pytest.mark.parametrize(
    ("to", "factor", "remedy"),
    [
        (1.1 * 1.609, 0.0, "stays at 6.4; it"),  # a machine without such an option
        (1.1 * 1.609, 1.609, "cued setup"),  # no factor of that size can be configured
        (1.5, 1.0, "cued setup"),
        (1.1 / 1.609, 1.609, "write_factor = 1.000"),
    ],
)
def test_the_suggested_unit_can_be_configured(to, factor, remedy):
    assert remedy in slowed(to, 2.0, factor=factor).off


def test_a_change_by_hand_after_the_request_is_left_alone():
    guard = moving(2.2)
    guard.requested(0.1, 1.1)
    reports = [1.8, 1.4, 1.1, 1.1, 1.1, 1.3] + 30 * [1.5]
    assert [guard.see(float(t), speed) for t, speed in enumerate(reports, 1)] == [[]] * 36


def test_a_belt_reported_every_five_seconds_is_not_judged_in_between():
    guard = moving()
    guard.see(0.2, 1.0)
    guard.requested(0.1, 1.2)
    assert [guard.tick(t / 10) for t in range(2, 52)] == [[]] * 50
    assert guard.see(5.2, 1.2) == []


@pytest.mark.parametrize(
    ("reports", "off"), [((), "has not changed"), ((2.0, 1.8), "stays"), ((1.6, 1.1), "")]
)
def test_silence_of_a_belt_that_reports_only_changes_means_no_change(reports, off):
    guard = moving(2.2)
    guard.requested(30.0, 1.1)
    for n in range(300):
        t = 30.0 + 0.1 * n
        if n % 10 == 5 and n // 10 < len(reports):
            guard.see(t, reports[n // 10])
        guard.tick(t)
    assert off in guard.off
    assert bool(off) == bool(guard.off)


def test_a_stop_is_repeated_and_a_belt_that_does_not_slow_is_reported():
    guard = moving()
    guard.stopped(0.1)
    assert guard.stopping
    assert guard.see(1.2, 1.0) == []
    assert guard.stop_due(1.2)
    assert guard.see(4.0, 1.0) == []
    (fault,) = guard.tick(5.5)
    assert (fault.code, fault.text) == ("belt_wont_stop", WONT_STOP)
    assert guard.tick(6.0) == []  # reported again only after 10 s


def test_a_belt_that_slows_to_zero_has_stopped():
    guard = moving()
    guard.stopped(0.1)
    for t, speed in ((1.0, 0.7), (2.0, 0.3), (3.0, 0.0)):
        assert guard.see(t, speed) == []
    assert not guard.stopping


def test_a_silent_belt_after_a_stop_is_assumed_to_stand_unless_it_reports_only_changes():
    guard = moving()
    guard.stopped(0.1)
    assert guard.tick(3.0) == []
    assert guard.tick(6.0) == []
    assert not guard.stopping
    guard = moving()
    guard.stopped(30.0)
    assert guard.tick(33.0) == []
    assert codes(guard.tick(36.0)) == ["belt_wont_stop"]
    assert guard.see(37.0, 0.0) == []
    assert not guard.stopping


def stopped_at(t: float, reports, until: float) -> tuple[list[float], int]:
    """Return when a belt at 1 m/s is called unstoppable, and how often it is asked to stop."""
    guard, stops, faults = moving(), 1, []
    for second in range(int(t) if t < 12 else 0):
        guard.see(float(second), 1.0)
    guard.stopped(t)
    for n in range(1, int(10 * until)):
        now = t + n / 10
        if n % 10 == 5 and n // 10 < len(reports):
            guard.see(now, reports[n // 10])
        faults += [round(now - t) for _ in guard.tick(now)]
        if guard.stop_due(now):
            guard.stopped(now)
            stops += 1
    return faults, stops


@pytest.mark.parametrize("t", [5.0, 30.0])  # reported each second, and only when changed
@pytest.mark.parametrize("reports", [(0.9, 0.6, 0.3), (0.4,), (0.7, 0.4, 0.36, 0.34)])
def test_a_slowed_belt_that_falls_silent_before_0_is_assumed_to_stand(t, reports):
    faults, stops = stopped_at(t, reports, 200.0)
    assert faults == []
    assert stops < 25


@pytest.mark.parametrize("reports", [(), (0.95,)])
def test_a_stop_without_a_report_is_a_fault_for_a_minute_only(reports):
    faults, stops = stopped_at(30.0, reports, 300.0)
    assert faults[0] == 5
    assert 50 <= faults[-1] <= 61
    assert stops < 65


def test_a_belt_that_keeps_reporting_that_it_runs_is_a_fault_as_long():
    faults, _ = stopped_at(5.0, [1.0] * 200, 200.0)
    assert faults[-1] >= 190


def test_a_belt_reported_every_eight_seconds_is_not_assumed_to_stand_in_between():
    guard = moving()
    guard.see(8.0, 1.0)
    guard.stopped(9.0)
    assert [guard.tick(9.0 + t / 10) for t in range(1, 70)] == [[]] * 69
    assert codes([*guard.see(16.0, 1.0), *guard.tick(16.0)]) == ["belt_wont_stop"]


def test_a_belt_that_does_not_move_at_all_is_not_blamed_on_its_unit():
    guard = BeltGuard("belt", 1.0)
    guard.see(0.0, 1.0)
    guard.requested(0.0, 0.8)
    guard.see(6.0, 1.0)
    assert "reports its speed too late" in guard.off
    guard = BeltGuard("belt", 1.0)  # takes miles, and already runs at the speed it understood
    guard.see(0.0, 1.609)
    guard.requested(0.0, 1.0)
    guard.see(6.0, 1.609)
    assert "set write_factor = 1.609" in guard.off
