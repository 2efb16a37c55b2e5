"""The clock: any arrivals give increasing times; realistic ones give true times."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cued.model import Floats
from cued.signal.clock import Clock

packets = st.lists(
    st.tuples(
        st.floats(0.0, 5.0),  # between arrivals
        st.floats(-3.0, 30.0),  # jump of the device's time before the packet
        st.integers(1, 40),
    ),
    min_size=1,
    max_size=40,
)


def feed(clock: Clock, plan: list[tuple[float, float, int]], *, ticked: bool) -> list[Floats]:
    out: list[Floats] = []
    arrival, tick = 1000.0, 5.0
    for wait, jump, n in plan:
        arrival += wait
        tick += max(jump, -3.0)
        ticks = tick + 0.01 * np.arange(1, n + 1)
        tick = float(ticks[-1])
        out.append(clock.map(arrival, ticks if ticked else None, n))
    return out


@given(packets, st.booleans())
@settings(max_examples=150, deadline=None)
def test_times_increase_whatever_arrives(plan: list[tuple[float, float, int]], ticked: bool):
    times = np.concatenate(feed(Clock(100.0), plan, ticked=ticked))
    assert np.all(np.isfinite(times))
    assert np.all(np.diff(times) > 0)


@given(packets, st.integers(0, 40), st.booleans())
@settings(max_examples=50, deadline=None)
def test_a_copy_taken_half_way_continues_identically(plan, cut, ticked):
    whole = Clock(100.0)
    all_times = feed(whole, plan, ticked=ticked)
    one = Clock(100.0)
    copies: list[Clock] = []
    arrival, tick = 1000.0, 5.0
    for i, (wait, jump, n) in enumerate(plan):
        if i == cut:
            copies.append(copy.deepcopy(one))
            one = copies[0]
        arrival, tick = arrival + wait, tick + max(jump, -3.0)
        ticks = tick + 0.01 * np.arange(1, n + 1)
        tick = float(ticks[-1])
        assert np.array_equal(one.map(arrival, ticks if ticked else None, n), all_times[i])


class Link:
    """A device and its radio, with the true times kept."""

    def __init__(self, seed: int, *, rate_hz: float, ppm: float, per_packet: int, jitter_s: float):
        self.rng = np.random.default_rng(seed)
        self.rate_hz, self.ppm, self.n, self.jitter_s = rate_hz, ppm, per_packet, jitter_s
        self.arrival = 0.0

    def packets(self, seconds: float, start: float = 50.0, base: float = 7e5):
        count = int(seconds * self.rate_hz / self.n)
        for k in range(count):
            true = start + (k * self.n + np.arange(1, self.n + 1)) / self.rate_hz
            ticks = base + true * (1 + self.ppm * 1e-6)
            self.arrival = max(self.arrival, true[-1] + self.rng.exponential(self.jitter_s))
            yield self.arrival, ticks, true


def worst_error(clock, packets, *, ticked, after_s, lose=lambda k: False):
    worst, first = 0.0, None
    for k, (arrival, ticks, true) in enumerate(packets):
        if lose(k):
            continue
        first = true[0] if first is None else first
        host = clock.map(arrival, ticks if ticked else None, len(true))
        if true[0] - first > after_s:
            worst = max(worst, float(np.abs(host - true).max()))
    return worst


@pytest.mark.parametrize("ppm", [-200, 0, 200])
@pytest.mark.parametrize("seed", [1, 2])
def test_with_ticks_jitter_and_drift_stay_within_5_ms(ppm, seed):
    link = Link(seed, rate_hz=100, ppm=ppm, per_packet=5, jitter_s=0.030)
    assert worst_error(Clock(100), link.packets(600), ticked=True, after_s=10) < 0.005


def test_with_ticks_loss_changes_nothing():
    rng = np.random.default_rng(3)
    lost = rng.random(20000) < 0.2
    link = Link(3, rate_hz=200, ppm=150, per_packet=36, jitter_s=0.010)
    packets = link.packets(300)
    error = worst_error(Clock(200), packets, ticked=True, after_s=10, lose=lambda k: lost[k])
    assert error < 0.008


@pytest.mark.parametrize(("n", "jitter_s", "bound_s"), [(2, 0.010, 0.005), (8, 0.030, 0.020)])
@pytest.mark.parametrize("off_percent", [-3.0, 0.0, 3.0])
def test_without_ticks_a_rate_3_percent_off_is_learnt(off_percent, n, jitter_s, bound_s):
    rate = 100 * (1 + off_percent / 100)
    clock = Clock(100)
    link = Link(4, rate_hz=rate, ppm=0, per_packet=n, jitter_s=jitter_s)
    assert worst_error(clock, link.packets(300), ticked=False, after_s=30) < bound_s
    assert clock.rate_hz == pytest.approx(rate, rel=0.01)


def test_without_ticks_a_loss_is_a_hole_within_the_window():
    clock = Clock(100)
    link = Link(5, rate_hz=100, ppm=0, per_packet=4, jitter_s=0.005)
    missing = range(500, 515)  # 0.6 s
    errors = [
        (true[0], float(np.abs(clock.map(arrival, None, 4) - true).max()))
        for k, (arrival, _, true) in enumerate(link.packets(60))
        if k not in missing
    ]
    assert max(e for t, e in errors if t < 50 + 20.0 and t > 55) < 0.020
    assert max(e for t, e in errors if t > 50 + 515 * 0.04 + 1.1) < 0.030


def test_a_burst_after_a_stall_keeps_the_true_times():
    clock = Clock(100)
    for k in range(400):
        true = 50 + (k * 5 + np.arange(1, 6)) / 100
        stalled = 10.0 <= true[-1] - 50 < 10.8
        arrival = 60.8 if stalled else float(true[-1])
        host = clock.map(arrival, true - 49, 5)
        assert np.abs(host - true).max() < 0.003


def test_a_backlog_before_the_first_good_arrival_is_cleared():
    clock = Clock(100)
    for k in range(400):
        true = 50 + (k * 5 + np.arange(1, 6)) / 100
        host = clock.map(max(52.0, float(true[-1])), true, 5)
    assert np.abs(host - true).max() < 0.001


@pytest.mark.parametrize("base", [0.0, 5e6])
def test_a_device_that_restarts_is_followed_at_once(base):
    clock = Clock(52)
    for arrival, ticks, _ in Link(6, rate_hz=52, ppm=50, per_packet=4, jitter_s=0.01).packets(20):
        clock.map(arrival, ticks, 4)
    again = Link(7, rate_hz=52, ppm=50, per_packet=4, jitter_s=0.01)
    for arrival, ticks, true in again.packets(20, start=72.0, base=base):
        host = clock.map(arrival, ticks, 4)
        assert np.abs(host - true).max() < 0.1


def test_a_link_that_falls_behind_is_noticed():
    clock = Clock(100)
    for k in range(1000):
        true = (k * 5 + np.arange(1, 6)) / 100
        clock.map(float(true[-1]) * 1.05, true, 5)
        if true[-1] < 10:
            assert clock.lag_s < 0.6
    assert clock.lag_s > 1.5


def test_an_empty_packet_gives_nothing():
    assert Clock(100).map(1.0, None, 0).size == 0
