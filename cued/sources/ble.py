"""Wearables and treadmills over Bluetooth Low Energy: found, kept connected, decoded, passed on.

Every configured sensor has a loop of its own: wait for its advertisement, connect, run its device
(``cued/devices``), and when the link ends for whatever reason begin again. A loop that had data
begins at once; one whose connections come to nothing waits longer and longer, with jitter. The
first failure is told as a warning and as ``LinkChanged``; the rest are debug lines.

Delay: none of its own; what is decoded is emitted in the same turn of the event loop in which the
notification arrived. ``t`` is the loop's (monotonic) clock at that moment, to 0.1 ms.

A device that turns out to be another (an exercise bike in reach of one who wants a treadmill) is
remembered and not connected again, unless its address was configured.

Only this file and its ``_ble_`` parts import bleak. Two sensors of one kind are told apart by
address or name; a sensor with neither takes the first device of its kind that nobody else has.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import random
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

import msgspec
from bleak import BleakAdapter
from bleak.backends.device import BLEDevice
from bleak_retry_connector import close_stale_connections
from msgspec import Meta, Struct

from cued import parts
from cued.config import Sensor, Site
from cued.devices.device import Advert, Device
from cued.model import BeltFault, BeltRequest, ConfigError, DecodeError, Input, LinkChanged
from cued.runtime.supervise import back_off
from cued.sources._ble_connecting import (
    FAILS,
    Session,
    connected,
    offered,
    read_battery,
    short,
    theirs,
)
from cued.sources._ble_raw import Raw
from cued.sources._ble_recovery import Stuck, cycle
from cued.sources._ble_scanning import Scanning
from cued.sources._ble_watching import Watch
from cued.sources.source import Emit, spread

log = logging.getLogger("cued.ble")

STALE_WITHIN_S = 10.0
STUCK_EVERY_S = 5.0


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the Bluetooth source."""

    adapter: Annotated[
        str, Meta(pattern="^(hci[0-9]+)?$", description="Adapter, such as hci1; empty: the first.")
    ] = ""
    recover: Annotated[
        bool,
        Meta(description="Switch a stuck adapter off and on while nothing is connected to it."),
    ] = True


class Radio(Struct, frozen=True):
    """Arguments for bleak's scanner and client; tests put a backend without a radio here."""

    scanner: Mapping[str, Any] = {}
    client: Mapping[str, Any] = {}

    @classmethod
    def of(cls, adapter: str) -> Radio:
        """Have BlueZ use this adapter, or the first if none is named."""
        bluez = {"bluez": {"adapter": adapter}} if adapter else {}
        return cls(bluez, bluez)


