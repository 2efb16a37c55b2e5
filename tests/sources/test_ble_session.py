"""The link against bleak's real BlueZ backend and a stand-in for bluetoothd."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

import pytest

from cued.commands._checks.bluetooth import listened
from cued.devices import movesense, pod
from cued.devices._gatt import BATTERY_LEVEL
from cued.devices.device import Subscribe
from cued.engine import Engine, Worn
from cued.model import Battery, Link, Notice, Notification, Packet, Tick
from cued.recording.sessions.session import decoded
from cued.sources import _ble_connecting, _ble_watching
from cued.sources.ble import Ble, Config
from cued.standin.peripheral import Char, Peripheral, ReadRefused
from tests.helpers.pods import Pod, numbers, one, play, running, sensor, site, streaming_pod

pytestmark = [pytest.mark.usefixtures("bus"), pytest.mark.alone]


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


async def test_four_links_at_50_a_second_lose_and_duplicate_nothing(bluez):
    await four_links(bluez, frames=150)


@pytest.mark.slow
async def test_four_links_at_50_a_second_for_a_minute(bluez):
    await four_links(bluez, frames=3000)


async def four_links(bluez, frames):
    devices = [bluez.add(Pod(bluez, i)) for i in range(1, 5)]
    names = ["left", "right", "back", "shank"]
    places = ["foot_left", "foot_right", "lower_back", "shank_left"]
    where = {
        n: sensor(placement=p, address=d.address)
        for n, p, d in zip(names, places, devices, strict=True)
    }
    async with running(site(**where)) as (_, heard):
        await heard.until(lambda: all(d.streaming for d in devices))
        first = [d.frames for d in devices]
        await play(devices, 50, frames)
        await heard.until(lambda: all(len(heard.packets(n)) >= frames for n in names))
        for name, start in zip(names, first, strict=True):
            expected = [x % 30000 for x in range(2 * start, 2 * (start + frames))]
            assert numbers(heard.packets(name)) == expected


async def test_a_duplicated_callback_is_taken_once(bluez):
    async with streaming_pod(bluez, doubled=True) as (device, heard):
        await play([device], 100, 30)
        await heard.until(lambda: len(heard.packets("left")) >= 30)
        await asyncio.sleep(0.05)
        assert len(heard.packets("left")) == 30


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


async def test_a_silent_link_is_dropped_after_3_s_and_reconnected(bluez):
    async with streaming_pod(bluez) as (device, heard):
        await play([device], 50, 25)
        last = heard.packets("left")[-1].t
        lost = await heard.until(lambda: not heard.links("left")[-1].connected, 6)
        assert 3.0 <= lost - last <= 3.6
        assert "silent" in heard.links("left")[-1].why
        await heard.until(lambda: device.streaming and device.connects == 2, 4)
        await play([device], 50, 5)
        await heard.until(lambda: len(heard.packets("left")) >= 30)


async def test_the_end_does_not_wait_for_a_slow_disconnection(bluez):
    device = bluez.add(Pod(bluez))
    loop = asyncio.get_running_loop()
    drop, dropped = bluez.drop, asyncio.Event()

    def slowly(lost):
        loop.call_later(2.0, lambda: (drop(lost), dropped.set()))

    bluez.drop = slowly
    async with running(one(device)) as (_, heard):
        await heard.until(lambda: device.streaming)
        began = loop.time()
    assert device.commands == [b"\x01", b"\x00"]  # commanded to stop all the same
    assert loop.time() - began < 1.5
    async with asyncio.timeout(5):
        await dropped.wait()
    assert not device.connected


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


async def test_garbage_is_counted_and_then_ends_the_connection(bluez, caplog):
    async with streaming_pod(bluez) as (device, heard):
        for i in range(10):
            bluez.notify(device, pod.DATA, bytes([7, i]))
            device.send()
            await asyncio.sleep(0.02)
        await heard.until(lambda: len(heard.packets("left")) == 10)
        assert heard.links("left")[-1].connected
        for i in range(25):
            bluez.notify(device, pod.DATA, bytes([9, i]))
        await heard.until(lambda: not heard.links("left")[-1].connected)
        assert "no sense" in heard.links("left")[-1].why
    assert sum("version" in r.message for r in caplog.records if r.levelno >= 30) <= 2


async def test_a_lagging_link_is_dropped_with_a_reason(bluez):
    async with streaming_pod(bluez) as (device, heard):
        await play([device], 50, 25)
        await asyncio.sleep(1.6)  # the link stalls; samples of that time come later
        streaming = asyncio.create_task(play([device], 50, 400))
        await heard.until(lambda: not heard.links("left")[-1].connected, 8)
        streaming.cancel()
        assert "late" in heard.links("left")[-1].why


async def test_everything_that_arrives_is_emitted_unchanged(bluez):
    async with streaming_pod(bluez) as (device, heard):
        await play([device], 50, 5)
        bluez.notify(device, pod.DATA, b"\x07\x00")
        await heard.until(lambda: len(heard.wire) >= 7)
    link = next(i for i in heard.items if not isinstance(i, Packet))
    assert pod.DATA in link.services
    again = list(decoded([link, *heard.wire], {"left": one(device).sensors["left"]}))
    assert repr([x for x in again if isinstance(x, Packet)]) == repr(heard.packets("left"))
    assert (heard.wire[-1].data, heard.wire[-1].inputs) == (b"\x07\x00", ())


async def test_notifications_by_socket_give_the_same(bluez_with_sockets, monkeypatch):
    bluez = bluez_with_sockets
    monkeypatch.setattr(pod, "Subscribe", partial(Subscribe, acquire=True))
    async with streaming_pod(bluez) as (device, heard):
        assert device.char(pod.DATA).socket is not None
        await play([device], 50, 25)
        await heard.until(lambda: len(heard.packets("left")) == 25)
        bluez.drop(device)
        await heard.until(lambda: device.streaming and device.connects == 2)


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


async def test_a_battery_that_may_not_be_read_does_not_cost_the_motion(bluez):
    device = bluez.add(Pod(bluez))

    def refuse() -> bytes:
        raise ReadRefused("Operation failed with ATT error: 0x03")

    device.char(BATTERY_LEVEL).read = refuse
    async with running(one(device)) as (_, heard):
        await heard.until(lambda: device.streaming)
        await play([device], 50, 10)
        await heard.until(lambda: len(heard.packets("left")) == 10)
        assert device.connects == 1


async def test_a_sensor_that_requires_a_bond_is_reported(bluez, monkeypatch):
    monkeypatch.setattr(_ble_watching, "FIRST_S", 0.5)
    device = bluez.add(Pod(bluez))
    device.char(pod.DATA).bonded = 0x0F
    async with running(one(device)) as (_, heard):
        await heard.until(lambda: any(not x.connected for x in heard.links("left")))
        assert f"bluetoothctl pair {device.address}" in heard.links("left")[-1].why


async def test_a_hanging_connection_does_not_hold_up_the_others_for_long(bluez, monkeypatch):
    monkeypatch.setattr(_ble_connecting, "CONNECT_WITHIN_S", 0.5)
    stuck, device = Pod(bluez, 1, hangs=True), Pod(bluez, 2)
    bluez.add(stuck)
    bluez.add(device)
    where = site(
        left=sensor(address=stuck.address),
        right=sensor(placement="foot_right", address=device.address),
    )
    async with running(where) as (_, heard):
        await heard.until(lambda: device.streaming, 5)
        assert heard.links("left")[-1].why == "no connection (no answer)"
    assert not stuck.connected


async def test_a_movesense_without_free_slots_is_restarted(bluez):
    commands = []

    def command(data: bytes) -> None:
        commands.append(data)
        if data[0] == 1:  # the answer comes while the next command is on its way
            bluez.notify(device, movesense.NOTIFY, bytes.fromhex("0163ad01"))

    chars = {
        movesense.COMMAND: Char(["write"], write=command),
        movesense.NOTIFY: Char(["notify"]),
    }
    device = bluez.add(
        Peripheral("C0:DE:00:00:00:55", "Movesense 0055", {movesense.SERVICE: chars})
    )
    async with running(site(back=sensor("movesense", "lower_back"))) as (_, heard):
        await heard.until(lambda: bytes((7, movesense.RESET, 5)) in commands, 3)
        assert "429" in heard.links("back")[-1].why
