"""A simulated workout over the whole Bluetooth path gives what it gives without one.

Walker -> frames of each family -> stand-in for bluetoothd -> bleak -> decoder -> clock -> engine,
against the same samples put into the engine directly. In real time, all families at once.
"""

from __future__ import annotations

import asyncio
from functools import cache

import numpy as np
import pytest

from cued.daemon import TICK_S
from cued.engine import Engine, Worn
from cued.model import Belt, BeltRequest, Cadence, Footfall, HeartRate, Link, Packet, Tick
from cued.simulation.run import SimulatedTable, Simulation, collect
from cued.simulation.scenario import BeltSetting, PlannedAction, Scenario, SimulatedSensor
from cued.standin.machines import TreadmillPeripheral
from cued.standin.wearables import FarDevice
from tests.helpers.families import FAMILIES, play
from tests.helpers.others import FootPod, Strap
from tests.helpers.pods import Pod, running, sensor, site
from tests.helpers.pods import play as play_pods

pytestmark = [pytest.mark.usefixtures("bus"), pytest.mark.alone]

WALK_S = 14.0
FROM_S, TO_S = 4.0, WALK_S - 2.5  # settled, and before the last batches
FOOT_S = 0.02
# The trunk's choice between two near peaks hangs on less than a sample: shifting the samples of
# the direct path by 0.3 ms, as the clock may, moves one of its footfalls by 29 ms.
TRUNK_S = 0.05


@cache
def walk() -> SimulatedTable:
    sensors = tuple(
        SimulatedSensor(name=name, placement=f.placement, rate_hz=f.rate_hz, range_g=7.9)
        for name, f in FAMILIES.items()
    )
    return collect(
        Simulation(
            Scenario(
                duration_s=WALK_S,
                sensor=sensors,
                does=(PlannedAction(at_s=0, what="walk"),),
                belt=(BeltSetting(at_s=0, speed_m_s=1.3, ramp_m_s2=2.0),),
            )
        )
    )


def footfalls(events, start: float = 0.0) -> list[tuple[float, str]]:
    return [(e.t - start, e.side) for e in events if isinstance(e, Footfall)]


def direct(name: str) -> list[tuple[float, str]]:
    t, acc, gyr = walk().sensors[name]
    family = FAMILIES[name]
    engine = Engine({name: Worn(family.placement)})
    events = []
    for at in range(0, len(t), 10):
        part = slice(at, at + 10)
        packet = Packet(
            float(t[part][-1]),
            name,
            t[part],
            acc[part],
            gyr[part] if family.gyroscope else None,
            family.rate_hz,
            synced=True,
        )
        events += engine.feed(packet)
    return footfalls(events)


async def perform(devices: dict[str, FarDevice], start: float) -> None:
    plans = {d: d.family.plan(*walk().sensors[name]) for name, d in devices.items()}
    assert await play(plans, start) == 0


async def test_every_family_gives_the_same_footfalls_as_the_direct_path(bluez):
    walk()
    devices = {name: FarDevice(f, bluez, i) for i, (name, f) in enumerate(FAMILIES.items(), 1)}
    for device in devices.values():
        bluez.add(device.peripheral)
    where = site(
        **{
            name: sensor(f.device, f.placement, address=devices[name].peripheral.address)
            for name, f in FAMILIES.items()
        }
    )
    async with running(where) as (_, heard):
        await heard.until(lambda: all(d.started for d in devices.values()), 20)
        # on the engine's grid of 10 ms, or the two paths would see other points of the signal
        start = round(asyncio.get_running_loop().time() + 0.1, 2)
        await perform(devices, start)
        await asyncio.sleep(0.1)
        for name, family in FAMILIES.items():
            engine = Engine({name: Worn(family.placement)})
            events = [e for packet in heard.packets(name) for e in engine.feed(packet)]
            through, straight = footfalls(events, start), direct(name)
            there, back = offsets(straight, through), offsets(through, straight)
            mean, spread = 1e3 * np.mean(there), 1e3 * np.std(there)
            print(f"{name:12s} {len(there):3d} footfalls, {mean:5.1f} ± {spread:3.1f} ms")
            assert len(there) >= 6, name
            assert sides(straight, through) == [], name
            within = FOOT_S if family.placement == "foot_left" else TRUNK_S
            assert max(map(abs, there + back)) < within, name


