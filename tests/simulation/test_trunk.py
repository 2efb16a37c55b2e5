"""The signals of a trunk between knots whose movement is known."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from cued.frames import GRAVITY_M_S2
from cued.model import Floats
from cued.simulation.trunk import SHAPES, Knot, Manner, sense, simulate

T = np.arange(0.0, 1.0, 0.002)
MANNER = Manner(sway=np.zeros((3, 4)), up=(0.0,) * 4, fore=(0.0,) * 4)
STILL = Knot(
    t=0.0, phase=0.0, side=0.0, running=0.0, duty=1.0, up=0.0, fore=0.0, lateral=0.0, turn=0.0,
    yaw=0.0, lead=0.0, hit=0.0, lean=0.0, heading=0.0, sway=0.0, shape=(0.0,) * SHAPES,
)  # fmt: skip


def step(
    *, chest: bool = False, heading: float = 0.0, **both: float
) -> tuple[Floats, Floats, Floats]:
    """Return one step of a second, from a left contact to a right one."""
    begin = replace(STILL, side=1.0, **both)
    end = replace(begin, t=1.0, phase=np.pi, side=-1.0, heading=heading)
    before, after = replace(begin, t=-1.0, side=0.0), replace(end, t=2.0)
    return simulate(T, [before, begin, end, after], MANNER, chest)


def test_a_person_who_stands_and_leans_has_that_pitch_and_no_acceleration():
    acc, angles, rates = step(lean=0.2)
    assert acc == pytest.approx(0.0, abs=1e-9)
    assert angles == pytest.approx(np.tile((0.0, 0.2, 0.0), (T.size, 1)))
    assert rates == pytest.approx(0.0, abs=1e-9)


def test_a_sensor_at_rest_reads_gravity_tilted_by_the_lean():
    force, rate = sense(np.zeros((1, 3)), np.array([[0.0, 0.2, 0.0]]), np.array([[1.0, 0.0, 0.0]]))
    g = GRAVITY_M_S2
    assert force[0] == pytest.approx((-g * np.sin(0.2), 0.0, g * np.cos(0.2)))
    assert rate[0] == pytest.approx((-np.sin(0.2), 0.0, np.cos(0.2)))


def test_a_walkers_vertical_is_as_large_as_the_knots_say_and_of_no_net_speed():
    acc, _, _ = step(up=2.0)
    first = 2.0 * abs(acc[:, 2] @ np.exp(-2j * np.pi * T)) / T.size
    assert first == pytest.approx(2.0, rel=0.01)
    assert acc[:, 2].mean() == pytest.approx(0.0, abs=0.01)
    assert acc[:, :2] == pytest.approx(0.0, abs=1e-9)


def test_a_runner_falls_freely_once_off_the_belt_and_the_belt_bears_the_weight_on_average():
    acc, _, _ = step(running=1.0, up=1.0, duty=0.5)
    assert acc[T > 0.51, 2] == pytest.approx(-GRAVITY_M_S2)
    assert acc[T < 0.4, 2].max() > 1.5 * GRAVITY_M_S2
    assert acc[:, 2].mean() == pytest.approx(0.0, abs=0.1)


def test_fore_aft_is_ahead_of_the_vertical_by_the_lead_and_smaller_at_the_chest():
    acc, _, _ = step(up=1.0, fore=1.0, lead=np.pi / 2)
    wave = np.exp(-2j * np.pi * T)
    assert np.angle((acc[:, 0] @ wave) / (acc[:, 2] @ wave)) == pytest.approx(np.pi / 2, abs=0.01)
    chest, _, _ = step(up=1.0, fore=1.0, lead=np.pi / 2, chest=True)
    assert chest[:, 0] == pytest.approx(0.7 * acc[:, 0])
    assert chest[:, 2] == pytest.approx(acc[:, 2])


def test_a_contact_rings_at_its_time_and_an_instant_without_one_does_not():
    acc, _, _ = step(hit=3.0)
    assert acc[0, 2] == pytest.approx(3.0)
    assert abs(acc[T > 0.3, 2]).max() < 0.01
    instants = [replace(STILL, t=t, hit=3.0) for t in (-1.0, 0.0, 2.0)]
    quiet, _, _ = simulate(T, instants, MANNER, chest=False)
    assert quiet == pytest.approx(0.0, abs=1e-9)


def test_the_hip_drops_on_the_swinging_side_and_the_trunk_sways_over_the_standing_leg():
    """After a left contact the left leg stands: it rolls to the right and is pushed there."""
    acc, angles, _ = step(turn=1.0, lateral=1.0)
    middle = (T > 0.3) & (T < 0.7)
    assert angles[middle, 2].mean() > 0.0
    assert acc[middle, 1].mean() < -0.3


def test_a_turn_of_the_heading_starts_and_ends_at_rest():
    _, angles, rates = step(heading=np.pi)
    assert angles[[0, T.size // 2], 0] == pytest.approx([0.0, np.pi / 2], abs=0.01)
    assert rates[0, 0] == pytest.approx(0.0, abs=0.01)
    assert rates[:, 0].max() == pytest.approx(2 * np.pi, rel=0.01)


def test_people_move_differently_and_one_seed_is_one_person():
    one, same, other = (Manner.drawn(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (one.up, one.fore) == (same.up, same.fore)
    assert one.up != other.up
    assert one.up[0] == one.fore[0] == 0.0  # first harmonics are the style's
