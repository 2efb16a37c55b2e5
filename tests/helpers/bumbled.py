"""bleak over bumble: the same peripherals with real ATT bytes, no kernel, no D-Bus.

``Air`` holds a central and the peripherals that were added; ``Air.radio()`` replaces BlueZ in
``Ble``. It cannot show BlueZ's own behaviour (``cued/standin`` stands in for that).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection
from typing import Any

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError, BleakGATTProtocolError
from bleak.uuids import normalize_uuid_str
from bumble import att
from bumble.controller import Controller
from bumble.core import AdvertisingData
from bumble.device import Connection, Device, Peer
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

from cued.sources.ble import Radio
from cued.standin.peripheral import Char, Peripheral

FLAGS = {
    "read": Characteristic.Properties.READ,
    "write": Characteristic.Properties.WRITE,
    "write-without-response": Characteristic.Properties.WRITE_WITHOUT_RESPONSE,
    "notify": Characteristic.Properties.NOTIFY,
    "indicate": Characteristic.Properties.INDICATE,
}
MTU = 247
ALLOWED = att.Attribute.Permissions.READABLE | att.Attribute.Permissions.WRITEABLE


class Air:
    """A radio medium with one central: ours."""

    def __init__(self) -> None:
        self._link = LocalLink()
        self.central = self._device("central", "C0:00:00:00:00:01")
        self._hosts: dict[str, tuple[Device, dict[str, Characteristic[Any]]]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    def _device(self, name: str, address: str) -> Device:
        controller = Controller(name, link=self._link, public_address=address)
        host = Host(controller, AsyncPipeSink(controller))
        return Device(name=name, address=Address(address), host=host)

    async def begin(self) -> None:
        await self.central.power_on()

    async def put(self, peripheral: Peripheral) -> None:
        """Let a peripheral advertise, be connected to and answer."""
        device = self._device(peripheral.name, peripheral.address)
        chars: dict[str, Characteristic[Any]] = {}
        for uuid, table in peripheral.services.items():
            mine = {c: _characteristic(c, char) for c, char in table.items()}
            chars |= mine
            device.add_service(Service(uuid, list(mine.values())))
        data = [(AdvertisingData.COMPLETE_LOCAL_NAME, peripheral.name.encode())]
        device.advertising_data = bytes(AdvertisingData(data))
        device.advertising_interval_min = device.advertising_interval_max = 50
        self._hosts[peripheral.address] = device, chars
        await device.power_on()
        await device.start_advertising(auto_restart=True)

    def notify(self, peripheral: Peripheral, uuid: str, data: bytes) -> bool:
        """Send a notification or indication, in the order of the calls."""
        device, chars = self._hosts[peripheral.address]
        char = chars[uuid]
        notifies = char.properties & Characteristic.Properties.NOTIFY
        send = device.notify_subscribers if notifies else device.indicate_subscribers
        self._spawn(send(char, data))
        return True

    def subscribed(self, peripheral: Peripheral, uuids: Collection[str]) -> bool:
        """Return whether somebody is subscribed to all of these characteristics."""
        device, chars = self._hosts[peripheral.address]
        handles = {chars[uuid].handle for uuid in uuids}
        return any(handles <= there.keys() for there in device.gatt_server.subscribers.values())

    async def drop(self, peripheral: Peripheral) -> None:
        device, _ = self._hosts[peripheral.address]
        for connection in list(device.connections.values()):
            await connection.disconnect()

    def radio(self) -> Radio:
        """Return a client and a scanner for ``Ble``."""
        central = self.central

        class Client(BumbleClient):
            radio = central

        class Scanner(BumbleScanner):
            radio = central

        return Radio(scanner={"backend": Scanner}, client={"backend": Client})

    def _spawn(self, work: Awaitable[Any]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _characteristic(uuid: str, char: Char) -> Characteristic[Any]:
    properties = Characteristic.Properties(0)
    for flag in char.flags:
        properties |= FLAGS[flag]

    def write(_connection: Connection, value: bytes) -> None:
        error = char.write(bytes(value))
        if error is not None:
            raise att.ATT_Error(att.ErrorCode(error))

    def read(_connection: Connection) -> bytes:
        return char.read()

    return Characteristic(uuid, properties, ALLOWED, CharacteristicValue(read=read, write=write))


class BumbleClient(BaseBleakClient):
    """bleak's client on a bumble central."""

    radio: Device

    def __init__(self, device: Any, services: Any = None, **options: Any) -> None:
        super().__init__(
            device,
            disconnected_callback=options["disconnected_callback"],
            timeout=options["timeout"],
        )
        self._connection: Connection | None = None
        self._subscribers: dict[int, Any] = {}

    @property
    def mtu_size(self) -> int:
        return MTU

    @property
    def name(self) -> str:
        return self.address

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        connection = await self.radio.connect(Address(self.address), timeout=10)
        self._connection = connection
        connection.on("disconnection", self._gone)
        peer = Peer(connection)
        await peer.request_mtu(MTU)
        await peer.discover_services()
        found = BleakGATTServiceCollection()
        for service in peer.services:
            ours = BleakGATTService(service, service.handle, _uuid(service.uuid))
            found.add_service(ours)
            for char in await service.discover_characteristics():
                await char.discover_descriptors()
                flags = [name for name, bit in FLAGS.items() if char.properties & bit]
                found.add_characteristic(
                    BleakGATTCharacteristic(
                        char, char.handle - 1, _uuid(char.uuid), flags, lambda: MTU - 3, ours
                    )
                )
        self.services = found

    def _gone(self, _reason: int) -> None:
        self._connection = None
        self.services = None
        if self._disconnected_callback:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.disconnect()

    async def read_gatt_char(self, characteristic: Any, **kwargs: Any) -> bytearray:
        return bytearray(await _att(characteristic.obj.read_value()))

    async def write_gatt_char(self, characteristic: Any, data: Any, response: bool) -> None:
        await _att(characteristic.obj.write_value(bytes(data), with_response=response))

    async def start_notify(self, characteristic: Any, callback: Any, **kwargs: Any) -> None:
        def arrived(value: bytes) -> None:
            callback(bytearray(value))

        self._subscribers[characteristic.handle] = arrived
        await _att(characteristic.obj.subscribe(arrived, prefer_notify=True))

    async def stop_notify(self, characteristic: Any) -> None:
        await characteristic.obj.unsubscribe(self._subscribers.pop(characteristic.handle))

    async def _absent(self, *args: Any, **kwargs: Any) -> Any:
        raise BleakError("neither bonds nor descriptors here")

    pair = unpair = read_gatt_descriptor = write_gatt_descriptor = _absent


class BumbleScanner(BaseBleakScanner):
    """bleak's scanner on a bumble central."""

    radio: Device

    def __init__(self, callback: Any, service_uuids: Any, mode: Any, **options: Any) -> None:
        super().__init__(callback, service_uuids)

    async def start(self) -> None:
        self.seen_devices = {}
        self.radio.on("advertisement", self._heard)
        await self.radio.start_scanning(active=False)

    async def stop(self) -> None:
        self.radio.remove_listener("advertisement", self._heard)
        await self.radio.stop_scanning()

    def _heard(self, advertisement: Any) -> None:
        address = advertisement.address.to_string(False)
        name = advertisement.data.get(AdvertisingData.COMPLETE_LOCAL_NAME)
        data = AdvertisementData(name, {}, {}, [], None, advertisement.rssi, ())
        device = self.create_or_update_device(address, address, name, {}, data)
        self.call_detection_callbacks(device, data)


async def _att(work: Awaitable[Any]) -> Any:
    try:
        return await work
    except att.ATT_Error as error:
        raise BleakGATTProtocolError(int(error.error_code)) from error


def _uuid(value: Any) -> str:
    return normalize_uuid_str(value.to_hex_str("-").lower())
