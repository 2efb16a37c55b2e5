"""Recording of an unknown device: subscribes to all notifications and passes on the bytes.

Rules: only subscriptions are written, and only model, firmware and software revision and maker are
read, never a serial number. Many devices stay silent until a command starts them; the log then
still lists their services.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeAlias

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic

from cued.devices._gatt import sig
from cued.devices.device import Advert
from cued.model import LinkLost
from cued.sources._ble_connecting import FAILS, bleak_faults, connected
from cued.sources._ble_scanning import Scanning

# Bluetooth's assigned numbers.
ABOUT = {sig(0x2A24): "model", sig(0x2A26): "firmware", sig(0x2A28): "software"}
ABOUT[sig(0x2A29)] = "maker"
FIND_WITHIN_S = 20.0  # chosen: sensors advertise every second or two

# (t, characteristic, bytes)
Arrived: TypeAlias = Callable[[float, str, bytes], None]
Table: TypeAlias = dict[str, dict[str, list[str]]]  # service: characteristic: properties


class RawConnection:
    """A connection that only listens; connecting fills ``table`` and ``about``."""

    def __init__(self, address: str, arrived: Arrived) -> None:
        self.advert: Advert | None = None
        self.table: Table = {}
        self.about: dict[str, str] = {}
        self._address = address.upper()
        self._arrived = arrived
        self._gone = asyncio.Event()

    async def listen(self, seconds: float, ready: Callable[[], None]) -> None:
        """Listen for ``seconds`` or until the link ends.

        Raises TimeoutError if the device is not found, LinkLost if it cannot be connected.
        """
        scanning = Scanning()
        try:
            async with scanning.running():
                async with asyncio.timeout(FIND_WITHIN_S):
                    self.advert, device = await scanning.find(
                        lambda advert: advert.address.upper() == self._address
                    )
                async with scanning.silent(), connected(device, "raw", self._ended, {}) as client:
                    await self._subscribe(client)
                    ready()
                    async with asyncio.timeout(seconds):
                        await self._gone.wait()
        except FAILS as error:
            if self.advert is None:
                raise TimeoutError(f"{self._address} was not heard") from error
            if not self.table:
                why = str(error) or "no answer"
                raise LinkLost(f"{self._address}: no connection ({why})") from error

    def _ended(self, _client: BleakClient) -> None:
        self._gone.set()

    async def _subscribe(self, client: BleakClient) -> None:
        for service in client.services:
            offered = self.table.setdefault(service.uuid, {})
            for char in service.characteristics:
                offered[char.uuid] = list(char.properties)
        for service in client.services:
            for char in service.characteristics:
                await self._take(client, char)

    async def _take(self, client: BleakClient, char: BleakGATTCharacteristic) -> None:
        loop = asyncio.get_running_loop()

        def arrived(_char: BleakGATTCharacteristic, data: bytearray) -> None:
            self._arrived(loop.time(), char.uuid, bytes(data))

        try:
            if char.uuid in ABOUT and "read" in char.properties:
                with bleak_faults():
                    value = bytes(await client.read_gatt_char(char))
                self.about[ABOUT[char.uuid]] = value.decode("utf-8", "replace").strip("\0 ")
            elif {"notify", "indicate"} & set(char.properties):
                with bleak_faults():
                    await client.start_notify(char, arrived)
        except FAILS:
            return  # one characteristic that needs a bond must not hide the others
