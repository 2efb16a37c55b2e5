"""Steps at a given speed, against measurements of people."""

from __future__ import annotations

import numpy as np
import pytest

from cued.simulation.gaits import (
    FootCurve,
    Style,
    cadence_spm,
    contact_share,
    foot,
    rise_m_s2,
    trunk,
)


@pytest.mark.parametrize(("speed", "runs", "heading", "spm", "within"), [
    (1.3, False, "forward", 110.0, 3.0),  # walk ratio of adults, 6.5 mm per step a minute
    (0.61, False, "backward", 109.0, 1.0),  # gottlieb
    (0.3, False, "backward", 72.0, 2.0),
    (0.3, False, "forward", 48.0, 2.0),
    (3.0, True, "forward", 168.0, 1.0),  # 256 people
])  # fmt: skip
def test_step_rates_are_those_that_were_measured(speed, runs, heading, spm, within):
    assert cadence_spm(speed, runs, heading) == pytest.approx(spm, abs=within)


@pytest.mark.parametrize("heading", ["forward", "backward"])
@pytest.mark.parametrize(("runs", "speeds"), [(False, (0.2, 2.0)), (True, (1.6, 4.5))])
def test_faster_is_quicker_without_a_jump(heading, runs, speeds):
    rates = [cadence_spm(v, runs, heading) for v in np.arange(*speeds, 0.01)]
    steps = np.diff(rates)
    assert steps.min() > 0.0
    assert steps.max() < 3.0


def test_walkers_have_over_half_of_a_stride_on_the_ground_and_runners_less():
    for heading in ("forward", "backward"):
        for v in (0.3, 0.8, 1.4):
            assert contact_share(v, 1.1, running=False, heading=heading) > 0.55
        for v in (2.0, 3.0, 4.0):
            stride_s = 120.0 / cadence_spm(v, running=True, heading=heading)
            assert contact_share(v, stride_s, running=True, heading=heading) < 0.48


def test_people_differ_and_one_seed_is_one_person():
    drawn = [Style.drawn(np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    ups = [Style.drawn(np.random.default_rng(seed)).up for seed in range(400)]
    assert np.mean(ups) == pytest.approx(1.0, abs=0.05)


STYLE = Style.drawn(np.random.default_rng(1))


def degrees(curve: FootCurve) -> list[float]:
    """Return the angles of landing and leaving, toes down positive."""
    return np.degrees((curve.land, curve.leave)).tolist()


def test_a_foot_lands_on_its_heel_forward_and_on_its_toes_backward_at_the_measured_angles():
    walks = [foot(1.25, False, "forward", STYLE), foot(0.61, False, "backward", STYLE)]
    assert [degrees(curve) for curve in walks] == [
        pytest.approx([-17.0, 66.0]),
        pytest.approx([24.0, -8.0]),
    ]
    assert degrees(foot(2.5, True, "forward", STYLE)) == pytest.approx([-12.0, 95.0])
    back = foot(2.5, True, "backward", STYLE)
    assert (back.land, back.leave) == (STYLE.run_back_land, STYLE.run_back_leave)
    assert back.land > 0.0


@pytest.mark.parametrize("heading", ["forward", "backward"])
def test_a_faster_walker_turns_the_foot_more_and_lands_harder(heading):
    slow, fast = (foot(v, False, heading, STYLE) for v in (0.5, 1.0))
    assert fast.land / slow.land == pytest.approx(2.0**0.4)
    assert fast.leave / slow.leave == pytest.approx(2.0**0.4)
    assert fast.hit > slow.hit > fast.slap > slow.slap


def test_a_trunk_rises_as_in_nineteen_people_and_less_on_a_slow_belt():
    """2.39 m/s² at 1.25 m/s and 112 steps a minute, where every size is that of the mean person."""
    step_s = 60.0 / 112.0
    assert rise_m_s2(1.25, step_s) == pytest.approx(2.39, abs=0.01)
    assert rise_m_s2(0.2, step_s) / rise_m_s2(0.1, step_s) == pytest.approx(4.0)
    usual = trunk(1.25, step_s, False, "forward", STYLE)
    assert (usual.side, usual.turn) == (pytest.approx(1.0, abs=0.01), pytest.approx(1.0, abs=0.01))
    assert (usual.yaw, usual.lean, usual.lead) == (1.0, 0.0, STYLE.lead_walk)
    assert usual.fore == pytest.approx(1.52 * 1.25 * step_s / 0.67)


def test_backward_the_trunk_moves_as_much_along_as_up_and_more_sideways():
    ahead, back = (trunk(0.7, 0.55, False, h, STYLE) for h in ("forward", "backward"))
    assert back.up == pytest.approx(0.9 * ahead.up)
    assert back.fore >= 1.1 * ahead.up
    assert back.side == pytest.approx(1.3 * ahead.side)
    assert back.lead == STYLE.lead_walk_back


def test_running_backward_is_harder_and_with_the_wearers_own_lead():
    ahead, back = (trunk(2.5, 0.33, True, h, STYLE) for h in ("forward", "backward"))
    assert (ahead.up, back.up) == (1.0, 1.19)
    assert ahead.fore == back.fore == pytest.approx(0.4 * 9.80665)
    assert (ahead.lead, back.lead) == (STYLE.lead_run, STYLE.lead_run_back)
    assert np.degrees(ahead.lean) == pytest.approx(6.0)
