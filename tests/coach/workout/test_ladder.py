"""The ladder over weeks: no stage skipped, no cap exceeded, at most 10 % faster a week."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cued.coach.config import CoachConfig
from cued.coach.voice.silence import catching, share
from cued.coach.workout import ladder
from cued.coach.workout.ladder import STAGES, Result
from cued.coach.workout.memory import DAY_S, WEEK_S, Memory, Past
from cued.coach.workout.profile import PROFILES, Profile, load
from cued.model import ConfigError, Stability, Stumble
from tests.coach.runner import Runner, follow

DAY = 86400.0


def weeks(
    profile: str, count: int, stumble_in: int | None = None, *, onward: bool = False
) -> list[dict[str, float]]:
    """Train three times a week, at stride-event level; return the sessions' details."""
    runner = Runner(profile=profile, feedback="full")
    runner.onward = onward
    runner.sides = ("left",)  # the ladder counts time, and half the strides take half as long
    out: list[dict[str, float]] = []
    for session in range(3 * count):
        before = runner.coach.memory
        runner.stride_s = 1.4
        if session == stumble_in:
            runner.belt(0.5)
            runner.walk(900.0, "forward", until="turn_back")
            runner.walk(10.0, "backward")
            runner.feed(Stumble(t=runner.t, score=2.0))
        follow(runner)
        summary = runner.summaries()[-1]
        details = {k: v for k, v in summary.details.items() if isinstance(v, float)}
        out.append({**details, "entered": float(before.stage), "backward_s": summary.backward_s})
        runner.events.clear()
        runner.stand(10.0)
        runner.t += 2.3 * DAY if session % 3 < 2 else 2.4 * DAY
    return out


def test_a_trained_runner_climbs_the_whole_ladder_in_eight_weeks() -> None:
    sessions = weeks("variety_for_a_runner", 8)
    stages = [s["stage"] for s in sessions]
    assert stages[-1] == 4.0
    steps = [b - a for a, b in zip([0.0, *stages], stages, strict=False)]
    assert set(steps) <= {0.0, 1.0}
    assert all(s["clean"] for s in sessions)
    for session in sessions:
        assert session["backward_s"] <= STAGES[int(session["entered"])].session_s + 10.0


@pytest.mark.parametrize("unsteady", [False, True])
def test_stopping_while_unsteady_is_no_clean_session(unsteady: bool) -> None:
    runner = Runner(Memory(stage=1, sessions=3))
    runner.belt(0.5)
    runner.walk(900.0, "forward", until="turn_back")
    runner.walk(170.0, "backward")
    if unsteady:
        runner.feed(Stability(t=runner.t, level="unsteady", score=4.0))
        runner.walk(4.0, "backward")
    runner.say("stop")
    details = runner.summaries()[0].details
    assert details["clean"] == (0.0 if unsteady else 1.0)
    assert details["unsteady_s"] == (pytest.approx(4.0, abs=1.2) if unsteady else 0.0)


def test_a_beginner_stays_where_their_profile_ends() -> None:
    stages = [s["stage"] for s in weeks("first_time_ever", 3)]
    assert stages[:2] == [0.0, 1.0]
    assert stages[-1] == 1.0


def test_a_beginner_who_is_done_moves_to_the_next_profile_by_a_press_and_stays() -> None:
    assert weeks("first_time_ever", 3, onward=True)[-1]["stage"] == 2.0
    done = Memory(stage=1, clean_sessions=STAGES[1].sessions, sessions=5)
    runner = Runner(done)
    runner.onward = True
    follow(runner)
    assert runner.cues("check_onward")
    summary = runner.summaries()[0]
    assert summary.details["profile"] == "balance_and_body_sense"
    later = Runner(Memory(stage=2, sessions=6, profile=str(summary.details["profile"])))
    assert later.coach.known.stage == 2
    follow(later, 30.0)
    assert not later.cues("check_onward")


def test_a_stumble_costs_a_stage_that_has_to_be_earned_again() -> None:
    sessions = weeks("variety_for_a_runner", 3, stumble_in=5)
    before, after = sessions[4], sessions[5]
    assert after["stage"] == before["stage"] - 1
    assert after["clean_sessions"] == 0.0


results = st.builds(
    Result,
    stage=st.integers(0, 4),
    backward_s=st.floats(0.0, 900.0),
    peak_m_s=st.none() | st.floats(0.1, 2.5),
    stumbles=st.integers(0, 1),
    unsteady_s=st.just(0.0) | st.floats(0.0, 60.0),
    cv_ratio=st.none() | st.floats(0.5, 2.5),
    effort=st.none() | st.floats(6.0, 20.0),
)