def offsets(some, others) -> list[float]:
    """Return the distance from each footfall of the settled part to the nearest of the others."""
    return [min((b - a for b, _ in others), key=abs) for a, _ in some if FROM_S < a < TO_S]


def sides(some, others) -> list[tuple[float, str, str]]:
    """Return the footfalls of the settled part that are another foot's on the other path."""
    nearest = [(a, min(others, key=lambda b, a=a: abs(b[0] - a[0]))) for a in some]
    return [(a[0], a[1], b[1]) for a, b in nearest if FROM_S < a[0] < TO_S and a[1] != b[1]]


async def test_silence_is_reported_as_lost_within_1_1_s_of_the_last_sample(bluez):
    device = bluez.add(Pod(bluez))
    engine = Engine({"left": Worn("foot_left")})
    lost: list[tuple[float, Link]] = []
    loop = asyncio.get_running_loop()

    def feed(item):
        lost.extend(
            (loop.time(), e) for e in engine.feed(item) if isinstance(e, Link) and e.state == "lost"
        )

    async with running(site(left=sensor(address=device.address))) as (_, heard):
        await heard.until(lambda: device.streaming)
        heard.listener = feed
        await play_pods([device], 50, 50)
        last = loop.time()
        while not lost and loop.time() - last < 3:
            feed(Tick(loop.time()))
            await asyncio.sleep(TICK_S)
    print(f"lost {lost[0][0] - last:.2f} s after the last sample")
    assert 0.9 <= lost[0][0] - last <= 1.1


async def test_belt_and_heart_rate_arrive_and_the_belt_obeys_within_its_limits(bluez):
    treadmill, strap = TreadmillPeripheral(bluez), Strap(bluez)
    bluez.add(treadmill.peripheral)
    bluez.add(strap.peripheral)
    where = site(
        belt=sensor("ftms", "treadmill", options={"control": True}),
        heart=sensor("heart_rate", "heart_rate"),
    )
    async with running(where) as (source, heard):
        await heard.until(lambda: treadmill.report() and strap.report(141))
        await heard.until(
            lambda: (
                any(isinstance(x, Belt) for x in heard.items)
                and HeartRate in {type(x) for x in heard.items}
            )
        )
        assert await source.request(BeltRequest(t=1.0, speed_m_s=1.25, incline_percent=1.5)) == ""
        assert (treadmill.km_h, treadmill.percent) == (4.5, 1.5)
        assert "faster" in await source.request(BeltRequest(t=2.0, speed_m_s=2.2))
        treadmill.refuses = 4
        assert "failed" in await source.request(BeltRequest(t=3.0, speed_m_s=1.2))
        treadmill.refuses, treadmill.mute = 0, True
        assert "not answer" in await source.request(BeltRequest(t=4.0, speed_m_s=1.2))
        assert treadmill.km_h == 4.5
        treadmill.mute = False  # the next request came while that one was pending
        assert await source.request(BeltRequest(t=4.5, speed_m_s=1.2)) == ""
        treadmill.mute = True
        asyncio.get_running_loop().call_later(0.1, bluez.drop, treadmill.peripheral)
        async with asyncio.timeout(2):
            assert "broke off" in await source.request(BeltRequest(t=5.0, speed_m_s=1.1))


async def test_without_a_treadmill_a_request_is_refused(bluez):
    bluez.add(Pod(bluez))
    async with running(site(left=sensor())) as (source, _):
        assert "no treadmill" in await source.request(BeltRequest(t=1.0, speed_m_s=1.0))


async def test_speed_and_cadence_of_a_foot_pod_arrive_in_either_convention(bluez):
    pod = FootPod(bluez)
    bluez.add(pod.peripheral)
    where = site(pod=sensor("rsc", "treadmill"))
    async with running(where) as (_, heard):
        await heard.until(lambda: pod.report(2.6, 84))
        for _ in range(20):
            pod.report(2.6, 84)
            await asyncio.sleep(0.02)  # the same bytes within 10 ms are a duplicated callback
        await heard.until(lambda: any(isinstance(x, Cadence) for x in heard.items))
        belts = [x for x in heard.items if isinstance(x, Belt)]
        assert belts[-1].speed_m_s == pytest.approx(2.6, abs=1 / 256)
        assert {x.steps_per_min for x in heard.items if isinstance(x, Cadence)} == {168.0}
