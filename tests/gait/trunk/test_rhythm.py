"""Steps that the contacts missed, told from how often the trunk swings up and down."""

from __future__ import annotations

import numpy as np
import pytest

from cued.gait.trunk.rhythm import RhythmCheck
from cued.gait.trunk.waves import Waves
from tests.gait import trunk_walker as walker


@pytest.mark.parametrize(("left_out", "doubted"), [(0, False), (2, True), (3, True)])
@pytest.mark.parametrize("gait", ["walk", "slow walk", "run"])
def test_a_rhythm_that_misses_steps_is_in_doubt(gait: str, left_out: int, doubted: bool) -> None:
    step_s = {"walk": 0.55, "slow walk": 0.9, "run": 0.36}[gait]
    acc, _, contacts = (walker.running if gait == "run" else walker.walking)(20.0, step_s)
    waves, rhythm = Waves(), RhythmCheck()
    waves.feed(0, acc, None)
    for n, k in enumerate((contacts / walker.DT_S).astype(int).tolist()):
        waves.catch_up(k, walker.ROWS, walker.G)
        if left_out and n % left_out == 0:
            continue
        missed = rhythm.feed(k, waves.sums)
        assert not (missed and not doubted)
    assert rhythm.doubtful == doubted


def test_one_missed_step_is_known_and_raises_no_doubt() -> None:
    acc, _, contacts = walker.walking(20.0)
    waves, rhythm = Waves(), RhythmCheck()
    waves.feed(0, acc, None)
    reported: list[bool] = []
    for k in np.delete((contacts / walker.DT_S).astype(int), 15).tolist():
        waves.catch_up(k, walker.ROWS, walker.G)
        reported.append(rhythm.feed(k, waves.sums))
    assert np.flatnonzero(reported).tolist() == [15]
    assert not rhythm.doubtful


def test_a_trunk_that_does_not_move_has_missed_no_step() -> None:
    rhythm = RhythmCheck()
    assert not any(rhythm.feed(55 * n, (0.0,) * 7) for n in range(20))
    assert not rhythm.doubtful


@pytest.mark.parametrize(("swings", "doubted"), [(1.7, False), (1.8, True)])
def test_four_steps_with_nearly_two_swings_each_raise_a_doubt(swings: float, doubted: bool) -> None:
    """Of a wave of w rad a sample, squared changes are w² of the squares; a step is 55 samples."""
    w = 2 * np.pi * swings / 55
    rhythm = RhythmCheck()
    for n in range(5):
        assert not rhythm.doubtful
        rhythm.feed(55 * n, (0.0, 0.0, 0.0, 0.0, 1.0 * n, 0.0, w * w * n))
    assert rhythm.doubtful == doubted
