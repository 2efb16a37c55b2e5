"""The scanner shared by all sensors, on only while a sensor is wanted and none connects.

Rules
-----
* One scanner in the process (two make BlueZ answer InProgress for ever), and none while a
  connection is being made: the small radios of a Raspberry Pi fail at both at once.
* A waiting task is woken by the advertisement itself, without polling.
* A scanner that hears nothing for ``DEAF_S`` is restarted: after a restart of bluetoothd the old
  one looks alive but never hears anything.
* Adapter missing, switched off, or bluetoothd down: reported once, waited for, and reported again
  when it is back.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from typing import Any, TypeAlias

from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakError,
)

from cued.devices.device import Advert
from cued.runtime.supervise import cancel_requested, ignore, meanwhile
from cued.sources._ble_adapter import StuckAdapter

log = logging.getLogger("cued.ble")

DEAF_S = 5.0  # chosen: any sensor in reach advertises every second or two
STOP_WITHIN_S = 5.0  # BlueZ may hang
RETRY_S = (1.0, 2.0, 5.0)  # bluetoothd may start a minute after us; a retry costs little
# Raised by bleak and dbus-fast for a missing bluetoothd, bus or adapter.
FAILS = (BleakError, OSError, EOFError, TimeoutError)

# Raised inside bleak, besides its own errors, when a link drops in the middle of a call.
TRIPS = (AssertionError, AttributeError, KeyError)

Heard: TypeAlias = Callable[[Advert, BLEDevice], None]
Wanted: TypeAlias = Callable[[Advert], bool]


@contextlib.contextmanager
def bleak_faults() -> Generator[None]:
    """Turn bleak's internal errors into BleakError; bugs of our own pass through."""
    try:
        yield
    except asyncio.CancelledError as error:
        if cancel_requested():
            raise
        raise BleakError("bleak cancelled the call") from error
    except TRIPS as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is None or trace.tb_frame.f_globals.get("__name__", "").startswith("cued."):
            raise
        raise BleakError(f"bleak: {error!r}") from error


def advert(device: BLEDevice, data: AdvertisementData) -> Advert:
    """Convert bleak's advertisement data; unprintable characters of the name are dropped."""
    name = data.local_name or device.name or ""
    return Advert(
        address=device.address,
        name="".join(c for c in name if c.isprintable()),
        services=tuple(data.service_uuids),
        manufacturer=dict(data.manufacturer_data),
        rssi=data.rssi,
        service_data=dict(data.service_data),
    )