class Ble:
    """The source; ``run`` lasts until it is cancelled."""

    def __init__(self, config: Config, site: Site, *, radio: Radio | None = None) -> None:
        self._config = config
        self._stuck = Stuck()
        self._radio = radio or Radio.of(config.adapter)
        # A phone comes through a source of its own.
        self._sensors = {n: s for n, s in site.sensors.items() if s.device != "phone"}
        if not self._sensors:
            raise ConfigError("[sources.ble] has no sensors; write [sensors.NAME] tables")
        self._taken: dict[str, str] = {}  # address: sensor
        self._sessions: dict[str, Session] = {}
        self._off: dict[str, str] = {}  # treadmill: why it is asked for nothing more
        self._unfit: dict[str, set[str]] = {}  # sensor: addresses of what it cannot be
        self._up: Callable[[], None] = _nothing

    async def run(self, emit: Emit, up: Callable[[], None]) -> None:
        """Keep every sensor connected."""
        self._up = up
        loop = asyncio.get_running_loop()

        def told(why: str) -> None:
            for name in self._sensors:
                if why and name not in self._sessions:
                    emit(LinkChanged(loop.time(), name, False, why))

        bluez = "backend" not in self._radio.client
        if bluez:
            wanted = [self._wanted(n, s) for n, s in self._sensors.items()]
            await _close_stale(wanted, self._radio.client)
        scanning = Scanning(self._radio.scanner, told, self._stuck)
        async with asyncio.TaskGroup() as group:
            if bluez and self._config.recover:
                group.create_task(self._recover(scanning, told), name="ble recovery")
            group.create_task(scanning.run(), name="ble scanner")
            for name, sensor in self._sensors.items():
                group.create_task(self._keep(name, sensor, scanning, emit), name=f"ble {name}")

    async def request(self, request: BeltRequest) -> str:
        """Pass a wish to the treadmill."""
        if request.typed_step_m_s is not None:
            return "the belt's speed is not typed here"
        why = "no treadmill is connected"
        for name, session in list(self._sessions.items()):
            if self._sensors[name].placement != "treadmill":
                continue
            if request.speed_m_s != 0 and name in self._off:
                why = f"control is off: {self._off[name]}"
            else:  # a belt sensor refuses
                why = await session.request(request)
            if not why:
                return ""
        return why

    async def _recover(self, scanning: Scanning, told: Callable[[str], None]) -> None:
        """Switch the adapter off and on when it is stuck; told the first time, then in the log."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(STUCK_EVERY_S)
            if self._sessions:
                self._stuck.connected()
            why = self._stuck.verdict(loop.time())
            if not why:
                continue
            async with scanning.silent():
                failed = await cycle(self._config.adapter)
            self._stuck.cycled(loop.time())
            done = f"not switched off and on: {failed}" if failed else "switched it off and on"
            log.warning("%s; %s", why, done)
            told(f"{why}; {done}")

    async def _keep(self, name: str, sensor: Sensor, scanning: Scanning, emit: Emit) -> None:
        loop = asyncio.get_running_loop()
        wanted = self._wanted(name, sensor)

        def told(item: Input) -> None:
            if isinstance(item, BeltFault) and item.code == "belt_control_off":
                self._off[name] = item.text  # also over a new connection
            emit(item)

        failures = 0
        while True:
            found, device = await scanning.find(wanted)
            if found.address in self._taken:  # by another, between its advertisement and now
                continue
            self._taken[found.address] = name
            watch = Watch(sensor.placement)
            try:
                why = await self._once(name, sensor, device, scanning, watch, told)
            finally:
                stood = self._sessions.pop(name, None) is not None
                self._taken.pop(found.address, None)
            failures = 0 if watch.flowing else failures + 1
            level = logging.DEBUG if failures > 1 else logging.WARNING
            log.log(level, "%s (%s): %s", name, found.name or found.address, why)
            if stood or failures <= 1:
                emit(LinkChanged(loop.time(), name, False, why))
            if failures:
                await asyncio.sleep(back_off(failures, random.random()))

    async def _once(
        self,
        name: str,
        sensor: Sensor,
        device: BLEDevice,
        scanning: Scanning,
        watch: Watch,
        emit: Emit,
    ) -> str:
        """Connect and stay so as long as it works; return why it ended."""
        loop = asyncio.get_running_loop()
        session = Session(name, _device(name, sensor), watch, emit)
        async with contextlib.AsyncExitStack() as stack:
            connection = connected(device, name, session.gone, self._radio.client)
            try:
                async with scanning.silent():
                    client = await stack.enter_async_context(connection)
            except FAILS as error:
                self._stuck.refused(loop.time())
                return f"no connection ({short(error)})"
            self._sessions[name] = session
            self._stuck.connected()
            emit(LinkChanged(loop.time(), name, True, services=tuple(offered(client))))
            try:
                return await session.run(client, self._flows(name))
            except DecodeError as error:
                self._unfit.setdefault(name, set()).add(device.address)
                return str(error)

    def _flows(self, name: str) -> Callable[[], None]:
        def flows() -> None:
            log.info("%s: data", name)
            self._up()

        return flows

    def _wanted(self, name: str, sensor: Sensor) -> Callable[[Advert], bool]:
        """Make the test for this sensor's advertisement."""
        matches = _module(sensor.device).matches
        others = {n: s for n, s in self._sensors.items() if n != name}
        addresses = {s.address.upper() for s in others.values() if s.address}

        def wanted(advert: Advert) -> bool:
            if self._taken.get(advert.address, name) != name:
                return False
            if sensor.address:
                return advert.address.upper() == sensor.address.upper()
            if advert.address.upper() in addresses or advert.address in self._unfit.get(name, ()):
                return False
            if sensor.name:
                return advert.name.startswith(sensor.name)
            return matches(advert) and not self._awaited(advert, sensor.device, others)

        return wanted

    def _awaited(self, advert: Advert, device: str, others: Mapping[str, Sensor]) -> bool:
        """Tell whether another waits for it, by its name or as the more particular device."""
        connected = self._taken.values()
        waiting = [s for n, s in others.items() if not s.address and n not in connected]
        return any(
            advert.name.startswith(other.name)
            if other.name
            else _common(other.device) < _common(device) and _module(other.device).matches(advert)
            for other in waiting
        )


