"""The check-in's questions."""

from __future__ import annotations

from cued.coach.workout import ladder
from cued.coach.workout.memory import Memory
from cued.coach.workout.profile import load
from cued.coach.workout.questions import Questions

PROFILE = load("first_time_ever")


def new_questions(stage: int = 0, *, by_hand: bool = True, **memory: object) -> Questions:
    questions = Questions()
    questions.begin(Memory(runner="anna", **memory), PROFILE, stage, by_hand=by_hand)
    return questions


def asked(questions: Questions, now: float = 0.0) -> list[str]:
    """Return every question, each answered by a press at once."""
    out: list[str] = []
    while (key := questions.line(now)) is not None:
        out.append(key)
        questions.said(key, now)
        questions.yes()
    return out


def test_a_first_session_asks_one_thing_at_a_time_and_later_ones_all_at_once():
    first, later = asked(new_questions()), asked(new_questions(sessions=3))
    assert first[:2] == ["check_in", "check_rails"]
    assert later[0] == "check_all"


def test_the_trouble_of_last_time_is_asked_about_first():
    assert asked(new_questions(sessions=3, wrong=True))[0] == "check_better"


def test_jogging_by_hand_asks_for_somebody_at_the_console():
    jog = next(i for i, stage in enumerate(ladder.STAGES) if stage.jog)
    questions = new_questions(jog, sessions=3)
    assert "check_console" in asked(questions)
    assert questions.console_minded
    assert "check_console" not in asked(new_questions(jog, by_hand=False, sessions=3))


def test_silence_means_no_and_it_reminds_until_a_press():
    questions = new_questions(sessions=3)
    questions.said("check_all", 0.0)
    assert questions.line(19.9) is None
    assert questions.line(20.0) == "waiting"
    questions.said("waiting", 20.0)
    assert (questions.line(64.9), questions.line(65.0)) == (None, "waiting")
    assert not questions.answered
    questions.yes()
    assert questions.line(70.0) != "waiting"


def test_a_press_before_the_question_is_no_answer():
    questions = new_questions(sessions=3)
    questions.yes()
    assert questions.line(0.0) == "check_all"


def test_silence_declines_an_offer():
    jog = next(i for i, stage in enumerate(ladder.STAGES) if stage.jog)
    questions = new_questions(jog, sessions=3)
    while questions.line(0.0) != "check_console":
        questions.said(questions.line(0.0) or "", 0.0)
        questions.yes()
    questions.said("check_console", 0.0)
    assert questions.line(20.0) is None
    assert questions.answered
    assert not questions.console_minded
