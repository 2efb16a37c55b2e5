"""The signals that a stumble, a fall and others add to a trunk."""

from __future__ import annotations

import numpy as np
import pytest

from cued.simulation.mishaps import FALL_S, Mishap, lean, push, tumble

T = np.arange(0.0, 5.0, 0.005)
NOTHING = np.zeros((T.size, 3))
G = np.array((0.0, 0.0, 9.81))


def mishap(what: str, by: float = 1.0, way: float = 1.0) -> Mishap:
    return Mishap(t=1.0, what=what, by=by, for_s=2.0, way=way)


def test_nobody_gets_up_from_a_fall_and_a_stumble_is_over_in_two_seconds():
    fall, stumble, bow = mishap("fall", 80.0), mishap("stumble"), mishap("bow", 20.0)
    assert not fall.over(1e6)
    assert (stumble.over(2.9), stumble.over(3.1)) == (False, True)
    assert (bow.over(3.9), bow.over(4.1)) == (False, True)
    assert fall.peak_t == 1.0 + FALL_S


@pytest.mark.parametrize("way", [1.0, -1.0])
def test_a_fall_stays_tilted_in_its_direction_and_a_bow_comes_up_again(way: float):
    fallen = np.degrees(lean(T, [mishap("fall", 80.0, way)])[:, 1])
    assert fallen[T < 1.0] == pytest.approx(0.0)
    assert fallen[-1] == pytest.approx(80.0 * way)
    bowed = np.degrees(lean(T, [mishap("bow", 20.0)])[:, 1])
    assert bowed.max() == pytest.approx(20.0, abs=0.1)
    assert bowed[-1] == pytest.approx(0.0, abs=1e-9)


def test_the_ground_stops_a_fall():
    felt = push(T, NOTHING, [mishap("fall", 80.0)])[:, 2]
    falling, hit = (T < 1.0 + FALL_S), (T >= 1.0 + FALL_S)
    assert felt[falling].min() < -4.0
    speed = felt.sum() * 0.005
    assert abs(speed) < 0.3 * abs(felt[falling].sum() * 0.005)
    assert felt[hit].max() > 20.0


def test_a_stumble_brakes_the_trunk_then_jolts_and_leaves_no_speed():
    felt = push(T, NOTHING, [mishap("stumble")])
    jolt_t = T[felt[:, 2].argmax()]
    assert 1.2 < jolt_t < 1.4
    assert felt[jolt_t - 0.05 > T, 0].min() < -2.0
    assert felt[-1] == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("what", ["cough", "stumble"])
def test_twice_the_size_is_twice_the_push_added_to_what_was_there(what: str):
    one, two = (push(T, NOTHING + G, [mishap(what, by)]) - G for by in (1.0, 2.0))
    assert two == pytest.approx(2.0 * one)
    assert push(T, NOTHING + G, []) == pytest.approx(NOTHING + G)


def test_a_wipe_turns_the_trunk_to_and_fro_and_ends():
    yaw = np.degrees(lean(T, [mishap("wipe", 15.0)])[:, 0])
    assert -15.0 < yaw.min() < -10.0
    assert 10.0 < yaw.max() < 15.0
    assert yaw[(T < 1.0) | (T > 3.0)] == pytest.approx(0.0, abs=1e-9)


def test_a_foot_tips_over_with_a_fall_and_not_with_a_stumble():
    """Its turn rates add up to its tilt, 1.1 rad, and gravity follows."""
    force, rate = tumble(T, NOTHING + G, NOTHING, [mishap("fall", 80.0)], 1.0)
    assert rate[:, 1].sum() * 0.005 == pytest.approx(1.1, abs=0.1)
    assert force[-1, 0] == pytest.approx(-G[2] * np.sin(1.1), abs=0.01)
    upright = tumble(T, NOTHING + G, NOTHING, [mishap("stumble")], 1.0)
    assert upright[0] == pytest.approx(NOTHING + G)
    assert upright[1] == pytest.approx(NOTHING)
