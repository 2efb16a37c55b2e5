"""Another person under the runner's name: asked about once, and kept apart until answered.

``pytest -m slow tests/coach/workout/test_stranger.py`` computes the figures of docs/coaching.md.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from cued.coach.known import Known
from cued.coach.strides.baseline import OPENING_STRIDES
from cued.coach.workout.memory import Memory
from cued.coach.workout.stranger import GUEST, Stranger
from cued.gait.ordinary import Terms
from cued.model import Belt, Imprint, Mounting, Notice
from tests.coach.runner import Runner, follow
from tests.coach.walk import durations, stride

OWN_S = 1.4
ASKS = "new_runner"


def session(runner: Runner, stride_s: float = OWN_S) -> Runner:
    """Walk a workout to its end."""
    runner.stride_s = stride_s
    follow(runner)
    runner.stand(5.0)
    return runner


@pytest.fixture(scope="module")
def known_runner() -> Runner:
    """A runner of three workouts, on the second stage."""
    runner = Runner(feedback="full")
    for _ in range(3):
        session(runner)
        runner.t += 2.0 * 86400.0
    runner.events.clear()
    assert runner.coach.known.stage == 1
    return runner


def asked(runner: Runner) -> list[str]:
    """Return the notices about who runs."""
    codes = (ASKS, "same_runner", "guest_runs")
    return [e.code for e in runner.events if isinstance(e, Notice) and e.code in codes]


def until_asked(runner: Runner, stride_s: float) -> None:
    """Walk until the question was spoken."""
    runner.stride_s = stride_s
    runner.belt(0.5)
    for _ in range(60):
        runner.walk(5.0)
        if runner.cues(ASKS):
            return
    raise AssertionError("nobody asked")


@pytest.mark.parametrize("other", [1.09, 1 / 1.09])
def test_a_step_nine_percent_off_is_asked_about_once_and_changes_nothing_kept(
    known_runner: Runner, other: float
) -> None:
    runner = known_runner.copy()
    before = runner.coach.memory
    session(runner, OWN_S * other)
    after = runner.coach.memory
    assert asked(runner) == [ASKS]
    assert len(runner.cues(ASKS)) == 1
    assert (after.imprint, after.usual, after.worked) == (
        before.imprint,
        before.usual,
        before.worked,
    )
    assert (after.stage, after.clean_sessions) == (before.stage, before.clean_sessions)
    (summary,) = runner.summaries()
    assert summary.details["apart"] == 1.0
    assert (
        round(after.past[-1].backward_s, 1) == summary.backward_s > 60.0
    )  # the caps are the runner's


@pytest.mark.parametrize("other", [0.97, 1.0, 1.03])
def test_a_slightly_different_step_is_learned_without_asking(
    known_runner: Runner, other: float
) -> None:
    runner = known_runner.copy()
    before = runner.coach.memory
    session(runner, OWN_S * other)
    assert asked(runner) == []
    usual = [memory.usual_s("forward", "walking", 5, 0) for memory in (before, runner.coach.memory)]
    assert usual[1][:-1] == usual[0]
    assert usual[1][-1] == pytest.approx(OWN_S * other, rel=0.01)
    assert runner.coach.memory.imprint != before.imprint
    assert runner.summaries()[0].details["apart"] == 0.0


@pytest.mark.parametrize(("other", "asks"), [(1.0, []), (1.06, []), (1.15, [ASKS])])
def test_a_new_speed_is_compared_with_the_nearest_one(
    known_runner: Runner, other: float, asks: list[str]
) -> None:
    runner = known_runner.copy()
    speeds = {u.speed for u in runner.coach.memory.usual if u.direction == "forward"}
    assert 5 in speeds
    assert 6 not in speeds
    runner.stride_s = OWN_S * other * (5 / 6) ** 0.5
    runner.belt(0.6)
    runner.walk(120.0)
    assert asked(runner) == asks


@pytest.mark.parametrize("how", ["press", "same_runner"])
def test_a_yes_lets_the_session_in(known_runner: Runner, how: str) -> None:
    runner = known_runner.copy()
    before = runner.coach.memory
    until_asked(runner, OWN_S * 1.09)
    runner.say(how)
    session(runner, OWN_S * 1.09)
    assert asked(runner) == [ASKS, "same_runner"]
    assert runner.coach.memory.imprint != before.imprint
    assert runner.summaries()[0].details["apart"] == 0.0
    assert "paused" not in runner.phases()


def test_a_press_long_after_the_question_is_a_press_like_any_other(known_runner: Runner) -> None:
    runner = known_runner.copy()
    until_asked(runner, OWN_S * 1.09)
    runner.walk(25.0)
    runner.say("press")
    assert asked(runner) == [ASKS]
    assert runner.phase == "paused"


def test_a_long_press_eases_off_and_is_no_answer(known_runner: Runner) -> None:
    runner = known_runner.copy()
    until_asked(runner, OWN_S * 1.09)
    runner.say("something_wrong")
    assert runner.phase == "cool_down"
    assert asked(runner) == [ASKS]


def test_somebody_else_is_a_guest_on_the_first_stage_and_leaves_no_trace(
    known_runner: Runner,
) -> None:
    runner = known_runner.copy()
    before = runner.coach.memory
    until_asked(runner, OWN_S * 1.09)
    runner.say("new_runner")
    assert runner.coach.known.stage == 0
    session(runner, OWN_S * 1.09)
    (summary,) = runner.summaries()
    assert summary.details["runner"] == GUEST
    assert 0.0 < summary.backward_s <= 130.0  # those of a beginner's first session
    assert runner.coach.memory.past == before.past
    assert runner.coach.memory == before.resumed()


def test_the_answer_may_come_after_the_end_until_the_next_session(known_runner: Runner) -> None:
    runner = session(known_runner.copy(), OWN_S * 1.09)
    before = runner.coach.memory
    late = runner.copy()
    out = late.say("same_runner")
    assert [e for e in out if isinstance(e, Imprint)]
    assert late.coach.memory.imprint != before.imprint
    assert late.coach.memory.usual_s("forward", "walking", 5, 0)[-1] == pytest.approx(
        OWN_S * 1.09, rel=0.01
    )
    runner.belt(0.5)
    runner.walk(20.0)
    assert runner.say("same_runner")[0].why == "there is no open question"  # type: ignore[union-attr]


def test_what_was_learned_before_the_question_is_undone(known_runner: Runner) -> None:
    runner = known_runner.copy()
    before = runner.coach.memory
    runner.belt(0.5)
    runner.walk(5.0)
    axes = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    runner.feed(
        Mounting(t=runner.t, sensor="trunk", state="known", matrix=axes, front="bow", sure=True)
    )
    assert runner.coach.memory.worn
    until_asked(runner, OWN_S * 1.09)
    assert runner.coach.memory == before.resumed()


def days(spread: float, count: int, other: float = 1.0, seed: int = 1) -> float:
    """Return the share of sessions asked about, for a day-to-day spread of the step.

    other : if not 1, strides of every sixth session take this many times as long; only it counts.
    """
    rng = np.random.default_rng(seed)
    memory, asks, counted = Memory(), 0, 0
    for day in range(count):
        strange = other != 1.0 and day % 6 == 5
        mean_s = OWN_S * math.exp(spread * rng.standard_normal()) * (other if strange else 1.0)
        question, first = _first_minute(mean_s, memory, rng)
        if day and (strange or other == 1.0):
            counted += 1
            asks += question
        memory = memory if question or strange else memory.with_usual([first])
    return asks / counted


def _first_minute(mean_s: float, memory: Memory, rng: np.random.Generator) -> tuple[bool, Imprint]:
    """Walk enough strides for a baseline; return whether it asks, and the imprint."""
    known, stranger, forward = Known(), Stranger(), "forward"
    known.belt = Belt(0.0, 0.5)
    times = durations(2 * OPENING_STRIDES, 0.025, 0.5, rng, mean_s)
    asks = False
    for n, stride_s in enumerate(times):
        side = "left" if n % 2 else "right"
        one = stride(0.0, side, float(stride_s), 0.5, direction=forward)
        known.baselines.learn(Terms(side, forward, "walking", 5, 0), one.duration_s)
        asks = stranger.feed(one, known, memory, free=False) is not None or asks
    middle = float(np.mean([b.stride_s for b in known.baselines.all().values()]))
    imprint = Imprint(
        t=0.0,
        direction=forward,
        mode="walking",
        speed_m_s=0.5,
        incline_percent=0.0,
        strides=50,
        stride_s=middle,
        cv=0.025,
    )
    return asks, imprint


def test_one_person_is_seldom_asked_and_another_mostly() -> None:
    assert days(0.015, 600) < 0.01
    assert days(0.02, 600) < 0.03
    assert days(0.015, 600, other=1.09) > 0.8


@pytest.mark.slow
def test_documented_figures_are_those_of_simulated_days() -> None:
    page = " ".join(Path("docs/coaching.md").read_text(encoding="utf-8").split())
    for other, digits in ((1.0, 1), (1.06, 0), (1.09, 0)):
        found = [100.0 * days(spread, 3000, other) for spread in (0.01, 0.02, 0.03)]
        first, second, third = (f"{share:.{digits}f}".removesuffix(".0") for share in found)
        assert f" in {first}, {second} and {third} %" in page
