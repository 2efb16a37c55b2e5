"""A noisy speed is no change of the belt, and a change of the belt is known at once."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cued.belt.owner import Owner
from cued.model import Belt

STEP = 0.1 / 3.6  # one step of 0.1 km/h


def told(reports, owner=None):
    """Every state that the owner tells of these reports."""
    owner = owner or Owner()
    return [state for belt in reports for state in owner.report(belt)]


def steady_walk(jitter, speed=1.30, seconds=600, seed=0):
    """Reports once a second of one speed, each as ``jitter`` makes it."""
    chance = random.Random(seed)
    return [Belt(float(t), jitter(speed, chance), source="it") for t in range(seconds)]


def changes(states, after_s=20.0):
    """Levels begun, and ramps, once the source's jitter has been seen for a while."""
    late = [s for s in states if s.t > after_s]
    early = [s for s in states if s.t <= after_s]
    return [s for s in late if not s.steady or s.since != early[-1].since]


JITTERS = {
    "noise 0.004": lambda v, c: v + c.gauss(0.0, 0.004),
    "noise 0.01": lambda v, c: v + c.gauss(0.0, 0.01),
    "noise 0.03": lambda v, c: v + c.gauss(0.0, 0.03),
    "noise 3 %": lambda v, c: v * c.gauss(1.0, 0.03),
    "1/256": lambda v, c: round((v + c.gauss(0.0, 0.002)) * 256) / 256,
    "flicker 1 %": lambda v, c: v + STEP * (c.random() < 0.01),
    "flicker 10 %": lambda v, c: v + STEP * (c.random() < 0.10),
    "flicker 50 %": lambda v, c: v + STEP * (c.random() < 0.50),
    "flicker 90 %": lambda v, c: v + STEP * (c.random() < 0.90),
    "zeros and noise": lambda v, c: (v + c.gauss(0.0, 0.01)) * (c.random() >= 0.10),
    "zeros 10 %": lambda v, c: v * (c.random() >= 0.10),
    "24 km/h at times": lambda v, c: 24 / 3.6 if c.random() < 0.02 else v,
}


@pytest.mark.parametrize("speed", [0.4, 0.8, 1.3, 2.8])
@pytest.mark.parametrize("name", JITTERS)
def test_jitter_is_hardly_ever_a_change_at_any_speed(name, speed):
    walks = [changes(told(steady_walk(JITTERS[name], speed, seed=seed))) for seed in range(8)]
    assert sum(bool(walk) for walk in walks) <= 1


@pytest.mark.parametrize("name", ["noise 0.004", "noise 0.01", "1/256"])
@given(at=st.floats(60.0, 60.7), up=st.booleans(), seed=st.integers(0, 99))
def test_a_ramp_is_known_within_two_seconds_whatever_the_jitter(name, at, up, seed):
    def truth(t):
        return 1.30 + (1 if up else -1) * 0.2 * min(max(t - at, 0.0), 2.0)

    chance = random.Random(seed)
    reports = [Belt(float(t), JITTERS[name](truth(t), chance), source="it") for t in range(80)]
    began = [s.t for s in told(reports) if s.t > at and not s.steady]
    assert began
    assert began[0] - at <= 2.0


@pytest.mark.parametrize(
    # A step of 2.8 standard deviations is certain (once in 100,000 reports) after ln(100,000) /
    # (2.8² / 2) = 3 reports at best: 3 to 4 s.
    ("name", "within_s", "nearly_all_s"),
    [("noise 0.004", 2.0, 3.0), ("1/256", 2.0, 3.0), ("noise 0.01", 4.5, 8.0)],
)
def test_one_step_of_a_noisy_source_is_known_about_as_soon_as_can_be(name, within_s, nearly_all_s):
    delays = sorted(delay(JITTERS[name], seed) for seed in range(40))
    assert delays[20] <= within_s
    assert delays[35] <= nearly_all_s


def delay(jitter, seed):
    """From a step of 0.1 km/h until it is known, s."""
    chance = random.Random(seed)
    at, up = 120.0 - chance.random(), chance.choice((1.0, -1.0))
    reports = (jitter(1.30 + up * STEP * (t > at), chance) for t in range(180))
    states = told(Belt(float(t), speed, source="it") for t, speed in enumerate(reports))
    return next(s.t for s in states if s.t > at and s.since > 60.0) - at


@given(st.floats(0.3, 4.0), st.booleans(), st.integers(2, 120))
def test_one_step_of_a_quiet_console_is_known_with_its_second_report(speed, up, before):
    after = speed + (STEP if up else -STEP)
    owner = Owner()
    told([Belt(float(t), speed) for t in range(before + 15)], owner)
    states = told([Belt(before + 15.0 + t, after) for t in range(6)], owner)
    assert states
    assert states[0].t == before + 16.0
    assert states[-1].steady
    assert states[-1].speed_m_s == pytest.approx(after, abs=1e-3)
