"""A sensor that loses many samples is reported once, and again when they arrive."""

from __future__ import annotations

import numpy as np
import pytest

from cued.model import Block
from cued.signal.losses import WINDOW_S, Losses


def notices(losses, share, seconds=60.0, start=0.0):
    """Feed blocks of a left foot that loses a share of single samples; return the notices."""
    chance, out = np.random.default_rng(1), []
    for n in range(int(seconds * 10)):
        t = start + 0.1 * n + 0.01 * np.arange(10)
        ok = chance.random(10) >= share
        acc = np.zeros((10, 3))
        out += losses.feed(Block("a", "foot_left", t, acc, None, ok, True, False))
    return out


@pytest.mark.parametrize(
    ("share", "words"), [(0.5, "half"), (0.3, "a third"), (0.7, "two thirds"), (0.95, "most")]
)
def test_losses_are_reported_once_with_the_sensor(share, words):
    (notice,) = notices(Losses(), share)
    assert notice.code == "samples_lost"
    assert notice.text.startswith(f"{words} of the samples from the left foot are lost")
    assert notice.t <= WINDOW_S + 1.0


def test_a_few_losses_are_not_reported():
    assert notices(Losses(), 0.15) == []


def test_the_end_of_losses_is_reported_and_a_link_gap_is_no_loss():
    losses = Losses()
    notices(losses, 0.5)
    assert [n.code for n in notices(losses, 0.02, start=60.0)] == ["samples_whole"]
    assert notices(losses, 0.0, start=400.0) == []
