"""The memory of a runner's sessions: their ages and caps, habits, wordings and mountings."""

from __future__ import annotations

from cued.coach.workout.memory import DAY_S, WEEK_S, Memory, Past, Worked, learned
from cued.model import Effect, Imprint, Mounting

H = 3600.0

WORN = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
TURNED = ((-1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, 1.0))


def test_two_workouts_that_agree_are_used_and_one_is_not() -> None:
    once = Memory().with_worn("back", WORN, sure=False)
    assert once.earlier("back") is None
    assert once.with_worn("back", WORN, sure=False).earlier("back") == WORN


def test_a_front_confirmed_by_the_feet_is_used_at_once() -> None:
    assert Memory().with_worn("back", WORN, sure=True).earlier("back") == WORN


def test_another_front_starts_over() -> None:
    known = Memory().with_worn("back", WORN, sure=True)
    assert known.with_worn("back", TURNED, sure=False).earlier("back") is None


def test_a_front_from_the_configuration_is_not_learned() -> None:
    mounting = Mounting(t=1.0, sensor="back", state="known", matrix=WORN)
    assert not learned(mounting)


def past(age_s: float, peak_m_s: float | None = None, stage: int = 1, **more: float) -> Past:
    return Past(age_s=age_s, backward_s=100.0, peak_m_s=peak_m_s, stage=stage, **more)


def imprint(stride_s: float, speed_m_s: float = 1.0) -> Imprint:
    return Imprint(
        t=0.0, direction="forward", mode="walking", speed_m_s=speed_m_s, incline_percent=0.0,
        strides=50, stride_s=stride_s, cv=0.02,
    )  # fmt: skip


def test_today_is_20_hours_and_a_week_seven_days_counted_on_since_loading() -> None:
    memory = Memory(past=(past(6 * 24 * H), past(19 * H), past(1 * H)))
    assert memory.backward_s(DAY_S, 0.0) == 200.0
    assert memory.backward_s(DAY_S, 2 * H) == 100.0
    assert memory.backward_s(WEEK_S, 0.0) == 300.0
    assert memory.aged(2 * H).backward_s(DAY_S, 0.0) == 100.0
    assert memory.days_off(23 * H) == 1.0
    assert Memory().days_off(23 * H) == 0.0


def test_last_weeks_peak_is_that_of_the_last_week_of_training_before_these_seven_days() -> None:
    day = 24 * H
    memory = Memory(
        past=(past(20 * day, 2.0), past(12 * day, 0.9), past(9 * day, 0.7), past(1 * day, 1.2))
    )
    assert memory.last_week_peak_m_s(0.0) == 0.9  # 20 days ago is more than a week before that
    assert memory.peak_m_s() == 1.2
    assert Memory(past=(past(9 * day, 0.4, stage=0),)).last_week_peak_m_s(0.0) is None


def test_another_runner_has_no_history_but_the_same_doubt() -> None:
    memory = Memory(runner="anna", sessions=9, doubt="locked")
    assert memory.of("anna") is memory
    assert memory.of("ben") == Memory(runner="ben", doubt="locked")


def test_a_wording_never_judged_counts_as_working_half_the_time() -> None:
    assert Worked().share == 0.5
    memory = Memory()
    for worked in (True, True, False):
        judged = Effect(t=1.0, key="k", text="Tall", worked=worked, strides=20)
        memory = memory.with_effect(judged)
    assert memory.worked["Tall"] == Worked(judged=3, worked=2)
    assert memory.worked["Tall"].share == 3 / 5


def test_the_opening_strides_of_the_last_five_sessions_are_kept_by_speed() -> None:
    memory = Memory()
    for n in range(7):
        memory = memory.with_usual([imprint(1.0 + n / 10)])
    assert memory.usual_s("forward", "walking", 10, 0) == (1.2, 1.3, 1.4, 1.5, 1.6)
    memory = memory.with_usual([imprint(0.8, 1.5)])
    nearest = memory.nearest("forward", "walking", 14, 0)
    assert nearest
    assert (nearest.speed, nearest.stride_s) == (15, (0.8,))
    assert memory.nearest("backward", "walking", 10, 0) is None


def test_the_newest_imprint_of_a_speed_replaces_the_one_before() -> None:
    memory = Memory().with_imprint([imprint(1.0), imprint(0.8, 1.5)])
    assert [i.stride_s for i in memory.with_imprint([imprint(1.1)]).imprint] == [1.1, 0.8]


def test_the_held_time_is_that_of_the_last_session_that_measured_it() -> None:
    memory = Memory(past=(past(9.0, held_s=20.0), past(8.0, held_s=30.0), past(7.0)))
    assert memory.held_s == 30.0
    assert memory.with_session(past(0.0, held_s=5.0), 1, 0).held_s == 5.0
