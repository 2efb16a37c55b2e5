"""Which sensor a device in reach is for, and the list of a scan."""

from __future__ import annotations

import pytest

from cued.devices.device import Advert
from cued.sources._ble_looking import awaited, scan, supporting
from cued.standin.peripheral import Peripheral
from cued.standin.wearables import FarDevice
from tests.helpers.families import FAMILIES
from tests.helpers.others import HEART_RATE
from tests.helpers.pods import Pod, numbers, play, running, sensor, site

pytestmark = [pytest.mark.usefixtures("bus"), pytest.mark.alone]


async def test_a_sensor_without_a_name_does_not_take_a_named_device(bluez):
    a, b = bluez.add(Pod(bluez, 1)), bluez.add(Pod(bluez, 2))
    where = site(left=sensor(), right=sensor(placement="foot_right", name="cued pod 0001"))
    async with running(where) as (_, heard):
        await heard.until(lambda: a.streaming and b.streaming)
        a.frames = 1000
        await play([a, b], 50, 5)
        await heard.until(lambda: len(heard.packets("right")) == 5)
        assert numbers(heard.packets("right"))[0] == 2000


async def test_a_strap_with_motion_is_left_to_the_sensor_that_wants_motion(bluez):
    h10 = FarDevice(FAMILIES["polar_h10"], bluez, 1)
    h10.peripheral.advertised = [HEART_RATE]
    bluez.add(h10.peripheral)
    where = site(
        hr=sensor("heart_rate", "heart_rate"), chest=sensor("polar_pmd", placement="chest")
    )
    async with running(where) as (_, heard):
        await heard.until(lambda: h10.started)
        assert not heard.links("hr")


async def test_scan_lists_what_is_in_reach_supported_first(bluez):
    bluez.add(Peripheral("C0:DE:00:00:00:66", "Kettle", {}, rssi=-30))
    bluez.add(Pod(bluez, 1, rssi=-80))
    bluez.add(Pod(bluez, 2, rssi=-60))
    found = await scan(0.6)
    assert [f.advert.name for f in found] == ["cued pod 0002", "cued pod 0001", "Kettle"]
    assert [f.devices for f in found] == [("pod",), ("pod",), ()]
    assert found[0].advert.rssi == -60


async def test_scan_reports_a_missing_adapter(bluez):
    bluez.unplug()
    with pytest.raises(TimeoutError, match="adapter"):
        await scan(0.3)


def test_an_advertisement_is_recognised_by_the_most_specific_device_first():
    h10 = Advert("A", "Polar H10 12345678", (HEART_RATE,))
    assert supporting(h10) == ("polar_pmd", "heart_rate")
    assert supporting(Advert("A", "Kettle")) == ()


def test_a_device_is_left_to_a_sensor_that_names_it_or_is_more_specific():
    h10 = Advert("A", "Polar H10 12345678", (HEART_RATE,))
    motion = sensor("polar_pmd", placement="chest")
    strap = sensor("heart_rate", "heart_rate")
    assert awaited(h10, "heart_rate", [motion])
    assert not awaited(h10, "polar_pmd", [strap])
    assert awaited(h10, "polar_pmd", [sensor("heart_rate", "heart_rate", name="Polar H10")])
    assert not awaited(h10, "heart_rate", [sensor("pod", name="cued pod")])
    fixed = sensor("polar_pmd", placement="chest", address="C0:DE:00:00:00:01")
    assert not awaited(h10, "heart_rate", [fixed])
