"""Sensors over bleak and a stand-in for bluetoothd: found, kept connected, reported."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

import msgspec
import pytest

from cued.commands._checks.bluetooth import listened
from cued.devices import pod
from cued.engine import Engine, Worn
from cued.model import Battery, BeltRequest, ConfigError, Link, Notice, Notification, Packet, Tick
from cued.runtime.supervise import supervise
from cued.sources import ble
from cued.sources.ble import Ble, Config
from cued.standin.peripheral import GATT, Peripheral
from tests.helpers.pods import Heard, Pod, numbers, one, play, running, sensor, site, streaming_pod


async def test_a_sensor_is_found_connected_and_streams(bluez):
    async with streaming_pod(bluez) as (device, heard):
        await play([device], 50, 25)
        await heard.until(lambda: len(heard.packets("left")) == 25)
        assert heard.links("left")[0].connected
        assert [b.percent for b in heard.items if isinstance(b, Battery)] == [80.0]
        assert numbers(heard.packets("left")) == list(
            range(numbers(heard.packets("left"))[0], numbers(heard.packets("left"))[0] + 50)
        )
        await heard.until(lambda: heard.ups == 1)
    assert device.commands == [b"\x01", b"\x00"]
    assert not device.connected


pytestmark = [pytest.mark.usefixtures("bus"), pytest.mark.alone]


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


@pytest.mark.parametrize("forgotten", [False, True])
async def test_after_a_drop_data_return_within_3_s_of_advertising(bluez, forgotten):
    loop = asyncio.get_running_loop()
    async with streaming_pod(bluez) as (device, heard):
        await play([device], 50, 20)
        device.advertising = False
        bluez.drop(device)
        await heard.until(lambda: not heard.links("left")[-1].connected)
        if forgotten:  # as BlueZ does with an unpaired device after half a minute
            bluez.expire(device)
        await asyncio.sleep(0.5)
        before = len(heard.packets("left"))
        device.advertising = True
        began = loop.time()
        streaming = asyncio.create_task(play([device], 50, 200))
        done = await heard.until(lambda: len(heard.packets("left")) > before, 4)
        print(f"streaming {done - began:.2f} s after it advertises again")
        assert done - began <= 3.0
        streaming.cancel()
        assert [x.connected for x in heard.links("left")] == [True, False, True]


async def test_a_restart_of_the_service_is_recovered_from(bluez):
    async with streaming_pod(bluez) as (device, heard):
        await play([device], 50, 25)
        await bluez.end()
        await asyncio.sleep(0.3)
        await bluez.begin()
        before = len(heard.packets("left"))
        streaming = asyncio.create_task(play([device], 50, 2000))
        await heard.until(lambda: len(heard.packets("left")) > before, 20)
        streaming.cancel()


async def test_failed_connects_are_retried_and_reported_once(bluez, caplog):
    device = bluez.add(Pod(bluez))
    aborted = ("org.bluez.Error.Failed", "br-connection-canceled")
    device.refusals = [aborted] * 30
    async with running(one(device)) as (_, heard):
        await heard.until(lambda: len(device.refusals) < 15, 20)
        device.refusals = []
        await heard.until(lambda: device.streaming, 10)
        await play([device], 50, 5)
        await heard.until(lambda: len(heard.packets("left")) == 5)
    assert [x.connected for x in heard.links("left")][:2] == [False, True]
    warnings = [r for r in caplog.records if r.levelno == logging.WARNING and "left" in r.message]
    assert len(warnings) == 1


async def test_the_engine_sees_a_reconnection_as_a_hole_and_not_as_lag(bluez):
    device = bluez.add(Pod(bluez))
    engine = Engine({"left": Worn("foot_left")})
    loop = asyncio.get_running_loop()
    events = []
    async with running(one(device)) as (_, heard):
        heard.listener = lambda item: events.extend(engine.feed(item))
        await heard.until(lambda: device.streaming)
        await play([device], 50, 50)
        device.advertising = False
        bluez.drop(device)
        for _ in range(15):
            events += engine.feed(Tick(loop.time()))
            await asyncio.sleep(0.1)
        device.advertising = True
        await heard.until(lambda: device.streaming)
        await play([device], 50, 50)
    assert [e.state for e in events if isinstance(e, Link)] == ["up", "late", "lost", "up"]
    assert not [e for e in events if isinstance(e, Notice) and e.code == "link_lags"]


async def test_listening_gives_what_sensors_send(bluez):
    device = bluez.add(Pod(bluez))
    streaming = asyncio.create_task(play([device], 50, 100))
    heard = await listened(Ble(Config(), one(device)), 1.0)
    streaming.cancel()
    assert sum(isinstance(x, Packet) for x in heard) > 20
    assert not device.connected


async def test_a_bug_in_a_callback_ends_the_source(bluez):
    device = bluez.add(Pod(bluez))

    def broken(item):
        if isinstance(item, Notification):
            raise ZeroDivisionError

    source = Ble(Config(), one(device))
    task = asyncio.create_task(source.run(broken, lambda: None))
    streaming = asyncio.create_task(play([device], 50, 500))
    with pytest.raises(ExceptionGroup) as caught:
        async with asyncio.timeout(5):
            await task
    streaming.cancel()
    assert caught.group_contains(ZeroDivisionError)
    assert not device.connected


def test_a_source_without_sensors_of_its_own_is_refused():
    with pytest.raises(ConfigError, match=r"sources\.ble"):
        Ble(Config(), site(phone=sensor("phone", "waist")))


@pytest.mark.parametrize("adapter", ["hci", "hci0 ", "00:11:22:33:44", "usb"])
def test_an_adapter_is_a_number_or_an_address(adapter):
    assert msgspec.convert({"adapter": "hci12"}, Config).adapter == "hci12"
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"adapter": adapter}, Config)


async def test_only_a_treadmill_takes_a_request_and_a_typed_step_is_none():
    source = Ble(Config(), site(left=sensor()))
    assert await source.request(BeltRequest(t=1.0, speed_m_s=1.0)) == "no treadmill is connected"
    typed = BeltRequest(t=1.0, typed_step_m_s=0.1)
    assert await source.request(typed) == "the belt's speed is not typed here"
