"""A runner who faces another way than the phase expects."""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.workout.facing import Facing
from cued.coach.workout.phases import PHASES
from cued.model import Belt, Direction


def known(
    now: float,
    direction: Direction,
    *,
    walks: bool = True,
    speed: float = 0.3,
    phase: str = "free_run",
) -> Known:
    return Known(
        now=now,
        direction=direction,
        phase=phase,
        spec=PHASES["backward_walk"],
        stride_at=now if walks else 0.0,
        belt=Belt(t=now, speed_m_s=speed),
    )


def test_a_wrong_direction_counts_from_its_start_and_ends_with_the_right_one():
    facing = Facing()
    for now, direction in ((100.0, "forward"), (103.0, "forward")):
        facing.compare(known(now, direction))
    assert facing.against_s(103.0) == 3.0
    facing.compare(known(104.0, "backward"))
    assert facing.against_s(104.0) == 0.0


def test_an_unknown_direction_or_standing_is_no_wrong_direction():
    facing = Facing()
    facing.compare(known(100.0, "unknown"))
    facing.compare(known(101.0, "forward", walks=False))
    assert facing.against_s(110.0) == 0.0
    facing.compare(known(111.0, "forward"))
    facing.begin()
    assert facing.against_s(120.0) == 0.0


def test_turning_backward_on_a_slow_belt_in_free_run_is_greeted_once():
    facing = Facing()
    turned = [known(float(t), "backward") for t in range(10, 20)]
    assert not any(facing.turned_unasked(k) for k in turned)  # never went forward
    assert not facing.turned_unasked(known(20.0, "forward"))
    assert [facing.turned_unasked(known(float(t), "backward")) for t in range(21, 28)] == [
        False, False, False, False, True, False, False,
    ]  # fmt: skip


def test_nobody_is_greeted_on_a_fast_belt_or_without_a_session():
    for speed, phase in ((1.5, "free_run"), (0.3, "idle")):
        facing = Facing()
        facing.turned_unasked(known(0.0, "forward"))
        later = [known(float(t), "backward", speed=speed, phase=phase) for t in range(1, 20)]
        assert not any(facing.turned_unasked(k) for k in later)
