"""Left or right, from how the trunk rolls and sways."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from cued.gait.trunk.side import EVERY, SEEN, STEP_S, WAVE, Sides, seen

AHEAD, LEFT = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)
STILL = np.zeros((WAVE, 3))


def waves(phase: float, n: int = WAVE, slower: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return sway and roll that end at a phase."""
    t = (np.arange(n) - n + 1) * 0.01
    wave = np.sin(np.pi * t / (STEP_S * slower) + phase)
    acc, gyr = np.zeros((n, 3)), np.zeros((n, 3))
    acc[:, 1], gyr[:, 0] = wave, wave
    return acc, gyr


def walked(steps: int, gyro: bool = True, slower: float = 1.0, late: float = 0.0) -> list[str]:
    sides, step_s = Sides(), STEP_S * slower
    out = []
    for i in range(steps):
        acc, gyr = waves(np.pi * i + late, slower=slower)
        out.append(sides.feed(step_s * i, step_s, acc, gyr if gyro else None, AHEAD, LEFT))
    return out


def test_sides_alternate_with_the_waves_with_and_without_a_gyroscope():
    for gyro in (True, False):
        reported = walked(8, gyro)
        assert set(reported) == {"left", "right"}
        assert all(a != b for a, b in pairwise(reported))


@pytest.mark.parametrize("slower", [1.5, 2.0, 2.5])
def test_the_same_waves_slowed_give_the_same_sides(slower: float):
    phases = np.arange(0.0, 2 * np.pi, 0.2)
    usual = [walked(6, late=late) for late in phases]
    slow = [walked(6, slower=slower, late=late) for late in phases]
    assert np.mean(np.array(usual) == np.array(slow)) > 0.85


def test_a_sensor_turned_round_gives_the_other_side():
    acc, gyr = waves(0.4)
    one = Sides().feed(1.0, STEP_S, acc, gyr, AHEAD, LEFT)
    other = Sides().feed(1.0, STEP_S, acc, gyr, (-1.0, 0.0, 0.0), (0.0, -1.0, 0.0))
    assert {one, other} == {"left", "right"}


def test_stillness_and_too_few_samples_give_no_side():
    assert Sides().feed(1.0, STEP_S, STILL, STILL, AHEAD, LEFT) == "unknown"
    acc, gyr = waves(0.4, 60)
    assert Sides().feed(1.0, STEP_S, acc, gyr, AHEAD, LEFT) == "unknown"


def test_half_of_the_previous_answer_counts_and_none_after_a_pause():
    acc, gyr = waves(2.4)
    first = Sides()
    reported = first.feed(1.0, STEP_S, acc, gyr, AHEAD, LEFT)
    assert first.feed(1.5, STEP_S, STILL, STILL, AHEAD, LEFT) not in (reported, "unknown")
    paused = Sides()
    paused.feed(1.0, STEP_S, acc, gyr, AHEAD, LEFT)
    assert paused.feed(9.0, STEP_S, STILL, STILL, AHEAD, LEFT) == "unknown"


def test_neither_gravity_nor_the_sensors_axes_change_the_side():
    """Of a sensor whose y is forward, whose z is left and whose x is up."""
    acc, gyr = waves(0.4)
    usual = Sides().feed(1.0, STEP_S, acc, gyr, AHEAD, LEFT)
    turned = [np.roll(x, 1, axis=1) for x in (acc + np.array((0.0, 8.0, 9.8)), gyr)]
    assert Sides().feed(1.0, STEP_S, *turned, (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)) == usual


@pytest.mark.parametrize(("slower", "apart"), [(0.5, EVERY), (1.0, EVERY), (2.0, 2 * EVERY)])
def test_samples_are_further_apart_in_slower_steps_and_the_last_is_the_newest(slower, apart):
    numbers = np.arange(3.0 * WAVE).reshape(WAVE, 3)
    used = np.array(seen(numbers, slower * STEP_S))[:, 0] / 3
    assert used[-1] == WAVE - 1
    assert len(used) == SEEN
    assert np.diff(used) == pytest.approx(apart)
