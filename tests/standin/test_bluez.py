"""The stand-in for bluetoothd, called over the bus as a program calls BlueZ."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusError

from cued.standin import bluez as standin
from cued.standin.bluez import ADAPTER1, CHAR1, DEVICE1, SERVICE1
from cued.standin.peripheral import ADAPTER, Char, Peripheral, ReadRefused

pytestmark = [pytest.mark.usefixtures("bus"), pytest.mark.alone]

SERVICE, DATA, SECRET = (f"12345678-0000-0000-0000-00000000000{n}" for n in range(3))


def refuse() -> bytes:
    raise ReadRefused("not permitted")


def band(**more: Any) -> Peripheral:
    data = Char(
        ["read", "write", "notify"], lambda: b"\x07", lambda d: 0x80 if d == b"no" else None
    )
    secret = Char(["read", "notify"], refuse, bonded=0x0F)
    chars = {DATA: data, SECRET: secret}
    return Peripheral("C0:DE:00:00:00:70", "Band", {SERVICE: chars}, [SERVICE], **more)


class Program:
    """A program on the bus."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus

    async def call(
        self, path: str, member: str, signature: str = "", *body: Any, interface: str = ADAPTER1
    ) -> Any:
        message = Message(
            "org.bluez", path, interface, member, signature=signature, body=list(body)
        )
        reply = await self._bus.call(message)
        if reply.message_type is MessageType.ERROR:
            raise DBusError(reply.error_name or "", str(reply.body[0]))
        return reply.body[0] if reply.body else None

    async def objects(self) -> dict[str, Any]:
        return await self.call("/", "GetManagedObjects")

    async def until(self, done: Any) -> None:
        """Wait until the objects are as they should be."""
        async with asyncio.timeout(5):
            while not done(await self.objects()):
                pass


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(standin, "ADVERTISE_EVERY_S", 0.005)


@pytest.fixture
async def program(bluez):
    bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    yield Program(bus)
    bus.disconnect()


@contextlib.asynccontextmanager
async def connected(bluez, program, device: Peripheral | None = None):
    """Yield a device that was found by a scan and connected, with its services."""
    device = bluez.add(device or band())
    await program.call(ADAPTER, "StartDiscovery")
    await program.until(lambda objects: device.path in objects)
    await program.call(device.path, "Connect")
    await program.until(lambda objects: objects[device.path][DEVICE1]["ServicesResolved"].value)
    yield device


async def test_a_device_appears_only_while_a_scan_runs(bluez, program):
    device = bluez.add(band())
    await asyncio.sleep(0.02)  # it would have advertised several times
    assert list(await program.objects()) == [ADAPTER]
    await program.call(ADAPTER, "StartDiscovery")
    with pytest.raises(DBusError, match="in progress"):
        await program.call(ADAPTER, "StartDiscovery")
    await program.until(lambda objects: device.path in objects)
    await program.call(ADAPTER, "StopDiscovery")
    bluez.expire(device)
    await asyncio.sleep(0.02)
    assert list(await program.objects()) == [ADAPTER]


async def test_a_connection_puts_up_the_services_and_its_end_takes_them_away(bluez, program):
    async with connected(bluez, program) as device:
        objects = await program.objects()
        (service,) = [p for p in objects if SERVICE1 in objects[p]]
        assert objects[service][SERVICE1]["UUID"].value == SERVICE
        chars = {p: v[CHAR1] for p, v in objects.items() if CHAR1 in v}
        assert [v["UUID"].value for v in chars.values()] == [DATA, SECRET]
        assert {v["Service"].value for v in chars.values()} == {service}
        await program.call(device.path, "Disconnect")
        assert list(await program.objects()) == [ADAPTER, device.path]
        assert not device.connected


async def test_reads_and_writes_give_values_or_the_devices_error(bluez, program):
    async with connected(bluez, program) as device:
        data, secret = device.char(DATA).path, device.char(SECRET).path
        assert await program.call(data, "ReadValue", "a{sv}", {}) == b"\x07"
        with pytest.raises(DBusError, match="not permitted"):
            await program.call(secret, "ReadValue", "a{sv}", {})
        await program.call(data, "WriteValue", "aya{sv}", b"yes", {})
        with pytest.raises(DBusError, match="ATT error: 0x80"):
            await program.call(data, "WriteValue", "aya{sv}", b"no", {})
        with pytest.raises(DBusError, match="no such object"):
            await program.call(device.path + "/none", "ReadValue", "a{sv}", {})


async def test_a_notification_needs_a_subscription_and_some_of_those_a_bond(bluez, program):
    async with connected(bluez, program) as device:
        assert not bluez.notify(device, DATA, b"\x01")
        await program.call(device.char(DATA).path, "StartNotify")
        assert bluez.notify(device, DATA, b"\x02")
        value = (await program.objects())[device.char(DATA).path][CHAR1]["Value"]
        assert value == Variant("ay", b"\x02")
        with pytest.raises(DBusError, match="ATT error: 0x0f"):
            await program.call(device.char(SECRET).path, "StartNotify")
        bluez.drop(device)
        assert not bluez.notify(device, DATA, b"\x03")


async def test_a_refused_connect_gives_the_errors_in_turn(bluez, program):
    device = bluez.add(band(refusals=[("org.bluez.Error.Failed", "canceled")]))
    bluez.already_connected(device)
    bluez.drop(device)
    with pytest.raises(DBusError, match="canceled"):
        await program.call(device.path, "Connect")
    await program.call(device.path, "Connect")
    assert (device.connects, device.connected) == (2, True)


async def test_a_stale_device_has_no_services_until_it_is_forgotten(bluez, program):
    device = bluez.add(band(stale=True))
    bluez.already_connected(device)
    bluez.drop(device)
    await program.call(device.path, "Connect")
    assert not (await program.objects())[device.path][DEVICE1]["ServicesResolved"].value
    await program.call(ADAPTER, "RemoveDevice", "o", device.path)
    assert list(await program.objects()) == [ADAPTER]
    async with connected(bluez, program, device):
        assert device.connects == 2


async def test_power_off_drops_links_and_ends_a_stuck_state(bluez, program):
    async with connected(bluez, program) as device:
        bluez.stuck = "deaf"
        off, on = (Variant("b", value) for value in (False, True))
        await program.call(ADAPTER, "Set", "ssv", ADAPTER1, "Powered", off)
        assert (device.connected, bluez.stuck, bluez.cycles) == (False, "", 1)
        with pytest.raises(DBusError, match="Not Ready"):
            await program.call(ADAPTER, "StartDiscovery")
        await program.call(ADAPTER, "Set", "ssv", ADAPTER1, "Powered", on)
        assert (await program.objects())[ADAPTER][ADAPTER1]["Powered"].value
        assert bluez.cycles == 1


async def test_an_adapter_that_is_pulled_out_takes_everything_along(bluez, program):
    async with connected(bluez, program) as device:
        bluez.unplug()
        assert await program.objects() == {}
        assert not device.connected
        bluez.plug("/org/bluez/hci1")
        assert list(await program.objects()) == ["/org/bluez/hci1"]
        assert device.path == "/org/bluez/hci1/dev_C0_DE_00_00_00_70"
