"""An open connection: a device's actions performed, what it sends emitted unchanged."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from cued.devices import movesense, pod
from cued.devices._gatt import BATTERY_LEVEL
from cued.devices.device import Subscribe
from cued.model import Packet
from cued.recording.sessions.session import decoded
from cued.sources import _ble_watching
from cued.standin.peripheral import Char, Peripheral, ReadRefused
from tests.helpers.pods import Pod, numbers, one, play, running, sensor, site, streaming_pod

pytestmark = [pytest.mark.usefixtures("bus"), pytest.mark.alone]


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
        await heard.until(lambda: "429" in heard.links("back")[-1].why, 3)