class Found(Struct, frozen=True):
    """A device in reach: its newest advertisement and the device files that know it."""

    advert: Advert
    devices: tuple[str, ...]


async def scan(seconds: float, adapter: str = "", *, radio: Radio | None = None) -> list[Found]:
    """Listen for so long; what was heard, supported devices first, then by signal.

    Raises TimeoutError when there was no adapter to listen with.
    """
    troubles: list[str] = [""]
    scanning = Scanning((radio or Radio.of(adapter)).scanner, troubles.append)
    heard: dict[str, Advert] = {}

    def hear(advert: Advert, _device: BLEDevice) -> None:
        before = heard.get(advert.address)
        if before is not None and not advert.name:
            advert = msgspec.structs.replace(advert, name=before.name)
        heard[advert.address] = advert

    with scanning.listening(hear):
        async with scanning.running():
            await asyncio.sleep(seconds)
    if troubles[-1] and not heard:
        raise TimeoutError(troubles[-1])
    known = [Found(advert, supporting(advert)) for advert in heard.values()]
    return sorted(known, key=lambda f: (not f.devices, -(f.advert.rssi or -127), f.advert.address))


async def battery(
    found: Found, adapter: str = "", *, radio: Radio | None = None, within_s: float = 20.0
) -> float | None:
    """Connect to a device just to read its battery, percent; None if it does not tell."""
    radio = radio or Radio.of(adapter)
    scanning = Scanning(radio.scanner)
    wanted = found.advert.address.upper()
    try:
        async with scanning.running(), asyncio.timeout(within_s):
            _, device = await scanning.find(lambda advert: advert.address.upper() == wanted)
            async with scanning.silent():
                return await read_battery(device, radio.client)
    except FAILS as error:
        log.debug("%s: no battery: %r", wanted, error)
        return None


async def listen(
    sensors: Mapping[str, Sensor], seconds: float, adapter: str = "", *, radio: Radio | None = None
) -> list[Input]:
    """Connect to sensors for so long; what they sent, for setting up and checking."""
    heard: list[Input] = []

    def emit(item: Input) -> None:
        heard.extend(spread(item))

    source = Ble(Config(adapter=adapter), Site(sensors=dict(sensors)), radio=radio)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await source.run(emit, _nothing)
    return heard


def supporting(advert: Advert) -> tuple[str, ...]:
    """List the device files that recognise an advertisement, the most particular first."""
    found = [name for name in parts.names("devices") if _module(name).matches(advert)]
    return tuple(sorted(found, key=_common))


def _common(device: str) -> int:
    """Rank devices by how many others offer the same service: an H10 is a heart rate strap too."""
    return ("", "treadmill", "heart_rate").index(parts.load("devices", device).place)


def _module(name: str) -> Any:
    return importlib.import_module(f"cued.devices.{name}")


def _device(name: str, sensor: Sensor) -> Device:
    part = parts.load("devices", sensor.device)
    return part.build(msgspec.convert(sensor.options, part.config), name)


async def _close_stale(
    wanted: Iterable[Callable[[Advert], bool]], options: Mapping[str, Any]
) -> None:
    """Close what an earlier run that crashed left connected: it would not advertise."""
    tests = list(wanted)
    try:
        async with asyncio.timeout(STALE_WITHIN_S):
            with theirs():
                held = await (await BleakAdapter.get(**options)).get_connected_devices()
            for device in held:
                known: dict[str, Any] = device.details["props"]
                advert = Advert(device.address, device.name or "", tuple(known.get("UUIDs", ())))
                if any(test(advert) for test in tests):
                    log.warning("%s was still connected; closing", advert.name or advert.address)
                    await close_stale_connections(device)
    except FAILS as error:
        log.debug("stale connections: %r", error)


def _nothing() -> None:
    pass


__all__ = ["Ble", "Config", "Found", "Radio", "Raw", "battery", "listen", "scan", "supporting"]

PART = parts.Part(Config, Ble)