class Scanning:
    """The scanner and the tasks that wait for it, while it is ``running``.

    report : called with why Bluetooth is unavailable, and with "" when it is back.
    """

    def __init__(
        self,
        options: Mapping[str, Any] | None = None,
        report: Callable[[str], None] | None = None,
        stuck: StuckAdapter | None = None,
    ) -> None:
        self._options = options or {}  # for BleakScanner
        self._report = report or ignore
        self._stuck = stuck or StuckAdapter()
        self._waiting: list[tuple[Wanted, asyncio.Future[tuple[Advert, BLEDevice]]]] = []
        self._listeners: list[Heard] = []
        self._changed = asyncio.Event()
        self._off = asyncio.Event()
        self._off.set()
        self._connecting = asyncio.Lock()
        self._paused = False
        self._heard_t = 0.0
        self._trouble = ""

    async def find(self, wanted: Wanted) -> tuple[Advert, BLEDevice]:
        """Wait for a wanted advertisement, however long it takes."""
        future: asyncio.Future[tuple[Advert, BLEDevice]] = (
            asyncio.get_running_loop().create_future()
        )
        entry = (wanted, future)
        self._waiting.append(entry)
        self._changed.set()
        try:
            return await future
        finally:
            self._waiting.remove(entry)
            self._changed.set()

    @contextlib.contextmanager
    def listening(self, heard: Heard) -> Generator[None]:
        """Pass every advertisement to ``heard``."""
        self._listeners.append(heard)
        self._changed.set()
        try:
            yield
        finally:
            self._listeners.remove(heard)
            self._changed.set()

    @contextlib.asynccontextmanager
    async def silent(self) -> AsyncGenerator[None]:
        """Keep the scanner off and other tasks from connecting."""
        async with self._connecting:
            self._paused = True
            self._changed.set()
            try:
                await self._off.wait()
                yield
            finally:
                self._paused = False
                self._changed.set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Run ``run`` in the background."""
        async with meanwhile(self.run()):
            yield

    async def run(self) -> None:
        """Scan whenever somebody waits or listens."""
        failures = 0
        while True:
            await self._until_needed()
            scanner = BleakScanner(self._hear, **self._options)
            self._off.clear()
            try:
                with bleak_faults():
                    async with asyncio.timeout(STOP_WITHIN_S):
                        await scanner.start()
            except FAILS as error:
                self._off.set()
                self._unavailable(error)
                await asyncio.sleep(RETRY_S[min(failures, len(RETRY_S) - 1)])
                failures += 1
                continue
            failures = 0
            self._available()
            self._stuck.listening(asyncio.get_running_loop().time())
            try:
                await self._while_needed()
            finally:
                await _stop(scanner)
                self._off.set()

    @property
    def _needed(self) -> bool:
        return bool(self._waiting or self._listeners) and not self._paused

    async def _until_needed(self) -> None:
        while not self._needed:
            self._stuck.excused()
            self._changed.clear()
            await self._changed.wait()

    async def _while_needed(self) -> None:
        loop = asyncio.get_running_loop()
        self._heard_t = loop.time()
        while self._needed:
            left = self._heard_t + DEAF_S - loop.time()
            if left <= 0:
                log.debug("heard nothing for %.0f s; restarting the scan", DEAF_S)
                return
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._changed.wait()

    def _hear(self, device: BLEDevice, data: AdvertisementData) -> None:
        self._heard_t = asyncio.get_running_loop().time()
        self._stuck.excused()
        heard = advert(device, data)
        for listener in list(self._listeners):
            listener(heard, device)
        for wanted, future in self._waiting:
            if not future.done() and wanted(heard):
                future.set_result((heard, device))
                return  # one device is one sensor

    def _unavailable(self, error: BaseException) -> None:
        why = _sentence(error)
        log.debug("scanner: %r", error)
        if _of_adapter(error):
            self._stuck.listening(asyncio.get_running_loop().time())
        else:
            self._stuck.excused()
        if why != self._trouble:
            log.warning("%s; waiting for it", why)
            self._report(why)
        self._trouble = why

    def _available(self) -> None:
        if self._trouble:
            log.info("Bluetooth is back")
            self._report("")
        self._trouble = ""


async def _stop(scanner: BleakScanner) -> None:
    """Stop a scanner whose bus, adapter or daemon may be gone."""
    try:
        with bleak_faults():
            async with asyncio.timeout(STOP_WITHIN_S):
                await scanner.stop()
    except FAILS as error:
        log.debug("scanner did not stop: %r", error)


def _of_adapter(error: BaseException) -> bool:
    """Return whether the error is the adapter's: it is on, but does not scan."""
    refused = isinstance(error, BleakDBusError) and error.dbus_error.startswith("org.bluez.Error.")
    return refused or isinstance(error, TimeoutError)


def _sentence(error: BaseException) -> str:
    if isinstance(error, BleakBluetoothNotAvailableError):
        match error.reason:
            case BleakBluetoothNotAvailableReason.POWERED_OFF:
                return "Bluetooth is switched off (rfkill unblock bluetooth switches it on)"
            case BleakBluetoothNotAvailableReason.NO_BLUETOOTH:
                return "there is no Bluetooth adapter"
            case BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE:
                return "the Bluetooth adapter cannot reach sensors (no LE central role)"
            case _:
                return "Bluetooth is not allowed here"
    if isinstance(error, BleakDBusError) and error.dbus_error.endswith("InProgress"):
        return "Bluetooth is busy with another scan"
    return "the Bluetooth service does not answer"
