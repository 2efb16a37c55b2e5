"""Devices that BlueZ holds: left by a crashed run, taken over, or remembered wrongly."""

from __future__ import annotations

import asyncio

import pytest

from cued.sources import _ble_connecting, _ble_held, ble
from cued.standin.machines import TreadmillPeripheral
from cued.standin.peripheral import GATT
from tests.helpers.pods import Pod, one, play, running, sensor, site

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


async def test_a_stale_cache_of_services_is_cleared(bluez, monkeypatch):
    monkeypatch.setattr(_ble_connecting, "CONNECT_WITHIN_S", 0.4)
    monkeypatch.setattr(ble, "DISCOVER_WITHIN_S", 0.5)
    device = bluez.add(Pod(bluez, stale=True))
    async with running(site(left=sensor(address=device.address))) as (_, heard):
        await heard.until(lambda: device.streaming, 30)
    assert not device.stale


async def test_a_stale_cache_of_a_bonded_sensor_is_reported_with_what_to_do(bluez, monkeypatch):
    monkeypatch.setattr(_ble_connecting, "CONNECT_WITHIN_S", 0.2)
    monkeypatch.setattr(ble, "DISCOVER_WITHIN_S", 0.2)
    monkeypatch.setattr(ble, "back_off", lambda *_: 0.1)
    device = bluez.add(Pod(bluez, stale=True, paired=True))
    async with running(site(left=sensor(address=device.address))) as (_, heard):
        await heard.until(lambda: device.connects >= 2 * ble.GIVE_UP, 20)
        whys = {link.why for link in heard.links("left")}
    assert device.stale
    assert any(f"bluetoothctl remove {device.address} and pair it again" in why for why in whys)


async def test_a_device_another_program_connected_is_taken_over(bluez, monkeypatch):
    monkeypatch.setattr(_ble_held, "TAKE_OVER_AFTER_S", 0.3)
    device = bluez.add(Pod(bluez, advertising=False))
    async with running(site(left=sensor(address=device.address))) as (_, heard):
        await asyncio.sleep(0.4)
        device.advertising = True
        bluez.already_connected(device)
        await heard.until(lambda: device.streaming)
