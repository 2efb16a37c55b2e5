"""A device without its own time that changes its rate is noticed; a bad radio is no change."""

from __future__ import annotations

import numpy as np
import pytest

from cued.model import Floats
from cued.signal.pace import Pace

SHAPES = [(100.0, 1), (100.0, 5), (50.0, 20), (25.0, 1)]
INTERVAL_S = 0.05  # between connection events


def sent(rate_hz: float, per_packet: int, seconds: float, start: float = 0.0) -> Floats:
    """Return the times at which packets are complete."""
    return start + np.arange(per_packet, seconds * rate_hz, per_packet) / rate_hz


def received(times: Floats, jitter_s: float, seed: int) -> Floats:
    """Return arrivals at connection events, late by chance, in order."""
    late = np.random.default_rng(seed).exponential(jitter_s, times.size)
    return np.maximum.accumulate(np.ceil(times / INTERVAL_S) * INTERVAL_S + late)


def changes(arrivals: Floats, rate_hz: float, per_packet: int) -> list[tuple[float, float]]:
    """Return when a change was noticed, and the ratio."""
    pace, out = Pace(), []
    for t in arrivals.tolist():
        ratio = pace.feed(t, per_packet, 1.0 / rate_hz)
        if ratio != 1.0:
            out.append((t, ratio))
            break
    return out


@pytest.mark.parametrize("ratio", [0.5, 1.5, 2.0])
@pytest.mark.parametrize(("rate_hz", "n"), SHAPES)
def test_another_rate_is_noticed_within_seconds(rate_hz, n, ratio):
    for seed in range(5):
        then = sent(rate_hz / ratio, n, 10.0, start=20.0)
        arrivals = received(np.concatenate((sent(rate_hz, n, 20.0), then)), 0.01, seed)
        ((t, found),) = changes(arrivals, rate_hz, n)
        assert 20.5 < t < 23.5
        assert found == ratio


def test_a_ratio_that_is_none_of_the_likely_ones_is_as_measured():
    arrivals = np.concatenate((sent(100.0, 5, 20.0), sent(100.0 / 1.72, 5, 10.0, start=20.0)))
    ((_, found),) = changes(arrivals, 100.0, 5)
    assert found == pytest.approx(1.72, abs=0.08)


@pytest.mark.parametrize(("rate_hz", "n"), SHAPES)
def test_jitter_is_no_change(rate_hz, n):
    assert changes(received(sent(rate_hz, n, 600.0), 0.03, 1), rate_hz, n) == []


@pytest.mark.parametrize("drained", [np.inf, 4.0, 2.0], ids=["at once", "fourfold", "double"])
@pytest.mark.parametrize(("rate_hz", "n"), SHAPES)
def test_a_stall_and_its_backlog_are_no_change(rate_hz, n, drained):
    times = sent(rate_hz, n, 60.0)
    arrivals = received(times, 0.005, 1)
    for start in (10.0, 25.0, 40.0):
        held = (times >= start) & (times < start + 1.5 + 1.5 / (drained - 1.0))
        arrivals[held] = np.maximum(times[held], start + 1.5 + (times[held] - start) / drained)
    assert changes(np.maximum.accumulate(arrivals), rate_hz, n) == []


@pytest.mark.parametrize(("rate_hz", "n"), SHAPES)
def test_a_loss_is_no_change(rate_hz, n):
    times = sent(rate_hz, n, 60.0)
    for start, end in ((10.0, 10.6), (20.0, 23.0), (30.0, 30.4)):
        times = times[(times < start) | (times > end)]
    assert changes(received(times, 0.005, 1), rate_hz, n) == []
