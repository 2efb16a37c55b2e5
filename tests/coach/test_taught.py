"""The backward part's effect across phases."""

from __future__ import annotations

from typing import Any

import pytest

from cued.coach.known import Known
from cued.coach.strides.baseline import OPENING_STRIDES, Baselines
from cued.coach.taught import Taught
from cued.coach.workout.memory import Memory
from cued.coach.workout.phase import PhaseSpec
from cued.coach.workout.totals import SessionTally
from cued.gait.ordinary import Terms

MEMORY = Memory(runner="anna")


def own() -> Baselines:
    made = Baselines()
    for _ in range(OPENING_STRIDES):
        made.learn(Terms("left", "backward", "walking", 6, 0), 1.1)
    return made


def known(*entry: Any, now: float = 0.0, part_s: float = 60.0) -> Known:
    spec = PhaseSpec(entry=frozenset(entry), direction="forward")
    return Known(now=now, spec=spec, baselines=own(), part_s=part_s)


def test_an_imprint_is_announced_where_a_phase_says_so():
    taught = Taught()
    assert taught.enter(known(), MEMORY, SessionTally()) == []
    (imprint,) = taught.enter(known("imprint"), MEMORY, SessionTally())
    assert (imprint.direction, imprint.strides) == ("backward", OPENING_STRIDES)
    taught.forget_runner()
    assert taught.carry is None


@pytest.mark.parametrize(("shorter", "held_s"), [(0.06, 60.0), (None, None)])
def test_a_carry_ends_with_how_long_a_shorter_step_was_held(
    shorter: float | None, held_s: float | None
):
    taught, tally = Taught(), SessionTally()
    taught.enter(known("carry", now=100.0), MEMORY, tally)
    first = taught.carry
    assert first
    first._shift = shorter
    taught.enter(known("carry_on", now=130.0), MEMORY, tally)
    assert taught.carry is first
    assert tally.held_s is None
    taught.enter(known(now=160.0), MEMORY, tally)
    assert taught.carry is None
    assert tally.held_s == held_s


def test_without_a_feeling_to_keep_nothing_was_held():
    taught, tally = Taught(), SessionTally()
    taught.enter(known("carry", part_s=5.0), MEMORY, tally)
    taught.enter(known(now=60.0), MEMORY, tally)
    assert tally.held_s is None


def test_the_runner_is_in_a_carry_only_while_forward_is_asked_for():
    taught = Taught()
    taught.enter(known("carry"), MEMORY, SessionTally())
    assert taught.current(known()) is taught.carry
    turned = Known(spec=PhaseSpec(direction="backward"))
    assert taught.current(turned) is None
