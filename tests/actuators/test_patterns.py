"""Patterns: told apart by touch, and long enough to feel."""

from __future__ import annotations

import itertools
from typing import get_args

import pytest

from cued.actuators._patterns import SCORES, Pulse, pulses
from cued.model import Pattern

FELT = [p for p in SCORES if p != "none"]


def motor(pattern: Pattern, side: str) -> list[Pulse]:
    return [p for p in pulses(pattern) if getattr(p, side)]


def test_there_are_six_patterns_and_each_has_its_own_number_of_pulses() -> None:
    assert set(SCORES) == set(get_args(Pattern))
    assert sorted(len(pulses(p)) for p in FELT) == [1, 2, 3, 4, 5, 6]


def test_no_two_patterns_have_the_same_rhythm_whatever_motor_fails() -> None:
    rhythms = [tuple(p.at_s for p in pulses(name)) for name in FELT]
    assert len(set(rhythms)) == len(FELT)
    for side in ("left", "right"):
        half = [tuple(p.at_s for p in motor(name, side)) for name in FELT if motor(name, side)]
        assert len(set(half)) == len(half)


@pytest.mark.parametrize("pattern", FELT)
@pytest.mark.parametrize("size", [0.0, 0.5, 1.0])
def test_pulses_are_long_enough_to_feel_and_far_enough_apart(pattern: Pattern, size: float) -> None:
    for side in ("left", "right"):
        felt = [p for p in pulses(pattern, size) if getattr(p, side)]
        assert len(felt) <= 5
        assert all(0.0999 <= p.on_s <= 0.2001 for p in felt)
        gaps = [b.at_s - a.end_s for a, b in itertools.pairwise(felt)]
        assert all(gap > 0.0999 for gap in gaps)


def test_a_larger_error_gives_longer_pulses_of_a_step() -> None:
    lengths = [pulses("step", size)[0].on_s for size in (-1.0, 0.0, 0.5, 1.0, 9.0)]
    assert lengths == pytest.approx([0.1, 0.1, 0.15, 0.2, 0.2])


def test_only_alarms_and_states_use_both_motors_at_once() -> None:
    assert {n for n in FELT if any(p.left and p.right for p in pulses(n))} == {"alarm", "notice"}
