"""The shared scanner: an adapter that is missing, off, pulled out or busy; faults inside bleak."""

from __future__ import annotations

import asyncio

import pytest
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakError

from cued.devices.device import Advert
from cued.sources import _ble_scanning
from cued.sources._ble_connecting import characteristic
from cued.sources._ble_scanning import Scanning, advert, bleak_faults
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


def test_a_bug_is_not_treated_as_a_lost_link():
    with pytest.raises(AttributeError), bleak_faults():
        characteristic(None, "x")  # type: ignore[arg-type]


async def test_an_error_inside_bleak_is_a_lost_link():
    with pytest.raises(BleakError), bleak_faults():
        {}["gone"]
    with pytest.raises(BleakError), bleak_faults():
        raise asyncio.CancelledError  # raised inside bleak: nobody cancelled this task


async def test_a_scan_that_fails_inside_bleak_is_reported_once_and_retried(monkeypatch):
    starts, reasons, third = [], [], asyncio.Event()

    class Tripping:
        def __init__(self, *_, **__):
            pass

        async def start(self):
            starts.append(1)
            if len(starts) == 3:
                third.set()
            raise KeyError("org.bluez.Adapter1")

    monkeypatch.setattr(_ble_scanning, "BleakScanner", Tripping)
    monkeypatch.setattr(_ble_scanning, "RETRY_S", (0.01,))
    scanning = Scanning({}, reasons.append)
    with scanning.listening(lambda *_: None):
        async with scanning.running(), asyncio.timeout(5):
            await third.wait()
    assert reasons == ["the Bluetooth service does not answer"]


def test_an_advertised_name_loses_its_control_characters():
    device = BLEDevice("C0:DE:00:00:00:01", "\x1b[31mold", None)
    services, maker = ["180d"], {0x0886: b"\x01"}
    heard = advert(device, AdvertisementData("po\nd", maker, {}, services, None, -60, ()))
    assert heard == Advert("C0:DE:00:00:00:01", "pod", ("180d",), maker, -60)
    unnamed = AdvertisementData(None, {}, {}, [], None, -60, ())
    assert advert(device, unnamed).name == "[31mold"
