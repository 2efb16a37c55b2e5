"""Speed from pulses: unevenly stuck tape, jitter, bounce, missed marks, halts."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cued.signal.pulses import LEARNT_ERROR, STANDS_S, Pulses

LENGTH = 3.0
# Positions of eight strips stuck by eye, up to 20 % off, m.
STRIPS = np.cumsum([0.375, 0.33, 0.42, 0.36, 0.40, 0.31, 0.43, 0.375])


def passing(speed, seconds, rng=None, start=0.0):
    """Return the times at which strips pass; ``speed`` : m/s, or a function of time."""
    dt = 0.0005
    t = np.arange(0.0, seconds, dt)
    v = speed(t) if callable(speed) else np.full(t.size, speed)
    distance = np.cumsum(v) * dt + start
    rounds = int(distance[-1] // LENGTH) + 1
    places = np.concatenate([STRIPS + k * LENGTH for k in range(rounds + 1)])
    places = places[(places > distance[0]) & (places < distance[-1])]
    times = np.interp(places, distance, t)
    return times + (rng or np.random.default_rng(1)).normal(0.0, 0.0002, times.size)  # jitter, s


def fed(pulses: Pulses, times) -> list[tuple[float, float]]:
    """Return (t, speed) for each pulse that gives a speed."""
    out = [(t, pulses.feed(float(t))) for t in times]
    return [(t, v) for t, v in out if v is not None]


@pytest.mark.parametrize("speed", [0.3, 0.5, 0.8, 1.3, 2.5, 5.0])
def test_the_speed_is_within_half_a_percent_once_the_tape_is_known(speed):
    found = np.array(fed(Pulses(LENGTH, 8), passing(speed, 12 * LENGTH / speed)))
    late = found[found[:, 0] > 6 * LENGTH / speed, 1]
    off = late / speed - 1
    print(f"{speed} m/s: bias {100 * off.mean():+.3f} %, SD {100 * off.std():.3f} %")
    assert np.abs(off).max() < 0.011
    assert np.sqrt(np.mean(off**2)) < 0.005


def test_before_the_tape_is_known_the_uncertainty_says_so():
    pulses = Pulses(LENGTH, 8)
    times = passing(1.0, 60.0)
    fed(pulses, times[:10])
    assert pulses.error >= 0.05
    fed(pulses, times[10:])
    assert pulses.error == LEARNT_ERROR


def test_the_slowing_at_each_landing_is_seen():
    def speed(t):
        return 1.5 - 0.15 * np.exp(-(((t % 0.55) - 0.1) ** 2) / (2 * 0.05**2))

    pulses = Pulses(LENGTH, 8)
    found = np.array(fed(pulses, passing(speed, 60.0)))
    late = found[found[:, 0] > 30.0]
    assert late[:, 1].std() > 0.02
    assert late[:, 1].mean() == pytest.approx(np.mean(speed(np.arange(0, 55, 0.001))), rel=0.01)


def test_contact_bounce_is_left_out():
    rng = np.random.default_rng(2)
    times = passing(1.2, 60.0, rng)
    bounces = times[rng.random(times.size) < 0.3] + 0.004
    found = np.array(fed(Pulses(LENGTH, 8), np.sort(np.concatenate((times, bounces)))))
    assert np.abs(found[found[:, 0] > 25.0, 1] / 1.2 - 1).max() < 0.01


@pytest.mark.parametrize("seed", range(10))
def test_a_speck_of_dirt_is_recovered_from_within_three_rounds(seed):
    rng = np.random.default_rng(seed)
    speck = rng.uniform(27.0, 30.0)
    times = np.sort(np.append(passing(1.2, 60.0, rng), speck))
    found = np.array(fed(Pulses(LENGTH, 8), times))
    t, off = found[:, 0], np.abs(found[:, 1] / 1.2 - 1)
    assert off[(t > 25.0) & (t < speck)].max() < 0.01
    assert off[t > speck + 3 * LENGTH / 1.2].max() < 0.01
    assert (off[t > 25.0] > 0.6).sum() <= 2


def test_missed_marks_do_not_halve_the_speed():
    rng = np.random.default_rng(3)
    times = passing(1.2, 90.0, rng)
    seen = times[(times < 25.0) | (rng.random(times.size) > 0.1)]
    found = np.array(fed(Pulses(LENGTH, 8), seen))
    off = np.abs(found[found[:, 0] > 25.0, 1] / 1.2 - 1)
    assert np.quantile(off, 0.98) < 0.01


def test_after_a_halt_the_marks_are_found_again():
    pulses = Pulses(LENGTH, 8)
    fed(pulses, passing(1.0, 60.0))
    again = passing(1.0, 40.0, start=1.3) + 100.0
    found = np.array(fed(pulses, again))
    late = found[found[:, 0] > 110.0, 1]
    assert np.abs(late - 1.0).max() < 0.01


def test_standing_is_known_within_1_5_s_and_never_reported_while_the_belt_runs():
    pulses = Pulses(LENGTH, 8)
    times = passing(0.32, 60.0)
    for a, b in pairwise(times):
        pulses.feed(float(a))
        assert all(pulses.overdue(float(t)) != 0.0 for t in np.arange(a, b, 0.1))
    last = float(times[-1])
    pulses.feed(last)
    assert pulses.overdue(last + STANDS_S) == 0.0


def test_a_slowing_belt_is_slower_before_the_next_mark():
    pulses = Pulses(LENGTH, 8)
    times = passing(2.0, 20.0)
    fed(pulses, times)
    found = pulses.overdue(float(times[-1]) + 0.8)
    assert found is not None
    assert 0.3 < found < 0.6


def test_one_magnet_on_a_roller_needs_no_learning():
    times = np.arange(1, 100) * 0.16 / 1.5 + np.random.default_rng(4).normal(0, 0.0002, 99)
    pulses = Pulses(0.16, 1)
    found = np.array(fed(pulses, times))
    assert pulses.error == LEARNT_ERROR
    assert np.abs(found[3:, 1] / 1.5 - 1).max() < 0.01


def test_a_ramp_is_followed():
    def speed(t):
        return np.clip(1.0 + 0.2 * (t - 30.0), 1.0, 2.0)

    found = np.array(fed(Pulses(LENGTH, 8), passing(speed, 60.0)))
    during = (found[:, 0] > 31.0) & (found[:, 0] < 35.0)
    assert np.abs(found[during, 1] - speed(found[during, 0])).max() < 0.1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.0, 3.0, allow_nan=False), min_size=1, max_size=80), st.integers(1, 12))
def test_pulses_never_give_an_impossible_speed(steps, marks):
    pulses, t = Pulses(LENGTH, marks), 0.0
    for step in steps:
        t += step
        for speed in (pulses.feed(t), pulses.overdue(t + 0.1)):
            assert speed is None or 0.0 <= speed < 100.0
