"""Steps at a given speed, against measurements of people."""

from __future__ import annotations

import numpy as np
import pytest

from cued.simulation.gaits import Style, cadence_spm, contact_share


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
