"""Which foot touched, from how the trunk rolls and sways."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from cued.gait.trunk.side import SEEN, WAVE, Sides, seen

AHEAD, LEFT = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)


def waves(phase: float, n: int = WAVE) -> tuple[list[list[float]], list[list[float]]]:
    """Sway and roll at 0.9 strides a second, with a phase at the end."""
    t = (np.arange(n) - n + 1) * 0.01
    wave = np.sin(2 * np.pi * 0.9 * t + phase)
    acc, gyr = np.zeros((n, 3)), np.zeros((n, 3))
    acc[:, 1], gyr[:, 0] = wave, wave
    return seen(acc), seen(gyr)


def walked(steps: int, gyro: bool = True) -> list[str]:
    sides = Sides()
    out = []
    for i in range(steps):
        acc, gyr = waves(np.pi * i)
        out.append(sides.feed(0.55 * i, acc, gyr if gyro else None, AHEAD, LEFT))
    return out


def test_feet_take_turns_as_the_waves_do_with_and_without_a_gyroscope():
    for gyro in (True, False):
        told = walked(8, gyro)
        assert set(told) == {"left", "right"}
        assert all(a != b for a, b in pairwise(told))


def test_a_sensor_turned_round_tells_the_other_side():
    acc, gyr = waves(0.4)
    one = Sides().feed(1.0, acc, gyr, AHEAD, LEFT)
    other = Sides().feed(1.0, acc, gyr, (-1.0, 0.0, 0.0), (0.0, -1.0, 0.0))
    assert {one, other} == {"left", "right"}


def test_stillness_and_too_few_samples_tell_nothing():
    still = [[0.0, 0.0, 0.0]] * SEEN
    assert Sides().feed(1.0, still, still, AHEAD, LEFT) == "unknown"
    acc, gyr = waves(0.4, 60)
    assert Sides().feed(1.0, acc, gyr, AHEAD, LEFT) == "unknown"


def test_half_of_the_answer_before_counts_and_nothing_after_a_pause():
    acc, gyr = waves(0.4)
    first = Sides()
    told = first.feed(1.0, acc, gyr, AHEAD, LEFT)
    still = [[0.0, 0.0, 0.0]] * SEEN
    assert first.feed(1.5, still, still, AHEAD, LEFT) not in (told, "unknown")
    paused = Sides()
    paused.feed(1.0, acc, gyr, AHEAD, LEFT)
    assert paused.feed(9.0, still, still, AHEAD, LEFT) == "unknown"
