"""The runner's memory, and how a session changes it."""

from __future__ import annotations

from typing import Any

import pytest

from cued.coach.config import CoachConfig
from cued.coach.known import Known
from cued.coach.workout.keeping import Keeping
from cued.coach.workout.memory import Memory
from cued.coach.workout.profile import PROFILES
from cued.coach.workout.totals import SessionTally
from cued.model import Effect, Imprint, Mounting
from tests.coach.runner import Runner


def kept(known: Known | None = None, **memory: Any) -> Keeping:
    return Keeping(
        CoachConfig(), Memory(**{"runner": "anna", "sessions": 4} | memory), known or Known()
    )


def imprint(stride_s: float) -> Imprint:
    return Imprint(
        t=0.0, direction="forward", mode="walking", speed_m_s=1.0, incline_percent=0.0, strides=50,
        stride_s=stride_s, cv=0.02,
    )  # fmt: skip


def closed(keeping: Keeping, kind: str = "program"):
    tally = SessionTally(started=0.0, kind=kind)
    tally.backward_s = 90.0
    return keeping.close(tally)


def test_another_runner_is_accepted_only_between_sessions():
    known = Known()
    keeping = kept(known)
    known.phase = "carry"
    assert keeping.choose("ben") == "a session is going on"
    assert keeping.choose_profile(PROFILES[0]) == "a session is going on"
    known.phase = "idle"
    assert keeping.choose("ben") == ""
    assert (keeping.memory.runner, known.sessions) == ("ben", 0)


def test_an_unknown_profile_is_answered_with_the_known_ones():
    assert PROFILES[0] in kept().choose_profile("champion")
    keeping = kept()
    assert keeping.choose_profile(PROFILES[-1]) == ""
    assert keeping.profile_name == PROFILES[-1]


def test_a_session_is_remembered_and_ages_until_the_next():
    known = Known()
    keeping = kept(known)
    keeping.tick()
    known.now = 1000.0
    summary, lines = closed(keeping)
    assert (summary.backward_s, keeping.memory.sessions) == (90.0, 5)
    assert ("fact_backward_seconds", {"seconds": 90.0}) in lines
    assert keeping.memory.past[-1].age_s == -1000.0  # its age is that of the session, long ago
    assert keeping.memory.backward_s(3600.0, 1000.0) == 90.0


def test_a_free_run_announces_nothing_and_changes_no_stage():
    keeping = kept(stage=1, clean_sessions=1)
    _, lines = closed(keeping, kind="free_run")
    assert lines == []
    assert (keeping.memory.stage, keeping.memory.clean_sessions) == (1, 1)


def test_the_first_imprint_opens_a_session_and_the_last_one_is_kept():
    keeping = kept()
    keeping.begin()
    keeping.remember([imprint(1.2)])
    keeping.remember([imprint(1.1)])
    assert [i.stride_s for i in keeping.memory.imprint] == [1.1]
    assert keeping.memory.usual_s("forward", "walking", 10, 0) == (1.2,)


@pytest.mark.parametrize("state", ["asked", "guest"])
def test_only_time_backward_is_kept_while_the_runner_is_in_doubt(state: Any):
    keeping = kept(stage=1)
    keeping.begin()
    keeping.stranger.state = state
    keeping.remember([imprint(1.2)])
    keeping.judged(Effect(t=0.0, key="overlong_stride", text="Short steps", worked=True, strides=9))
    upright = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    worn = Mounting(t=0.0, sensor="back", state="known", matrix=upright, front="bow", sure=True)
    keeping.wear(worn)
    summary, _ = closed(keeping)
    assert summary.details["apart"] == 1.0
    assert (keeping.memory.imprint, keeping.memory.worked, keeping.memory.worn) == ((), {}, {})
    assert keeping.memory.stage <= 1


def test_an_unasked_answer_is_refused():
    assert kept().same(True) == "there is no open question"


def test_somebody_else_continues_as_a_guest():
    known = Known(phase="carry")
    keeping = kept(known)
    keeping.begin()
    keeping.stranger.state = "asked"
    assert keeping.same(False) == ""
    assert keeping.memory.runner != "anna"
    assert known.sessions == 0
    closed(keeping)
    assert keeping.memory.runner == "anna"  # the next session is the chosen runner's again


def test_another_runner_is_chosen_between_sessions_and_has_their_own_memory() -> None:
    runner = Runner(Memory(runner="runner", stage=2, sessions=9))
    assert runner.coach.known.stage == 1  # first_time_ever ends there
    assert runner.say("runner", "ann")[0].ok  # type: ignore[union-attr]
    assert runner.coach.known.stage == 0
    runner.walk(5.0)
    assert not runner.say("runner", "bob")[0].ok  # type: ignore[union-attr]
