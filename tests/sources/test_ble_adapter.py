"""An adapter that is missing, switched off, pulled out or hangs."""

from __future__ import annotations

import asyncio

import pytest

from tests.helpers.pods import Pod, one, play, running, streaming_pod

pytestmark = [pytest.mark.usefixtures("bus"), pytest.mark.alone]


async def test_a_missing_adapter_at_start_is_reported_once_and_waited_for(bluez, caplog):
    bluez.unplug()
    device = bluez.add(Pod(bluez))
    async with running(one(device)) as (_, heard):
        await heard.until(lambda: bool(heard.links("left")))
        assert "adapter" in heard.links("left")[-1].why
        await asyncio.sleep(1.5)
        assert len(heard.links("left")) == 1
        bluez.plug()
        await heard.until(lambda: device.streaming, 8)


async def test_a_missing_bluetooth_service_is_reported_once_and_waited_for(bluez):
    device = bluez.add(Pod(bluez))
    await bluez.end()
    async with running(one(device)) as (_, heard):
        await heard.until(lambda: bool(heard.links("left")))
        assert "service" in heard.links("left")[-1].why
        await asyncio.sleep(1.2)
        assert len(heard.links("left")) == 1
        await bluez.begin()
        await heard.until(lambda: device.streaming, 8)


async def test_an_adapter_pulled_out_while_streaming_is_recovered_from(bluez):
    async with streaming_pod(bluez) as (device, heard):
        await play([device], 50, 10)
        bluez.unplug()
        await heard.until(lambda: "adapter" in heard.links("left")[-1].why, 10)
        bluez.plug()
        await heard.until(lambda: device.streaming, 8)


async def test_a_hanging_scan_is_reported_and_waited_out(bluez):
    bluez.discovering = True
    device = bluez.add(Pod(bluez, advertising=False))
    async with running(one(device)) as (_, heard):
        await heard.until(lambda: bool(heard.links("left")))
        assert "busy" in heard.links("left")[-1].why
        device.advertising = True
        bluez.discovering = False
        await heard.until(lambda: device.streaming, 8)


async def test_a_radio_switched_off_is_reported_with_how_to_switch_it_on(bluez):
    bluez.power(False)
    device = bluez.add(Pod(bluez))
    async with running(one(device)) as (_, heard):
        await heard.until(lambda: bool(heard.links("left")))
        assert "rfkill" in heard.links("left")[-1].why
        bluez.power(True)
        await heard.until(lambda: device.streaming, 8)
