"""A treadmill is compared with what it was asked: no more, no less, and it stops."""

from __future__ import annotations

from cued.devices._belt_guard import WONT_STOP, BeltGuard


def moving(speed_m_s: float = 1.0) -> BeltGuard:
    guard = BeltGuard("belt")
    assert guard.see(0.0, speed_m_s) == []
    return guard


def codes(faults) -> list[str]:
    return [fault.code for fault in faults]


def test_a_belt_that_does_as_asked_is_left_alone():
    guard = moving()
    guard.wished(0.1, 1.1)
    assert [guard.see(t, speed) for t, speed in ((1.0, 1.05), (2.0, 1.1), (3.0, 1.1))] == [[]] * 3
    assert not guard.off
    assert not guard.stop_due(3.0)


def test_a_belt_that_goes_far_past_the_wish_is_stopped_and_asked_no_more():
    guard = moving()
    guard.wished(0.1, 1.1)
    assert codes(guard.see(1.0, 1.8)) == ["belt_control_off"]
    assert guard.off
    assert guard.stop_due(1.0)


def test_a_belt_that_does_not_move_at_all_is_a_fault_after_five_seconds():
    guard = moving()
    guard.wished(0.0, 1.2)
    assert guard.see(4.0, 1.0) == []
    assert codes(guard.see(6.0, 1.0)) == ["belt_control_off"]


def test_a_stop_is_repeated_and_a_belt_that_does_not_fall_is_told():
    guard = moving()
    guard.stopped(0.1)
    assert guard.stopping
    assert guard.see(1.2, 1.0) == []
    assert guard.stop_due(1.2)
    assert guard.see(4.0, 1.0) == []
    (fault,) = guard.tick(5.5)
    assert (fault.code, fault.text) == ("belt_wont_stop", WONT_STOP)
    assert guard.tick(6.0) == []  # told again only after 10 s


def test_a_belt_that_slows_down_to_nothing_has_stopped():
    guard = moving()
    guard.stopped(0.1)
    for t, speed in ((1.0, 0.7), (2.0, 0.3), (3.0, 0.0)):
        assert guard.see(t, speed) == []
    assert not guard.stopping


def test_a_belt_that_falls_silent_after_a_stop_is_taken_to_stand():
    guard = moving()
    guard.stopped(0.1)
    assert guard.tick(3.0) == []
    assert guard.tick(6.0) == []
    assert not guard.stopping
