"""A sensor in another unit, or without gravity, is reported once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cued.model import Block, Notice
from cued.signal.gravity import WINDOW_S, Gravity


def blocks(mean: Any, seconds: float, start: float = 0.0, share: float = 1.0) -> list[Block]:
    """Return samples that swing by 5 m/s² about a mean vector; a share of them is good."""
    out: list[Block] = []
    for n in range(int(seconds * 10)):
        t = start + 0.1 * n + 0.01 * np.arange(10)
        acc = np.asarray(mean, dtype=float) + 5.0 * np.sin(2 * np.pi * t)[:, None]
        ok = np.arange(10) < 10 * share
        out.append(Block("back", "lower_back", t, acc, None, ok, False))
    return out


def notices(gravity: Gravity, *parts: list[Block]) -> list[Notice]:
    return [notice for part in parts for block in part for notice in gravity.feed(block)]


@pytest.mark.parametrize(
    ("mean", "words"),
    [
        ([0.0, 0.6, 0.8], "averages 1.0 m/s², not 9.8: it seems to be in g"),
        ([0.3, 0.0, 0.0], "averages 0.3 m/s², not 9.8: gravity is missing"),
        ([0.0, 0.0, 981.0], "averages 981.0 m/s², not 9.8: wrong unit"),
    ],
)
def test_another_unit_is_reported_once_with_the_sensor(mean: list[float], words: str) -> None:
    (notice,) = notices(Gravity(), blocks(mean, 120.0))
    assert (notice.code, notice.sensor) == ("no_gravity", "back")
    assert notice.text == f"the acceleration from the lower back {words}"
    assert notice.t <= 2 * WINDOW_S + 1.0


@pytest.mark.parametrize("mean", [[0.0, 0.0, 9.8], [-6.0, 6.0, -4.0], [0.0, 0.0, 17.0]])
def test_gravity_in_any_direction_and_with_a_swing_is_not_reported(mean: list[float]) -> None:
    assert notices(Gravity(), blocks(mean, 120.0)) == []


def test_half_a_window_upside_down_is_not_reported() -> None:
    upright, turned = [0.0, 0.0, 9.8], [0.0, 0.0, -9.8]
    parts = (blocks(upright, 30.0), blocks(turned, 60.0, 30.0), blocks(upright, 60.0, 90.0))
    assert notices(Gravity(), *parts) == []


def test_the_right_unit_again_is_reported() -> None:
    gravity = Gravity()
    notices(gravity, blocks([0.0, 0.0, 1.0], 60.0))
    (again,) = notices(gravity, blocks([0.0, 0.0, 9.8], 60.0, 60.0))
    assert (again.level, again.code) == ("info", "gravity")


def test_packets_of_any_size_give_the_same_notices() -> None:
    parts = [*blocks([0.0, 0.0, 1.0], 90.0), *blocks([0.0, 0.0, 9.8], 60.0, 90.0)]
    whole = Block("back", "lower_back", np.concatenate([b.t for b in parts]),
                  np.concatenate([b.acc for b in parts]), None,
                  np.concatenate([b.ok for b in parts]), False)  # fmt: skip
    assert notices(Gravity(), [whole]) == notices(Gravity(), parts)
    assert len(notices(Gravity(), [whole])) == 2


def test_too_few_good_samples_say_nothing() -> None:
    assert notices(Gravity(), blocks([0.0, 0.0, 1.0], 60.0, share=0.1)) == []
