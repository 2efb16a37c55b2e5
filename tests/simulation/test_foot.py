"""The signals of a foot whose path and turns are known."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from cued.frames import GRAVITY_M_S2
from cued.model import Floats
from cued.simulation.foot import FootStride, body_rates, ramp, ring, simulate, turned

DT_S = 0.001
T = np.arange(0.0, 2.0, DT_S)
# On a standing belt: flat until 1.0 s, in the air until 1.5 s, then flat again.
STEP = FootStride(
    contact=0.0, start=0.1, speed=0.0, yaw=0.0, tilt=0.0, lift=1.0, end=1.5, height=0.06
)


def went(force: Floats) -> Floats:
    """Return the path, (n, 3), of a foot that does not turn."""
    free = force - (0.0, 0.0, GRAVITY_M_S2)
    return np.cumsum(np.cumsum(free, axis=0), axis=0) * DT_S**2


def test_the_samples_of_a_step_integrate_to_its_path():
    path = went(simulate(T, [replace(STEP, shift_x=0.5, shift_y=-0.1)])[0])
    assert path[T < 0.99] == pytest.approx(0.0, abs=1e-4)
    assert path[-1] == pytest.approx((0.5, -0.1, 0.0), abs=0.003)
    assert path[:, 2].max() == pytest.approx(0.06, abs=0.003)


def test_the_sole_turns_about_toes_and_heel_and_lies_flat_again():
    """The heel rises by 0.6 rad, the toes end 0.3 rad up, and the sole comes down."""
    _, rate = simulate(T, [replace(STEP, leave=0.6, land=-0.3)])
    angle = np.cumsum(rate[:, 1]) * DT_S
    assert angle.max() == pytest.approx(0.6, abs=0.05)
    assert angle[round(1.5 / DT_S)] == pytest.approx(-0.3, abs=0.01)
    assert angle[-1] == pytest.approx(0.0, abs=0.01)
    assert rate[:, (0, 2)] == pytest.approx(0.0, abs=1e-9)


def test_a_foot_that_stands_on_a_moving_slope_measures_only_gravity():
    standing = FootStride(contact=-1.0, start=-1.0, speed=0.8, yaw=0.0, tilt=0.1)
    force, rate = simulate(T, [standing])
    along, up = GRAVITY_M_S2 * np.sin(0.1), GRAVITY_M_S2 * np.cos(0.1)
    assert force == pytest.approx(np.tile((along, 0.0, up), (T.size, 1)), abs=1e-6)
    assert rate == pytest.approx(0.0, abs=1e-9)


def test_a_contact_jolts_the_foot_at_its_time():
    force, _ = simulate(T, [replace(STEP, hit=40.0)])
    still, _ = simulate(T, [STEP])
    jolt = (force - still)[:, 2]
    assert jolt[T < 1.499] == pytest.approx(0.0, abs=1e-9)
    assert jolt.max() == pytest.approx(40.0, rel=0.02)


def test_a_ring_begins_with_its_size_and_leaves_no_speed():
    age = np.arange(0.0, 0.3, 1e-5)
    assert ring(np.array([-0.01, 0.0])).tolist() == [0.0, 1.0]
    assert ring(age).sum() * 1e-5 == pytest.approx(0.0, abs=1e-5)
    assert abs(ring(np.array([0.2]))[0]) < 1e-4


def test_a_ramp_starts_and_ends_at_rest():
    assert ramp(np.array([-1.0, 0.0, 0.5, 1.0, 2.0])) == pytest.approx([0, 0, 0.5, 1, 1])
    assert ramp(np.array([0.001, 0.999])) == pytest.approx([0.0, 1.0], abs=1e-6)


def test_a_turned_body_sees_a_vector_in_its_own_axes():
    def seen(v: tuple[float, float, float], yaw: float, pitch: float, roll: float) -> list[float]:
        one = [np.array([angle]) for angle in (yaw, pitch, roll)]
        return turned(np.array([v]), *one)[0].tolist()

    quarter = np.pi / 2
    assert seen((1.0, 0.0, 0.0), quarter, 0.0, 0.0) == pytest.approx([0.0, -1.0, 0.0])
    assert seen((0.0, 0.0, 1.0), 0.0, quarter, 0.0) == pytest.approx([-1.0, 0.0, 0.0])
    assert seen((0.0, 0.0, 1.0), 0.0, 0.0, quarter) == pytest.approx([0.0, 1.0, 0.0])


def test_turning_about_the_vertical_is_felt_about_the_axis_that_is_vertical():
    def felt(pitch: float, roll: float) -> list[float]:
        yaw_only = np.array([[2.0, 0.0, 0.0]])
        return body_rates(yaw_only, np.array([pitch]), np.array([roll]))[0].tolist()

    assert felt(0.0, 0.0) == pytest.approx([0.0, 0.0, 2.0])
    assert felt(np.pi / 2, 0.0) == pytest.approx([-2.0, 0.0, 0.0])
    assert felt(0.0, np.pi / 2) == pytest.approx([0.0, 2.0, 0.0])
