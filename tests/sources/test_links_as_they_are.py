"""Links that misbehave as owners report: slow discovery, stale memory, links held by others."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from bleak.exc import BleakError

from cued.runtime.supervise import supervise
from cued.sources import _ble_connecting, _ble_held, _ble_scanning, ble
from cued.sources.ble import Ble, Config
from cued.standin.machines import TreadmillPeripheral
from tests.helpers.pods import Heard, Pod, play, running, sensor, site

pytestmark = [pytest.mark.usefixtures("bus"), pytest.mark.alone]


async def test_a_slow_discovery_succeeds_once_connected(bluez, monkeypatch):
    monkeypatch.setattr(_ble_connecting, "CONNECT_WITHIN_S", 0.5)
    device = bluez.add(Pod(bluez, discovery_s=1.2))
    async with running(site(left=sensor(address=device.address))) as (_, heard):
        await heard.until(lambda: device.streaming, 12)
        assert device.connects >= 2


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


async def test_a_treadmill_is_released_when_idle_and_taken_when_somebody_moves(bluez, monkeypatch):
    monkeypatch.setattr(ble, "LOOK_EVERY_S", 0.1)
    treadmill = TreadmillPeripheral(bluez)
    treadmill.km_h = 0.0
    pod = bluez.add(Pod(bluez))
    bluez.add(treadmill.peripheral)
    where = site(left=sensor(address=pod.address), belt=sensor("ftms", "treadmill"))
    source = Ble(Config(release_after_min=0.02), where)
    heard = Heard()
    task = asyncio.create_task(source.run(heard.emit, heard.up))
    await heard.until(lambda: treadmill.peripheral.connected and pod.streaming)
    lying = asyncio.create_task(play([pod], 50, 1000))
    await heard.until(lambda: not treadmill.peripheral.connected, 5)
    assert heard.links("belt")[-1].why == ""
    await asyncio.sleep(0.5)
    assert treadmill.peripheral.connects == 1
    pod.frames = 4000  # its sample numbers are accelerations: it is picked up
    await heard.until(lambda: treadmill.peripheral.connected, 5)
    for each in (lying, task):
        each.cancel()
    await asyncio.gather(lying, task, return_exceptions=True)


@pytest.mark.parametrize("adapter", ["hci0", "00:11:22:33:44:55"])
async def test_an_adapter_is_named_by_its_address_or_number(bluez, adapter):
    device = bluez.add(Pod(bluez))
    heard = Heard()
    source = Ble(Config(adapter=adapter), site(left=sensor()))
    task = asyncio.create_task(source.run(heard.emit, heard.up))
    await heard.until(lambda: device.streaming)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_an_adapter_that_returns_under_another_number_is_used(bluez, monkeypatch, caplog):
    monkeypatch.setattr(ble, "ADAPTER_EVERY_S", 0.2)
    device = bluez.add(Pod(bluez))
    heard, faults = Heard(), []
    source = Ble(Config(adapter="00:11:22:33:44:55"), site(left=sensor()))
    run = partial(source.run, heard.emit)
    task = asyncio.create_task(
        supervise("Ble", run, failed=lambda *fault: faults.append(fault), chance=lambda: 0.0)
    )
    await heard.until(lambda: device.streaming)
    bluez.unplug()
    await asyncio.sleep(0.5)
    bluez.plug("/org/bluez/hci1")
    await heard.until(lambda: device.streaming, 15)
    assert "is not there; there is no Bluetooth adapter" not in caplog.text
    assert "the Bluetooth adapter has another number now" in caplog.text
    assert faults == []
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_missing_adapter_is_reported_with_the_present_ones(bluez):
    heard = Heard()
    source = Ble(Config(adapter="AA:BB:CC:DD:EE:FF"), site(left=sensor()))
    task = asyncio.create_task(source.run(heard.emit, heard.up))
    await heard.until(lambda: bool(heard.links("left")))
    why = heard.links("left")[0].why
    assert "AA:BB:CC:DD:EE:FF is not there; there is hci0 (00:11:22:33:44:55)" in why
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_bug_is_not_treated_as_a_lost_link():
    with pytest.raises(AttributeError), _ble_connecting.bleak_faults():
        _ble_connecting.characteristic(None, "x")  # type: ignore[arg-type]


async def test_an_error_inside_bleak_is_a_lost_link():
    with pytest.raises(BleakError), _ble_connecting.bleak_faults():
        {}["gone"]
    with pytest.raises(BleakError), _ble_connecting.bleak_faults():
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
    scanning = _ble_scanning.Scanning({}, reasons.append)
    with scanning.listening(lambda *_: None):
        async with scanning.running(), asyncio.timeout(5):
            await third.wait()
    assert reasons == ["the Bluetooth service does not answer"]
