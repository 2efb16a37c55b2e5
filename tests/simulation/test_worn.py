"""A worn sensor: its clock, mounting, errors and faults."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from cued.simulation.scenario import SimulatedLink, SimulatedSensor
from tests.simulation.test_link import breaking, packets, play, samples
from tests.simulation.walks import scenario, walk


def test_wearing_another_sensor_changes_no_sample_of_the_first():
    trunk = scenario().sensor[0]
    alone = samples(play(sensor=(trunk,)))
    assert alone.tobytes() == samples(play()).tobytes()


def test_a_sensor_clock_drifts_as_configured():
    fast = SimulatedLink(samples=5, skew_ppm=10_000.0, synced=False)
    found = packets(play(link=fast))
    stamped = found[-1].ticks[-1] - found[0].ticks[-1]
    assert stamped / (found[-1].t - found[0].t) == pytest.approx(1.01, abs=1e-4)
    assert not found[0].synced


def test_broken_samples_are_broken_for_the_configured_time_only():
    t = np.arange(3000) / 100.0
    during = (t >= 10.0) & (t < 12.0)
    nan = samples(play(more=breaking("nan", for_s=2.0)))
    assert np.array_equal(np.isnan(nan[:, 0]), during)
    flat = samples(play(more=breaking("flat", for_s=2.0)))
    still = np.all(np.diff(flat, axis=0) == 0.0, axis=1)
    assert np.array_equal(still, during[1:])
    clipped = samples(play(more=breaking("saturate", by=1.0, for_s=2.0)), "trunk")
    assert np.abs(clipped[during, :3]).max() == pytest.approx(9.80665)
    assert np.abs(clipped[~during, :3]).max() > 12.0


def test_a_sensor_that_slips_measures_in_turned_axes():
    got = samples(play(more=breaking("slip", by=90.0, at=15.0)))
    # Turned by 90 degrees about x, up becomes the sensor's y.
    assert got[:1400, 2].mean() == pytest.approx(9.8, abs=0.4)
    assert got[1600:, 1].mean() == pytest.approx(9.8, abs=0.4)


def test_a_mounting_is_undone_by_its_own_matrix():
    turned = ((0.0, -1.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
    exact = {"noise_m_s2": 0, "noise_deg_s": 0, "bias_m_s2": 0, "bias_deg_s": 0}
    plain = SimulatedSensor(name="trunk", placement="lower_back", **exact)
    other = msgspec.structs.replace(plain, mounting=turned)
    body = samples(play(sensor=(plain,)))[:, :3]
    worn = samples(play(sensor=(other,)))[:, :3]
    assert not np.allclose(worn, body)
    assert np.allclose(worn @ np.array(turned).T, body)


def test_noise_and_offset_are_as_configured():
    loud = SimulatedSensor(name="trunk", placement="lower_back", noise_m_s2=0.5, bias_m_s2=0.0)
    quiet = msgspec.structs.replace(loud, noise_m_s2=0.0)
    off = (
        walk(0.0, sensor=(loud,)).sensors["trunk"][1]
        - walk(0.0, sensor=(quiet,)).sensors["trunk"][1]
    )
    assert off.std() == pytest.approx(0.5, rel=0.03)


def test_a_sensor_without_gyroscope_sends_none():
    sensor = SimulatedSensor(name="chest", placement="chest", rate_hz=25.0, gyro=False)
    found = packets(play(sensor=(sensor,)), "chest")
    assert all(p.gyr is None for p in found)
    assert sum(p.acc.shape[0] for p in found) == 750
