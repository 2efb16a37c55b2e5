"""A person's commands: carried out, or refused with the reason."""

from __future__ import annotations

import pytest

from cued.model import BeltRequest, BeltState, CommandResult
from tests.coach.runner import Runner, there


@pytest.mark.parametrize(
    ("command", "value", "why"),
    [
        ("dance", None, "unknown command; there are acknowledge, effort"),
        ("set_speed", "fast", "a number from 0 to 7"),
        ("set_speed", float("nan"), "a number from 0 to 7"),
        ("set_speed", 9.0, "a number from 0 to 7"),
        ("set_incline", -3.0, "a number from 0 to 25"),
        ("effort", 3.0, "a number from 6 to 20"),
        ("runner", "", "the value is the runner's name"),
    ],
)
def test_a_command_that_makes_no_sense_is_refused_with_the_reason(
    command: str, value: float | str | None, why: str
) -> None:
    answer = there("settle").copy().say(command, value)[0]
    assert isinstance(answer, CommandResult)
    assert not answer.ok
    assert why in answer.why


def test_faster_than_the_stage_allows_is_refused_going_backward() -> None:
    runner = there("backward_walk").copy()
    answer = runner.say("set_speed", 3.0)[0]
    assert isinstance(answer, CommandResult)
    assert "limit" in answer.why
    assert any(isinstance(e, BeltRequest) for e in runner.say("set_speed", 0.5))


@pytest.mark.parametrize(("unit", "step"), [("km/h", 0.1 / 3.6), ("mph", 0.1 * 0.44704)])
def test_a_typed_speed_is_corrected_in_steps_of_the_console_unit(unit: str, step: float) -> None:
    runner = Runner(speed_unit=unit)
    runner.feed(BeltState(t=runner.t, speed_m_s=1.0, source="typed"))
    for name, sign in (("faster", 1), ("slower", -1)):
        (request,) = [e for e in runner.say(name) if isinstance(e, BeltRequest)]
        assert request.typed_step_m_s == pytest.approx(sign * step)
        assert request.speed_m_s is None


def test_a_speed_the_treadmill_reports_cannot_be_typed() -> None:
    runner = Runner()
    runner.belt(1.0)
    answer, *rest = runner.say("faster")
    assert isinstance(answer, CommandResult)
    assert "reports it" in answer.why
    assert not [e for e in rest if isinstance(e, BeltRequest)]


def test_one_button_pauses_resumes_and_ends_an_alarm():
    runner = there("settle").copy()
    runner.say("press")
    runner.walk(0.5)
    assert runner.phase == "paused"
    runner.say("press")
    runner.walk(0.5)
    assert runner.phase == "settle"
    runner = there("fallen").copy()
    runner.say("press")
    runner.walk(0.5)
    assert runner.phase == "rest"