@settings(max_examples=60, deadline=None)
@given(
    profile=st.sampled_from(PROFILES),
    sessions=st.lists(st.tuples(results, st.floats(3600.0, 40 * DAY)), max_size=40),
)
def test_no_history_skips_a_stage_exceeds_a_cap_or_speeds_up_too_much(
    profile: str, sessions: list[tuple[Result, float]]
) -> None:
    plan, memory, now = load(profile), Memory(), 0.0
    trained: list[tuple[float, float, float]] = []
    for result, gap in sessions:
        now += gap
        stage = ladder.entered(memory, plan, now)
        due = ladder.prescribe(stage, memory, plan, elapsed_s=now)
        done = min(result.backward_s, due.left_s)
        day = sum(s for t, s, _ in trained if now - t < DAY_S)
        week = sum(s for t, s, _ in trained if now - t < WEEK_S)
        assert done <= STAGES[stage].session_s
        assert day + done <= plan.day_s + 1e-6
        assert week + done <= plan.week_s + 1e-6
        before = [v for t, _, v in trained if v and now - t >= WEEK_S]
        if stage > 0 and before:
            assert due.limit_m_s <= 1.10 * max(before) + 1e-9
        peak = due.limit_m_s if done else None
        held = max(stage - result.stumbles, 0)
        standing = ladder.advance(
            memory,
            plan,
            Result(
                stage=held,
                backward_s=done,
                peak_m_s=peak,
                stumbles=result.stumbles,
                unsteady_s=result.unsteady_s,
                cv_ratio=result.cv_ratio,
                effort=result.effort,
            ),
            now,
        )
        assert standing.stage <= stage + 1
        assert standing.stage <= plan.top_stage
        assert not result.stumbles or standing.stage == held
        trained.append((now, done, peak if peak and held > 0 else 0.0))
        past = Past(age_s=-now, backward_s=done, peak_m_s=peak, stage=held)
        memory = memory.with_session(past, standing.stage, standing.clean_sessions)


def test_speed_and_grade_never_rise_together() -> None:
    plan = load("knee_sparing_return")
    memory = Memory(stage=2, past=(Past(age_s=8 * DAY, backward_s=300.0, peak_m_s=0.6, stage=1),))
    rises = []
    for clean in range(7):
        due = ladder.prescribe(2, Memory(stage=2, clean_sessions=clean, past=memory.past), plan)
        rises.append((due.limit_m_s, due.incline_percent))
    for (v0, g0), (v1, g1) in itertools.pairwise(rises):
        assert not (v1 > v0 and g1 > g0)
    assert rises[0][1] == 3.0
    assert rises[-1][0] == pytest.approx(0.66)


def test_clean_sessions_of_another_stage_do_not_raise_the_grade() -> None:
    plan = load("knee_sparing_return")
    for stage in (1, 3):
        due = ladder.prescribe(2, Memory(stage=stage, clean_sessions=2), plan)
        assert due.incline_percent == 3.0
    due = ladder.prescribe(2, Memory(stage=2, clean_sessions=2), plan)
    assert due.incline_percent == 5.0


def test_the_first_stage_has_its_own_speed_whatever_was_done_before() -> None:
    fast = (Past(age_s=8 * DAY, backward_s=300.0, peak_m_s=1.9, stage=4),)
    for name in PROFILES:
        plan = load(name)
        assert ladder.speed_limit(0, Memory(past=fast), plan) == 0.3 + plan.entry * 0.2


@pytest.mark.parametrize(
    ("past", "limit"),
    [
        ([], 0.5),
        ([(8.0, 0.6, 1)], 0.66),
        ([(8.0, 0.6, 1), (1.0, 0.8, 1)], 0.66),
        ([(16.0, 0.75, 1), (14.9, 0.5, 1), (8.0, 0.6, 1)], 0.66),
        ([(14.9, 0.65, 1), (8.0, 0.6, 1)], 0.715),
        ([(8.0, 0.6, 0)], 0.5),
        ([(8.0, 0.79, 1)], 0.8),
    ],
)
def test_a_week_is_ten_percent_faster_than_the_peak_of_the_week_before(
    past: list[tuple[float, float, int]], limit: float
) -> None:
    known = tuple(Past(age_s=d * DAY, backward_s=60.0, peak_m_s=v, stage=s) for d, v, s in past)
    got = ladder.speed_limit(1, Memory(stage=1, past=known), load("first_time_ever"))
    assert got == pytest.approx(limit)


def test_time_backward_counts_against_session_day_and_week() -> None:
    plan = load("variety_for_a_runner")
    for age, cap, whole in ((19.9 * 3600.0, "day", plan.day_s), (6.9 * DAY, "week", plan.week_s)):
        memory = Memory(stage=1, past=(Past(age_s=age, backward_s=whole - 100.0),))
        due = ladder.prescribe(1, memory, plan, done_s=30.0)
        assert (due.cap, due.left_s) == (cap, pytest.approx(70.0))
        later = ladder.prescribe(1, memory, plan, done_s=30.0, elapsed_s=0.2 * DAY)
        assert (later.cap, later.left_s) == ("session", pytest.approx(570.0))
    assert ladder.prescribe(1, Memory(), plan, done_s=700.0).left_s == 0.0


def test_a_clean_session_has_effort_of_13_and_spread_of_150_percent_at_most() -> None:
    plan, memory = load("variety_for_a_runner"), Memory(stage=1)

    def clean(**changes: float) -> bool:
        result = Result(stage=1, **{"backward_s": 150.0, "peak_m_s": 0.8, **changes})  # type: ignore[arg-type]
        return ladder.advance(memory, plan, result).clean

    assert clean()
    assert clean(effort=13.0, cv_ratio=1.49)
    assert not clean(effort=13.1)
    assert not clean(cv_ratio=1.5)
    assert not clean(backward_s=149.0)
    assert not clean(unsteady_s=0.1)


