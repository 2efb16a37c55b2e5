"""Sensors and links of a simulated run: arrivals, delays and losses."""

from __future__ import annotations

import gc
import hashlib
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cued.simulation
from cued.model import Battery, Belt, Command, Input, LinkChanged, Packet, Tick
from cued.simulation.link import LinkModel
from cued.simulation.run import Simulation
from cued.simulation.scenario import SimulatedLink, SimulatedSensor, parse
from tests.simulation.walks import scenario

RADIO = SimulatedLink(samples=4, interval_s=0.03, jitter_s=0.004, skew_ppm=40.0, synced=False)


def packets(simulation, sensor="trunk"):
    return [p for p in simulation.inputs() if isinstance(p, Packet) and p.sensor == sensor]


def play(seed=1, **options):
    return Simulation(scenario(1.1, seconds=30.0, **options), seed=seed)


def digest(simulation):
    found = hashlib.sha256()
    for what in simulation.inputs():
        if isinstance(what, Packet):
            found.update(f"{what.t!r} {what.sensor} {what.rate_hz}".encode())
            for array in (what.ticks, what.acc, what.gyr):
                found.update(array.tobytes())
        else:
            found.update(repr(what).encode())
    found.update(repr(simulation.truth).encode())
    return found.hexdigest()


def samples(simulation, sensor="trunk"):
    found = packets(simulation, sensor)
    return np.concatenate([np.c_[p.acc, p.gyr] for p in found])


def breaking(what, at=10.0, **more):
    rest = "".join(f"{k} = {v!r}\n" for k, v in more.items()).replace("'", '"')
    return f'[[breaks]]\nat_s = {at}\nwhat = "{what}"\n{rest}'


def test_the_same_seed_gives_the_same_bytes():
    assert digest(play(link=RADIO)) == digest(play(link=RADIO))
    assert digest(play(link=RADIO)) != digest(play(seed=2, link=RADIO))


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 60))
def test_samples_do_not_depend_on_how_they_are_packed(n):
    whole = samples(play(link=SimulatedLink(samples=1)))
    packed = samples(play(link=SimulatedLink(samples=n)))
    assert packed.shape[0] == whole.shape[0] // n * n
    assert packed.tobytes() == whole[: packed.shape[0]].tobytes()


def test_the_way_inputs_are_taken_changes_nothing():
    simulation = play(link=RADIO)
    taken = simulation.inputs()
    first = [next(taken) for _ in range(777)]
    rest = list(taken)
    whole = list(play(link=RADIO).inputs())
    assert [x.t for x in first + rest] == [x.t for x in whole]
    assert len(first + rest) == len(whole)


def test_inputs_arrive_in_order_and_never_before_their_samples():
    last = 0.0
    for what in play(link=RADIO, more=breaking("stall", for_s=2.0)).inputs():
        assert what.t >= last
        last = what.t
        if isinstance(what, Packet):
            assert what.ticks.shape == (4,)
            assert np.all(np.diff(what.ticks) > 0.0)
    for what in play().inputs():
        if isinstance(what, Packet):
            assert what.synced
            assert what.t == what.ticks[-1]


def test_the_clock_ticks_and_the_belt_reports():
    inputs = list(play(more='[[command]]\nat_s = 12.0\nname = "pause"\n').inputs())
    assert sum(isinstance(x, Tick) for x in inputs) == 300
    belts = [x for x in inputs if isinstance(x, Belt)]
    assert len(belts) == 30
    assert belts[-1].speed_m_s == pytest.approx(1.1)
    (command,) = [x for x in inputs if isinstance(x, Command)]
    assert (command.t, command.name, command.source) == (12.0, "pause", "scenario")


