"""A session: how it starts, pauses and ends, and what counts in it."""

from __future__ import annotations

from cued.coach.workout.memory import Away, Memory
from cued.model import Fall, Stumble
from tests.coach.runner import Runner, there


def test_a_session_that_was_cut_off_resumes_paused() -> None:
    cut = Memory(sessions=1, away=Away(backward_s=100.0))
    runner = Runner(cut, profile="first_time_ever")
    runner.belt(0.3)
    runner.walk(8.0, "backward")
    assert runner.phase == "paused"
    assert [c.key for c in runner.cues()] == ["away"]
    assert (runner.coach.known.left_s or 0.0) <= 20.0


def test_a_session_starts_and_ends_automatically() -> None:
    runner = Runner(program=False)
    runner.stand(30.0)
    assert runner.phase == "idle"
    runner.walk(60.0)
    assert runner.phase == "free_run"
    runner.stand(130.0)
    assert runner.phase == "idle"
    assert runner.summaries()[0].strides > 100


def test_a_stopped_session_does_not_restart_while_the_runner_walks_on() -> None:
    runner = there("settle").copy()
    runner.say("stop")
    runner.walk(30.0)
    assert runner.phase == "idle"
    runner.stand(10.0)
    runner.answers = False
    runner.walk(5.0)
    assert runner.phase == "check_in"


def test_a_session_stopped_after_a_moment_of_standing_does_not_restart_either() -> None:
    runner = there("settle").copy()
    runner.stand(5.0)
    runner.walk(5.0)
    runner.say("stop")
    runner.walk(30.0)
    assert runner.phase == "idle"


def test_a_requested_pause_may_last_ten_minutes_and_stepping_off_two() -> None:
    runner = there("settle").copy()
    runner.say("pause")
    runner.stand(595.0)
    assert runner.phase == "paused"
    runner.stand(10.0)
    assert runner.phase == "idle"
    runner = there("backward_walk").copy()
    runner.stand(115.0)
    assert runner.phase == "paused"
    runner.stand(10.0)
    assert runner.phase == "idle"


def test_walking_on_is_no_answer_and_the_question_waits() -> None:
    runner = Runner()
    runner.answers = False
    runner.say("start_program")
    runner.stand(30.0)
    assert [c.key for c in runner.cues()] == ["welcome", "check_in", "waiting"]
    runner.belt(0.5)
    runner.walk(60.0)
    assert runner.phase == "check_in"
    assert not runner.cues("check_rails")
    runner.say("press")
    runner.walk(3.0)
    assert runner.cues("check_rails")


def test_a_possible_fall_that_follows_a_stumble_is_the_same_one() -> None:
    runner = there("settle").copy()
    before = runner.coach.known.stage
    runner.feed(Stumble(t=runner.t, score=2.0))
    runner.t += 4.0
    runner.feed(Fall(t=runner.t, stage="possible"))
    assert runner.coach.known.stage == before - 1
    runner.t += 2.0
    runner.feed(Fall(t=runner.t, stage="possible"))
    assert runner.coach.known.stage == before - 2
    runner.say("stop")
    assert runner.summaries()[0].stumbles == 2
