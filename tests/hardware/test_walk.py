"""A simulated walk through stand-in, firmware, frames and decoder to footfalls."""

from __future__ import annotations

import numpy as np
import pytest

from cued.devices import pod as decoder
from cued.engine import Engine, Worn
from cued.model import Footfall
from cued.parts import NoOptions
from cued.simulation.run import Simulation, collect
from cued.simulation.scenario import BeltSetting, PlannedAction, Scenario, SimulatedSensor
from tests.hardware.boards import Bench

WALK_S = 30.0
RADIO_S = 0.010  # from notifying to arriving
OFF_HZ = 107.0  # this chip's actual rate for 104 Hz


@pytest.fixture(scope="module")
def walk():
    return collect(
        Simulation(
            Scenario(
                duration_s=WALK_S,
                sensor=(SimulatedSensor(name="foot", placement="foot_left", rate_hz=400.0),),
                does=(PlannedAction(at_s=0, what="walk"),),
                belt=(BeltSetting(at_s=0, speed_m_s=1.3, ramp_m_s2=2.0),),
            )
        )
    )


def chip_at(walk):
    """Return the chip's reading at any time: the walk, in counts, angular rate first."""
    t, acc, gyr = walk.sensors["foot"]
    both = np.concatenate((gyr / decoder.GYR_RAD_S, acc / decoder.ACC_M_S2), axis=1)

    def feel(t_us):
        row = [np.interp(t_us / 1e6, t, both[:, k]) for k in range(6)]
        return tuple(int(x) for x in np.clip(np.round(row), -32768, 32767))

    return feel


def heard(bench):
    """Return the footfalls the engine finds in the pod's frames."""
    device, engine = decoder.Pod(NoOptions(), "foot"), Engine({"foot": Worn("foot_left")})
    events = []
    for sent_us, frame in zip(bench.data.sent_us, bench.data.sent, strict=True):
        arrival = sent_us / 1e6 + RADIO_S
        for packet in device.receive(arrival, decoder.DATA, frame):
            events += engine.feed(packet)
    return np.array([e.t for e in events if isinstance(e, Footfall)])


@pytest.mark.parametrize("pauses", [(), [(9, 4000), (800, 300_000)]], ids=["steady", "pausing"])
def test_every_steady_footfall_of_a_simulated_walk_is_found_through_the_firmware(walk, pauses):
    bench = Bench(rate_hz=OFF_HZ, feel=chip_at(walk))
    bench.connect()
    bench.write(b"\x01")
    bench.run(WALK_S - 2, pauses)
    found = heard(bench)
    true = np.array([r.t_s for r in walk.truth if r.kind == "contact" and r.side == "left"])
    true = true[(true > 5) & (true < WALK_S - 3)]
    nearest = found[np.abs(found[:, None] - true).argmin(axis=0)] - true
    assert len(true) > 15
    assert np.abs(nearest).max() < 0.05  # the radio's 10 ms, and the foot chain's share
    assert np.ptp(nearest) < 0.01  # the pod adds no drift
    extra = [t for t in found if 5 < t < WALK_S - 3 and np.abs(true - t).min() > 0.05]
    assert extra == []
