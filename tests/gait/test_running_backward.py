"""Running backward: a runner simulated from mechanics, since no recording of one is published."""

from __future__ import annotations

import numpy as np
import pytest

from cued.engine import Engine, Worn
from cued.model import AnyEvent, Belt, Gait, Packet
from tests.gait.planar_runner import G, Runner, run

NOMINAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
FEET, SHANKS, TRUNK = ("foot_left", "foot_right"), ("shank_left", "shank_right"), ("lower_back",)
SPEEDS = (1.5, 2.0, 2.5, 3.0)
PEOPLE = range(3)
SECONDS, KNOWN_S = 14.0, 6.0  # each run begins in its middle, as if the sensors had just connected
STEP = 5  # samples of a packet


def gaits_of(runner: Runner, worn: tuple[str, ...]) -> list[Gait]:
    t, felt, _ = run(runner, SECONDS)
    engine = Engine({name: Worn(name, NOMINAL) for name in worn})
    events: list[AnyEvent] = []
    for i in range(0, t.size, STEP):
        part = slice(i, i + STEP)
        at = float(t[part][-1]) + 0.01
        if i % 100 == 0:
            events += engine.feed(Belt(t=at, speed_m_s=runner.speed, source="console"))
        for name in worn:
            acc, gyr = felt[name]
            given = Packet(at, name, t[part], acc[part], gyr[part], 100.0, synced=True)
            events += engine.feed(given)
    return [e for e in events if isinstance(e, Gait)]


def share(gaits: list[Gait], **what: str) -> float:
    """Return the share of the time after ``KNOWN_S`` with these values."""
    until = [g.t for g in gaits[1:]] + [SECONDS]
    spans = zip([max(g.t, KNOWN_S) for g in gaits], until, gaits, strict=True)
    true = (
        b - a for a, b, g in spans if b > a and all(getattr(g, k) == v for k, v in what.items())
    )
    return sum(true) / (SECONDS - KNOWN_S)


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("worn", [(*FEET, *TRUNK), (*FEET, *SHANKS, *TRUNK)])
def test_feet_and_trunk_say_running_and_backward(speed, worn):
    runs = [gaits_of(Runner(speed, seed=seed), worn) for seed in PEOPLE]
    assert "forward" not in {g.direction for gaits in runs for g in gaits}
    assert np.mean([share(gaits, mode="running") for gaits in runs]) > 0.9
    # A faster foot rests less; without rest the direction stays unknown.
    least = 0.9 if speed <= 2.0 else 0.6
    assert np.mean([share(gaits, direction="backward") for gaits in runs]) > least


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("worn", [FEET, FEET[:1], SHANKS, (*SHANKS, *TRUNK), TRUNK])
def test_running_backward_is_never_called_forward_whatever_is_worn(speed, worn):
    gaits = gaits_of(Runner(speed, seed=int(10 * speed)), worn)
    assert "forward" not in {g.direction for g in gaits}
    if "lower_back" in worn:
        assert share(gaits, mode="running") > 0.9


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("worn", [(*FEET, *TRUNK), (*SHANKS, *TRUNK)])
def test_the_same_runner_going_forward_is_never_called_backward(speed, worn):
    gaits = gaits_of(Runner(speed, backward=False, seed=1), worn)
    assert "backward" not in {g.direction for g in gaits}


def test_the_runner_accelerates_as_published():
    """15.7 m/s² upward backward, a fifth less forward, on average at 2.8 m/s (Cavagna 2012)."""
    backward, forward = (
        run(Runner(2.8, back, seed=2), 8.0)[1]["lower_back"][0] for back in (True, False)
    )
    up = [np.percentile(acc[:, 2] - G, 98) for acc in (backward, forward)]
    assert up[0] == pytest.approx(15.7, rel=0.15)
    assert up[1] < up[0] / 1.19
