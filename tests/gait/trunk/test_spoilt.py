"""Noise, leaps and turns that no body makes are told from movement."""

from __future__ import annotations

import numpy as np
import pytest

from cued.gait.trunk.spoilt import Recent, whiteness
from cued.model import Block
from tests.gait.blocks import split
from tests.gait.moves import falling

FALL = falling(8.0).block()  # it hits the ground after 8.6 s


def still(acc: tuple[float, float, float], gyr: tuple[float, float, float], noise: float) -> Block:
    """Return half a second of noise about constant values."""
    chance = np.random.default_rng(1).normal(0.0, noise, (2, 50, 3))
    t, ok = np.arange(50) * 0.01, np.ones(50, dtype=bool)
    return Block("s", "waist", t, acc + chance[0], gyr + 0.1 * chance[1], ok, True, True)


def fed(block: Block) -> Recent:
    recent = Recent()
    recent.feed(block)
    return recent


def test_noise_is_white_and_movement_is_not():
    noise = np.random.default_rng(1).normal(5.0, 0.1, (500, 3))
    assert whiteness(noise) == pytest.approx(1.0, abs=0.1)
    assert whiteness(np.cumsum(noise, axis=0)) < 0.01
    assert whiteness(np.ones((12, 3))) == 0.0


@pytest.mark.parametrize(
    ("acc", "gyr", "broken"),
    [
        ((0.0, 0.0, 9.8), (0.0, 0.0, 0.0), False),  # a person who stands or lies
        ((6.0, 0.0, 8.5), (0.0, 0.0, 0.0), False),
        ((0.0, 0.0, 7.0), (0.0, 0.0, 0.0), True),
        ((0.0, 0.0, 9.8), (0.0, 1.0, 0.0), True),
    ],
)
def test_noise_about_a_value_is_a_body_only_if_that_is_at_rest(acc, gyr, broken):
    assert fed(still(acc, gyr, 0.05)).noise(49)
    assert fed(still(acc, gyr, 0.05)).broken(49) is broken


def test_a_descent_is_neither_noise_nor_a_leap_nor_a_spin():
    recent = fed(FALL)
    during = range(825, 858)
    assert not any(recent.noise(i) or recent.leaps(i) or recent.spins(i) for i in during)


def test_a_leap_is_remembered_for_a_tenth_of_a_second():
    acc = FALL.acc.copy()
    acc[300:] += 30.0
    recent = fed(Block("s", "waist", FALL.t, acc, None, FALL.ok, True, True))
    assert [i for i in range(200, 400) if recent.leaps(i)] == list(range(300, 311))


def test_a_turn_has_to_be_too_fast_throughout():
    gyr = FALL.gyr.copy()
    gyr[300:320] = (0.0, 20.0, 0.0)
    recent = fed(Block("s", "waist", FALL.t, FALL.acc, gyr, FALL.ok, True, True))
    assert [i for i in range(200, 400) if recent.spins(i)] == list(range(311, 320))


def test_any_split_gives_the_same_answers():
    whole, recent, i = fed(FALL), Recent(), 0
    for one in split(FALL, range(0, 1300, 7)):
        recent.feed(one)
        for k in range(one.t.size):
            assert (recent.noise(k), recent.leaps(k)) == (whole.noise(i), whole.leaps(i))
            i += 1


def test_a_reset_forgets_the_samples_before():
    recent = fed(still((0.0, 0.0, 90.0), (0.0, 0.0, 0.0), 0.05))
    recent.reset()
    recent.feed(still((0.0, 0.0, 9.8), (0.0, 0.0, 0.0), 0.05))
    assert not recent.leaps(0)