def test_radio_packets_come_at_connection_events_with_a_tail():
    found = packets(play(link=RADIO))
    late = np.array([p.t for p in found]) - np.arange(1, len(found) + 1) * 0.04
    late -= late.min()
    # Up to an interval of waiting, 4 ms at the median for the rest, 40 ms once in a hundred.
    assert 0.010 < np.median(late) < 0.040
    assert late.max() > 0.045


@pytest.mark.parametrize("what", ["lost", "stall"])
def test_a_lost_link_loses_samples_and_a_stalled_one_does_not(what):
    found = packets(play(more=breaking(what, sensor="trunk", for_s=5.0)))
    arrived = np.array([p.t for p in found])
    assert not np.any((arrived > 10.06) & (arrived < 15.0))
    got = sum(p.acc.shape[0] for p in found)
    if what == "stall":
        assert got == 3000
        assert np.sum(arrived == 15.0) > 90
    else:
        assert got == pytest.approx(2500, abs=10)


def test_a_lost_link_is_reported_and_the_others_continue():
    inputs = list(play(more=breaking("lost", sensor="trunk", for_s=5.0)).inputs())
    links = [
        (x.t, x.connected) for x in inputs if isinstance(x, LinkChanged) and x.sensor == "trunk"
    ]
    assert links == [(0.0, True), (10.0, False), (15.0, True)]
    feet = [x.t for x in inputs if isinstance(x, Packet) and x.sensor == "foot_left"]
    assert np.diff(feet).max() < 0.06


def test_a_lagging_link_is_late_by_the_configured_time():
    found = packets(play(more=breaking("lag", by=5.0, for_s=10.0)))
    late = {p.ticks[-1]: p.t - p.ticks[-1] for p in found}
    assert late[max(t for t in late if t < 10.0)] == 0.0
    assert late[min(t for t in late if t > 12.0)] == pytest.approx(5.0)


def test_loss_drops_the_configured_share_of_packets():
    found = packets(play(link=SimulatedLink(samples=1, loss_percent=20.0)))
    # 3,000 packets: one SD is 22.
    assert len(found) == pytest.approx(2400, abs=90)


def test_random_stalls_and_drops_come_at_the_configured_rate():
    link = SimulatedLink(stalls_per_h=120.0, drops_per_h=30.0)
    sensor = SimulatedSensor(name="trunk", placement="lower_back", rate_hz=25.0)
    model = LinkModel(sensor, link, (), 0.0, np.random.default_rng(1))
    inputs: list[Input] = []
    for t in np.arange(3600 * 25).reshape(-1, 25) / 25.0:  # an hour, in pieces of a second
        rows = np.zeros((25, 3))
        inputs += [what for _, what in model.send(float(t[0]) + 1.0, t, t, rows, rows)]
    drops = sum(isinstance(x, LinkChanged) and not x.connected for x in inputs)
    assert 15 <= drops <= 45
    arrivals = np.array([x.t for x in inputs if isinstance(x, Packet)])
    stalls = np.sum((np.diff(arrivals) > 0.45) & (np.diff(arrivals) < 2.3))
    assert 60 <= stalls <= 160


@pytest.mark.slow
def test_memory_does_not_grow_with_the_run():
    text = Path(cued.simulation.__path__[0], "scenarios", "soak.toml").read_text()
    simulation = Simulation(parse(text), keep_truth=100)
    held: list[int] = []
    tracemalloc.start()
    try:
        for what in simulation.inputs():
            if isinstance(what, Tick) and what.t >= 900.0 * (len(held) + 1):
                gc.collect()
                held.append(tracemalloc.get_traced_memory()[0])
                if len(held) == 4:
                    break
    finally:
        tracemalloc.stop()
    # From a quarter of an hour to an hour: within what a few seconds of plan weigh.
    assert max(held) - min(held) < 200_000


def test_a_battery_is_reported():
    inputs = play(more=breaking("battery", sensor="trunk", by=8.0)).inputs()
    assert [(x.t, x.percent) for x in inputs if isinstance(x, Battery)] == [(10.0, 8.0)]
