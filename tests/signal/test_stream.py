"""One sensor's packets into blocks across connections."""

from __future__ import annotations

import numpy as np
import pytest

from cued.model import Packet
from cued.signal.stream import Stream

DELAY_S = 0.03


def counted(rate_hz: float, start: float, seconds: float) -> list[Packet]:
    """Return packets of a sensor without a clock; x is each sample's true time."""
    out = []
    for k in range(0, round(seconds * rate_hz), 5):
        t = start + np.arange(k + 1, k + 6) / rate_hz
        acc = np.stack((t, np.full(5, 1e-3) * (k % 2), np.full(5, 9.8)), axis=1)
        out.append(Packet(t[-1] + DELAY_S, "s", None, acc, None, rate_hz))
    return out


@pytest.mark.parametrize(("first", "then"), [(100.0, 50.0), (30.0, 50.0)])
def test_a_sensor_that_returns_at_another_rate_is_neither_late_nor_early(first, then):
    stream = Stream("s", "lower_back", None)
    for packet in counted(first, 10.0, 5.0):
        stream.feed(packet)
    blocks = []
    for packet in counted(then, 17.0, 20.0):
        blocks += stream.feed(packet)
        assert stream.lag_s < 0.1
    assert [b.fresh for b in blocks] == [True] + [False] * (len(blocks) - 1)
    late = np.concatenate([b.t - b.acc[:, 0] for b in blocks])
    assert np.abs(late - DELAY_S).max() < 0.05
    assert (np.diff(np.concatenate([b.t for b in blocks])) > 0).all()
