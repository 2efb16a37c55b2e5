"""A trunk sensor's mounting is used from the start once two workouts, or the feet, agree."""

from __future__ import annotations

from cued.coach.workout.memory import Memory, learned
from cued.model import Mounting

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
