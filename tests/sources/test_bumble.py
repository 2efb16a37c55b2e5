"""Every device family once more with real ATT bytes, over bumble in place of BlueZ."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from cued.model import Belt, BeltRequest, HeartRate
from cued.standin.machines import TreadmillPeripheral
from cued.standin.wearables import POD_FAMILY, FarDevice
from tests.helpers.bumbled import Air
from tests.helpers.families import FAMILIES, play
from tests.helpers.others import Strap
from tests.helpers.pods import running, sensor, site

STILL = np.array([1.0, -2.0, 9.5])
TURNING = np.array([0.5, -0.25, 1.0])


@pytest.fixture
async def air():
    medium = Air()
    await medium.begin()
    return medium


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
async def test_each_family_is_set_up_and_its_values_arrive(air, family):
    device = FarDevice(family, air, 1)
    await air.put(device.peripheral)
    address = device.peripheral.address
    where = site(it=sensor(family.device, family.placement, address=address))
    async with running(where, radio=air.radio()) as (_, heard):
        n = round(1.6 * family.rate_hz)
        t = 10 + np.arange(n) / family.rate_hz
        acc = STILL + 0.3 * np.sin(3 * t)[:, None]
        gyr = TURNING + 0.1 * np.cos(3 * t)[:, None]
        plan = family.plan(t, acc, gyr)
        used = {char for _, char, _ in plan}
        await heard.until(lambda: device.started and air.subscribed(device.peripheral, used), 15)
        await play({device: plan}, asyncio.get_running_loop().time() - 10)
        await heard.until(lambda: bool(heard.packets("it")), 3)
        await asyncio.sleep(0.1)
        packets = heard.packets("it")
        got = np.concatenate([p.acc for p in packets])
        assert len(got) >= 10
        nearest = np.abs(acc[None, :, :] - got[:, None, :]).max(axis=2).min(axis=1)
        assert nearest.max() < 0.02  # within the coarsest resolution, and no value invented
        if packets[0].gyr is not None:
            turned = np.concatenate([p.gyr for p in packets])
            nearest = np.abs(gyr[None, :, :] - turned[:, None, :]).max(axis=2).min(axis=1)
            assert nearest.max() < 0.01
        assert heard.links("it")[0].connected


async def test_a_link_the_sensor_drops_is_reconnected(air):
    device = FarDevice(POD_FAMILY, air, 1)
    await air.put(device.peripheral)
    where = site(it=sensor("pod", address=device.peripheral.address))
    async with running(where, radio=air.radio()) as (_, heard):
        await heard.until(lambda: device.started, 15)
        device.started = False
        began = asyncio.get_running_loop().time()
        await air.drop(device.peripheral)
        again = await heard.until(lambda: device.started, 10)
        assert again - began <= 3.0
        assert [x.connected for x in heard.links("it")] == [True, False, True]


async def test_a_treadmill_answers_by_indication(air):
    treadmill, strap = TreadmillPeripheral(air), Strap(air)
    await air.put(treadmill.peripheral)
    await air.put(strap.peripheral)
    where = site(
        belt=sensor(
            "ftms", "treadmill", address=treadmill.peripheral.address, options={"control": True}
        ),
        heart=sensor("heart_rate", "heart_rate", address=strap.peripheral.address),
    )
    async with running(where, radio=air.radio()) as (source, heard):
        kinds: set[type] = set()

        def both() -> bool:
            treadmill.report()
            strap.report(120)
            kinds.update(type(x) for x in heard.items)
            return {Belt, HeartRate} <= kinds

        await heard.until(both, 15)
        assert await source.request(BeltRequest(t=1.0, speed_m_s=1.25)) == ""
        assert treadmill.km_h == 4.5
