"""Direction of walking from the trunk, and turns about the vertical."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cued.gait.trunk.heading import JoltDirection, Lead, Yaw

UPRIGHT = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def led(lead_deg: float, along: float = 2.0) -> Lead:
    """Return the lead of two steps at 2 Hz in which forward leads vertical by an angle."""
    t = np.arange(0.0, 1.0, 0.01)
    w = 4 * np.pi
    v, dv = 2.0 * np.cos(w * t), -2.0 * w * np.sin(w * t)
    df = -along * w * np.sin(w * t + math.radians(lead_deg))
    # Changes are scaled to the size of the signals, like those of the chain's filters.
    df, dv = df / w, dv / w
    sums = [np.cumsum(p) for p in (df * v, 0 * v, df * df, 0 * v, v * v, df * dv, dv * dv)]
    lead = Lead()
    for at in (0, 49, 99):
        known = lead.feed(tuple(float(s[at]) for s in sums))
    assert known
    return lead


def test_the_lead_distinguishes_forward_from_backward_walking():
    assert led(109.0).log_odds > 2.0
    assert led(-80.0).log_odds < -2.0
    assert abs(led(25.0).log_odds) < 0.3  # 90 degrees from both


def test_evidence_for_backward_that_a_jog_would_also_give_is_faint():
    assert led(-80.0, along=0.5).faint
    assert not led(-80.0, along=3.0).faint
    assert not led(109.0, along=0.5).faint


def test_too_few_stance_ends_give_no_evidence():
    lead = Lead()
    lead.reset(2)
    sums = (0.0,) * 7
    assert [lead.feed(sums), lead.feed(sums), lead.feed(sums)] == [False, False, True]
    assert lead.log_odds == 0.0


def test_the_jolt_direction_follows_the_direction_of_walking():
    jolt = JoltDirection()
    assert jolt.direction(UPRIGHT, known=False) == (0.0, 0.0, 0.0)
    for _ in range(20):
        jolt.feed(0.9, 0.0)
    assert not jolt.reversed
    assert jolt.direction(UPRIGHT, known=True) == (-1.0, 0.0, 0.0)
    for _ in range(20):
        jolt.feed(-0.9, 0.0)
    assert jolt.reversed
    assert jolt.direction(UPRIGHT, known=True) == (1.0, 0.0, 0.0)
    assert jolt.direction(UPRIGHT, known=False) == pytest.approx((1.0, 0.0, 0.0))


def yawed(rates_deg_s: list[float]) -> list[tuple[int, bool]]:
    yaw, angle, reported = Yaw(), 0.0, []
    for i, rate in enumerate(rates_deg_s):
        angle += math.radians(rate) * 0.1
        if yaw.feed(angle):
            reported.append((i, yaw.turning))
    return reported


def test_a_turn_begins_within_a_second_and_ends_when_it_is_over():
    (began, turning), (ended, still) = yawed([0.0] * 20 + [90.0] * 20 + [0.0] * 20)
    assert (turning, still) == (True, False)
    assert 20 <= began <= 29
    assert 40 <= ended <= 46


def test_a_swinging_pelvis_is_no_turn():
    assert yawed([120.0 * math.sin(2 * math.pi * i / 10) for i in range(200)]) == []


def test_a_slow_bend_is_no_turn():
    assert yawed([40.0] * 50) == []
