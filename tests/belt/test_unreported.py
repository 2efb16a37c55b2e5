"""A belt of unreported speed: the trunk distinguishes its changes from the runner's."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import pytest

from cued.belt.unreported import Unreported
from cued.engine import Engine, Worn
from cued.model import AnyEvent, BeltState, Cue, Priority
from cued.simulation.run import Simulation
from tests.coach.walk import given, new_coach, wander
from tests.simulation.walks import scenario

LEVEL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
AT = 120  # strides before the change
WALKS = 50
# How stride time and upward acceleration change, percent. Simulated: belts 0.5 km/h slower at
# 0.5, 0.8 and 1.3 m/s gave +40/-54, +8/-29 and +5/-18.
BELT = [(5.0, -17.0), (-5.0, 17.0), (10.0, -35.0), (3.0, -12.0)]
RUNNER = [(12.0, 0.0), (12.0, 8.0), (-12.0, 0.0), (0.0, 0.0)]
RAIL = [(0.0, -20.0), (0.0, 20.0)]


def seen(pace: float, up: float, seed: int, cv: float = 0.02) -> list[float]:
    """Return the strides until changes are seen; times wander, accelerations scatter by 8 %."""
    rng = np.random.default_rng([seed, 17])
    after = np.arange(2 * AT) >= AT
    times = 1.1 * (1.0 + cv * wander(2 * AT, 0.5, rng)) * np.where(after, 1.0 + pace / 100.0, 1.0)
    ups = 1.6 * np.exp(0.08 * rng.normal(size=2 * AT)) * np.where(after, 1.0 + up / 100.0, 1.0)
    watch = Unreported()
    changes = (watch.stride(float(n), *row) for n, row in enumerate(zip(times, ups, strict=True)))
    return [n - AT for n, since in enumerate(changes) if since is not None]


@pytest.mark.parametrize(("pace", "up"), BELT)
def test_a_belt_change_is_seen_within_twenty_strides(pace: float, up: float) -> None:
    found = [seen(pace, up, seed) for seed in range(WALKS)]
    least = 0.98 if abs(up) > 15.0 else 0.8  # of 200 such walks 100 %; 90 % of the smallest change
    assert sum(any(0 <= n <= 20 for n in strides) for strides in found) >= least * WALKS


@pytest.mark.parametrize(("pace", "up"), RUNNER)
def test_longer_strides_and_harder_landings_are_no_belt_change(pace: float, up: float) -> None:
    assert sum(bool(seen(pace, up, seed)) for seed in range(WALKS)) <= WALKS // 50


@pytest.mark.parametrize(("pace", "up"), RAIL)
def test_a_hand_on_the_rail_is_seldom_seen_as_a_belt_change(pace: float, up: float) -> None:
    """In a fifth of the walks stride time happens to wander along, which costs 33 strides."""
    assert sum(bool(seen(pace, up, seed)) for seed in range(WALKS)) <= 0.4 * WALKS


@cache
def walked(
    more: str, speed: float = 1.3, seconds: float = 120.0, seed: int = 1, *, backward: bool = False
) -> list[AnyEvent]:
    """Simulate a walk with one sensor on the back, on a belt of unreported speed."""
    sensor = '[[sensor]]\nname = "it"\nplacement = "lower_back"\n'
    text = f'[link]\nsamples = 25\n[treadmill]\ntells = "nothing"\n{sensor}{more}'
    plan = scenario(speed, seconds=seconds, backward=backward, more=text)
    engine = Engine({"it": Worn("lower_back", mounting=LEVEL)}, coach=new_coach())
    return [e for item in Simulation(plan, seed=seed).inputs() for e in engine.feed(item)]


OVERLONG = '[[does]]\nat_s = 80.0\nwhat = "overlong"\nby = 12\nfor_s = 40.0'
SLOWER = "[[belt]]\nat_s = 80.0\nspeed_m_s = 1.02\nramp_m_s2 = 0.2"


def levels(events: list[AnyEvent]) -> list[BeltState]:
    return [e for e in events if isinstance(e, BeltState)]


def test_longer_strides_on_a_silent_belt_are_cued() -> None:
    events = walked(OVERLONG)
    assert 80.0 < given(events, "overlong_stride")[0].t < 92.0
    assert [s.watched for s in levels(events)] == [True]


def test_slowing_of_a_silent_belt_is_seen_and_is_not_a_longer_stride() -> None:
    events = walked(SLOWER)
    assert not [c for c in given(events) if c.priority == Priority.TECHNIQUE]
    assert [s.since > 80.0 for s in levels(events)] == [False, True]
    assert levels(events)[1].t < 88.0


def test_a_mark_says_that_the_belt_was_changed() -> None:
    events = walked(f'{OVERLONG}\n[[command]]\nat_s = 79.0\nname = "mark"')
    assert not given(events, "overlong_stride")
    assert levels(events)[1].since == 79.0


PEOPLE = """[person]
height_m = {:.2f}
cadence = {:.3f}
liveliness = {:.2f}
"""
LATE = 150.0  # s, time of the change


@pytest.mark.slow
@pytest.mark.parametrize(
    ("speed", "backward"), [(1.3, False), (0.8, False), (0.8, True)], ids=["1.3", "0.8", "-0.8"]
)
def test_a_change_of_a_silent_belt_and_one_of_the_runner_are_distinguished(
    speed: float, backward: bool
) -> None:
    """Four people each; the figures are in docs/coaching.md."""
    seen, cued = [], []
    for seed in range(4):
        chance = random.Random(7 * seed + 1)
        ranges = ((1.5, 1.95), (0.92, 1.08), (0.6, 1.5))
        person = PEOPLE.format(*(chance.uniform(*between) for between in ranges))
        for by in (-0.278, -0.139, 0.139):
            belt = f"[[belt]]\nat_s = {LATE}\nspeed_m_s = {speed + by}\nramp_m_s2 = 0.15"
            events = walked(person + belt, speed, 185.0, seed, backward=backward)
            seen += [s.t - LATE for s in levels(events) if s.since > LATE - 5.0][:1]
            assert not [c for c in late(events) if c.priority == Priority.TECHNIQUE]
        longer = f'[[does]]\nat_s = {LATE}\nwhat = "overlong"\nby = 12\nfor_s = 35.0'
        events = walked(person + longer, speed, 185.0, seed, backward=backward)
        assert not [s for s in levels(events) if s.since > LATE]
        cued += [c.t - LATE for c in late(events) if c.key == "overlong_stride"][:1]
        tired = f'[[does]]\nat_s = {LATE - 90.0}\nwhat = "tire"\nby = 10'
        events = walked(person + tired, speed, 185.0, seed, backward=backward)
        assert not [s for s in levels(events) if s.since > LATE - 90.0]
    print(f"seen {len(seen)}/12 after {np.round(sorted(seen), 1)} s, cued {np.round(cued, 1)} s")
    assert len(seen) >= (10 if backward else 12)
    # In longer strides at 0.8 m/s a tall walker takes fewer steps than a trunk counts without the
    # belt: then nothing is said.
    assert len(cued) >= (3 if speed < 1.0 and not backward else 4)


def late(events: list[AnyEvent]) -> list[Cue]:
    return [c for c in given(events) if c.t > LATE]
