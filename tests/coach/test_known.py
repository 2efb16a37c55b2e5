"""The snapshot: what each input changes in it, and how long that holds."""

from __future__ import annotations

from cued.coach.known import Known
from cued.model import Belt, BeltState, Footfall, Gait, Measurement, Stability, Tick
from tests.coach.walk import stride


def belt(t: float, speed_m_s: float | None, source: str = "console", **more: object) -> BeltState:
    return BeltState(t=t, speed_m_s=speed_m_s, source=source, **{"since": t, **more})  # type: ignore[arg-type]


def seen(*items: BeltState | Gait | Stability | Tick) -> Known:
    known = Known()
    for item in items:
        known.see(item, item.t)
    return known


def test_a_belt_measured_by_the_feet_keeps_its_speed_for_seven_seconds_of_silence() -> None:
    known = seen(belt(0.0, 0.5, "feet"), belt(10.0, None))
    known.see(Tick(16.9), 16.9)
    assert known.belt_moves
    known.see(Tick(17.1), 17.1)
    assert known.belt is None


def test_a_speed_that_the_console_withdraws_is_unknown_at_once() -> None:
    assert seen(belt(0.0, 0.5), belt(10.0, None)).belt is None


def test_a_change_of_the_belt_discards_strides_and_a_refined_speed_does_not() -> None:
    known = seen(belt(0.0, 0.5))
    for n in range(9):
        known.see(stride(1.0 + n), 1.0 + n)
    assert known.settled("left")
    known.see(belt(11.0, 0.52, since=0.0), 11.0)
    assert known.settled("left")
    assert known.belt
    assert known.belt.speed_m_s == 0.5, "the bins of the baselines do not move"
    known.see(belt(12.0, 0.8), 12.0)
    assert not known.settled("left")
    assert (known.belt_changed, known.belt.speed_m_s) == (12.0, 0.8)


def test_half_as_fast_again_as_the_limit_is_dangerous_unless_slow_enough_to_turn_on() -> None:
    fast = seen(belt(0.0, 1.0))
    assert not fast.far_too_fast, "without a limit"
    fast.limit_m_s = 0.6
    assert fast.times_limit == 1.0 / 0.6
    assert fast.far_too_fast
    slow = seen(belt(0.0, 0.5))
    slow.limit_m_s = 0.3
    assert not slow.far_too_fast


def test_the_unsteady_are_upset_for_a_minute_or_until_they_are_seen_steady() -> None:
    shaken = (
        Stability(t=10.0, level="unsteady", score=3.0),
        Stability(t=11.0, level="unknown", score=None),
    )
    assert seen(*shaken, Tick(70.0)).upset
    assert not seen(*shaken, Tick(71.0)).upset
    assert not seen(*shaken, Stability(t=12.0, level="steady", score=0.2)).upset


def test_a_pods_own_numbers_and_contacts_of_an_unknown_foot_are_not_kept() -> None:
    known = Known()
    for name, source in (("cadence_spm", ""), ("speed_m_s", "pod")):
        number = Measurement(t=1.0, name=name, value=1.0, unit="", strides=4, source=source)
        known.see(number, 1.0)
    assert set(known.measured) == {"cadence_spm"}
    for side in ("left", "unknown"):
        known.see(Footfall(t=2.0, side=side, sensor="back"), 2.0)  # type: ignore[arg-type]
    assert (known.footfalls, set(known.landed)) == (2, {"left"})


def test_standing_still_withdraws_the_measurements_of_walking() -> None:
    known = seen(Gait(t=0.0, mode="walking", direction="backward"))
    known.see(Measurement(t=1.0, name="cadence_spm", value=100.0, unit="spm", strides=4), 1.0)
    known.see(Gait(t=5.0, mode="standing", direction="unknown"), 5.0)
    assert known.measured == {}
    assert (known.walked_at, known.faced_at) == (5.0, 5.0)


def test_nobody_walks_three_seconds_after_the_last_stride() -> None:
    known = seen(belt(0.0, 0.0))
    known.see(stride(1.0), 1.0)
    known.see(Tick(3.9), 3.9)
    assert (known.walking, known.at_rest) == (True, False)
    known.see(Tick(4.1), 4.1)
    assert (known.walking, known.at_rest) == (False, True)


def test_a_runners_own_stride_is_that_of_their_25_settled_ones_at_this_speed() -> None:
    known = Known(belt=Belt(t=0.0, speed_m_s=0.6), since_change={"left": 9})
    for n in range(25):
        known.learn(stride(float(n), duration_s=1.2))
    own = known.own(stride(30.0))
    assert own
    assert own.stride_s == 1.2
    known.forget_runner()
    assert known.own(stride(31.0)) is None
    for n in range(25):
        known.learn(stride(40.0 + n))
    assert known.own(stride(70.0)) is None, "not yet settled"