def test_a_long_break_begins_one_stage_lower() -> None:
    plan = load("variety_for_a_runner")
    past = (Past(age_s=0.0, backward_s=300.0, peak_m_s=1.0, stage=3),)
    memory = Memory(stage=3, past=past)
    assert ladder.entered(memory, plan, 20 * DAY) == 3
    assert ladder.entered(memory, plan, 29 * DAY) == 2


@pytest.mark.parametrize(
    "spoiled",
    [
        {"backward_s": 10.0},
        {"unsteady_s": 3.0},
        {"cv_ratio": 1.6},
        {"effort": 15.0},
    ],
)
def test_a_session_that_is_not_clean_does_not_count(spoiled: dict[str, float]) -> None:
    plan = load("variety_for_a_runner")
    good = {"backward_s": 300.0, "peak_m_s": 0.8, "effort": 11.0, "cv_ratio": 1.0}
    memory = Memory(stage=1, clean_sessions=2)
    assert ladder.advance(memory, plan, Result(stage=1, **good)).stage == 2  # type: ignore[arg-type]
    worse = ladder.advance(memory, plan, Result(stage=1, **{**good, **spoiled}))  # type: ignore[arg-type]
    assert (worse.stage, worse.clean_sessions, worse.clean) == (1, 2, False)


@pytest.mark.parametrize("name", PROFILES)
def test_nobody_climbs_beyond_their_profile(name: str) -> None:
    plan = load(name)
    memory = Memory(stage=plan.top_stage, clean_sessions=50)
    best = Result(stage=plan.top_stage, backward_s=900.0, peak_m_s=9.0)
    assert ladder.advance(memory, plan, best).stage == plan.top_stage


def test_after_a_long_break_sessions_count_again_from_the_lower_stage() -> None:
    memory = Memory(stage=3, clean_sessions=3, past=(Past(age_s=40 * DAY, backward_s=300.0),))
    good = Result(stage=2, backward_s=300.0, peak_m_s=0.8)
    standing = ladder.advance(memory, load("variety_for_a_runner"), good)
    assert (standing.stage, standing.clean_sessions, standing.clean) == (2, 1, True)


def test_back_on_the_uphill_stage_the_speed_is_no_higher_than_last_time() -> None:
    past = (
        Past(age_s=8 * DAY, backward_s=300.0, peak_m_s=0.7, stage=3),
        Past(age_s=DAY, backward_s=300.0, peak_m_s=0.6, stage=3),
    )
    plan, memory = load("variety_for_a_runner"), Memory(stage=3, clean_sessions=9, past=past)
    assert ladder.speed_limit(2, memory, plan) == pytest.approx(0.6)
    ready = Memory(stage=2, clean_sessions=9, past=past)
    assert ladder.speed_limit(2, ready, plan) == pytest.approx(0.77)


def test_jogging_is_reached_only_from_a_speed_that_is_near_it() -> None:
    plan, memory = load("variety_for_a_runner"), Memory(stage=3, clean_sessions=10)
    slow = Result(stage=3, backward_s=400.0, peak_m_s=1.2)
    near = Result(stage=3, backward_s=400.0, peak_m_s=1.37)
    assert ladder.advance(memory, plan, slow).stage == 3
    assert ladder.advance(memory, plan, near).stage == 4


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_is_within_the_doses_of_trials(name: str) -> None:
    plan = load(name)
    assert plan.day_s <= 900.0  # 15 min, five times a week, was the mildest of the daily doses
    assert plan.week_s <= 5 * 900.0
    assert plan.about.endswith(".")


def test_an_unknown_profile_is_one_clear_line() -> None:
    with pytest.raises(ConfigError, match=r"'x' is not known \(there are: balance"):
        load("x")


def test_a_profile_has_cautious_defaults() -> None:
    plan = Profile(about="x.", top_stage=1)
    assert plan.entry == 0.0
    assert plan.day_s == 600.0


def test_feedback_fades_with_sessions_at_a_stage_and_never_in_free_run() -> None:
    plan = CoachConfig()
    assert [share(plan, n, program=True) for n in range(4)] == [1.0, 0.5, 0.25, 0.25]
    assert share(plan, 5, program=False) == 1.0
    assert share(CoachConfig(feedback="safety"), 0, program=False) == 0.0
    for feedback, fixed in (("full", 1.0), ("half", 0.5), ("quarter", 0.25)):
        for program in (False, True):
            assert share(CoachConfig(feedback=feedback), 9, program=program) == fixed


def test_a_quarter_of_a_phase_is_without_cues_once_feedback_fades() -> None:
    plan = CoachConfig()
    caught = [catching(plan, n, 0.5) for n in range(320)]
    assert sum(caught) == 80
    assert not any(caught[:120])
    assert not any(catching(plan, n, 1.0) for n in range(320))
