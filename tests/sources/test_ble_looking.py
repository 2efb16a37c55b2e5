"""Matching devices in reach to sensors, and the list of a scan."""

from __future__ import annotations

import pytest

from cued.devices import pod
from cued.sources._ble_looking import scan
from cued.standin.machines import TreadmillPeripheral
from cued.standin.peripheral import GATT, Peripheral
from cued.standin.wearables import FarDevice
from tests.helpers.families import FAMILIES
from tests.helpers.others import HEART_RATE
from tests.helpers.pods import Pod, numbers, one, play, running, sensor, site

pytestmark = [pytest.mark.usefixtures("bus"), pytest.mark.alone]


async def test_connections_left_by_a_crashed_run_are_closed(bluez):
    device = bluez.add(Pod(bluez))
    device.services[GATT] = {}
    bluez.already_connected(device)
    async with running(one(device)) as (_, heard):
        await heard.until(lambda: device.streaming)
        await play([device], 50, 5)
        await heard.until(lambda: len(heard.packets("left")) == 5)


async def test_a_treadmill_left_connected_is_recognised_by_its_service(bluez):
    treadmill = TreadmillPeripheral(bluez)
    device = bluez.add(treadmill.peripheral)
    device.services[GATT] = {}
    bluez.already_connected(device)
    async with running(site(belt=sensor("ftms", "treadmill"))) as (_, heard):
        await heard.until(treadmill.report)


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


async def test_two_of_a_kind_are_distinguished_by_name(bluez):
    a, b = bluez.add(Pod(bluez, 1)), bluez.add(Pod(bluez, 2))
    where = site(
        left=sensor(name="cued pod 0002"),
        right=sensor(placement="foot_right", name="cued pod 0001"),
    )
    async with running(where) as (_, heard):
        await heard.until(lambda: a.streaming and b.streaming)
        a.frames = 1000
        await play([a, b], 50, 5)
        await heard.until(lambda: len(heard.packets("right")) == len(heard.packets("left")) == 5)
        assert numbers(heard.packets("right"))[0] == 2000


async def test_two_sensors_without_name_or_address_take_one_device_each(bluez):
    a, b = bluez.add(Pod(bluez, 1)), bluez.add(Pod(bluez, 2))
    async with running(site(left=sensor(), right=sensor(placement="foot_right"))) as (_, heard):
        await heard.until(lambda: a.streaming and b.streaming)
        assert (a.connects, b.connects) == (1, 1)


async def test_a_device_without_the_service_is_refused_with_a_sentence(bluez):
    imposter = bluez.add(
        Peripheral("C0:DE:00:00:00:77", "cued pod 0077", {GATT: {}}, [pod.SERVICE])
    )
    async with running(site(left=sensor(address=imposter.address))) as (_, heard):
        await heard.until(lambda: bool([x for x in heard.links("left") if not x.connected]))
        assert "firmware" in heard.links("left")[-1].why


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
