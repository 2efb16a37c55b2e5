"""Wearables and treadmills over Bluetooth Low Energy: found, kept connected and decoded.

Each configured sensor has its own loop: wait for its advertisement, connect, run its device
(``cued/devices``), and start over when the link ends for whatever reason: at once if there were
data, otherwise after growing waits with jitter. The first failure is reported as a warning and as
``LinkChanged``; the rest are debug lines.

Delay: none added; decoded inputs are emitted in the same turn of the event loop in which the
notification arrived. ``t`` is the loop's (monotonic) clock at that moment, to 0.1 ms.

A device that turns out to be of the wrong kind (an exercise bike instead of a treadmill) is
remembered and not connected again, unless its address was configured.

Only this file and its ``_ble_`` parts import bleak. Two sensors of one kind are distinguished by
address or name; a sensor with neither takes the first free device of its kind.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from typing import Annotated

from bleak.backends.device import BLEDevice
from msgspec import Meta, Struct

from cued import parts
from cued.config import Sensor, Site
from cued.devices.device import Advert, make
from cued.model import (
    BeltRequest,
    ConfigError,
    DecodeError,
    Input,
    LinkChanged,
    LinkLost,
    Notification,
)
from cued.runtime.supervise import back_off, ignore
from cued.sources import _ble_looking as looking
from cued.sources._ble_adapter import StuckAdapter, adapters, chosen, cycle, missing
from cued.sources._ble_connecting import (
    DISCOVER_WITHIN_S,
    FAILS,
    Undiscovered,
    connected,
    offered,
    short,
)
from cued.sources._ble_held import close_stale, find, forgotten
from cued.sources._ble_looking import Radio
from cued.sources._ble_release import Owed, Training
from cued.sources._ble_scanning import Scanning
from cued.sources._ble_session import Connection
from cued.sources._ble_watching import Inbox, Watch
from cued.sources.source import Emit

log = logging.getLogger("cued.ble")

ADAPTER_EVERY_S = 5.0  # chosen: somebody who plugs it in waits for it
LOOK_EVERY_S = 1.0  # chosen: rests last minutes
GIVE_UP = 3  # connections without services, after which BlueZ's memory of them is cleared
MOTIONLESS = ("treadmill", "heart_rate")  # placements whose data do not show the wearer's motion
RESTS = "it lies still: disconnected until it is moved"
RELEASED = "nobody trains: disconnected until a sensor moves"
RENUMBERED = "the Bluetooth adapter has another number now"
STUCK_EVERY_S = 5.0  # chosen: far below STUCK_S


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the Bluetooth source."""

    adapter: Annotated[
        str,
        Meta(
            pattern="^(hci[0-9]+|([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2})?$",
            description="Adapter, by address or by a name like hci1, which may change; empty: "
            "the first.",
        ),
    ] = ""
    release_after_min: Annotated[
        float,
        Meta(
            ge=0,
            le=600,
            description="Time without movement after which a treadmill, or a pod that lies "
            "still, is disconnected, min; 0: never.",
        ),
    ] = 10.0
    recover: Annotated[
        bool,
        Meta(description="Switch a stuck adapter off and on while nothing is connected to it."),
    ] = True


class Ble:
    """The source; ``run`` lasts until it is cancelled."""

    def __init__(self, config: Config, site: Site, *, radio: Radio | None = None) -> None:
        self._config = config
        self._stuck = StuckAdapter()
        self._radio = radio or Radio.of(config.adapter)
        # A phone has its own source.
        self._sensors = {n: s for n, s in site.sensors.items() if s.device != "phone"}
        if not self._sensors:
            raise ConfigError("[sources.ble] has no sensors; write [sensors.NAME] tables")
        self._motors = site.motors
        self._taken: dict[str, str] = {}  # address: sensor
        self._sessions: dict[str, Connection] = {}
        self._owed = Owed()
        self._emit: Emit | None = None
        self._undiscovered: set[str] = set()  # sensors whose last link was up without services
        self._unfit: dict[str, set[str]] = {}  # sensor: addresses of devices of the wrong kind
        self._up: Callable[[], None] = ignore
        self._training = Training(0.0, 0.0)
        self._inbox = Inbox()

    async def run(self, emit: Emit, up: Callable[[], None]) -> None:
        """Keep every sensor connected."""
        self._up, self._emit, self._inbox = up, emit, Inbox()
        loop = asyncio.get_running_loop()

        def report(why: str) -> None:
            for name in self._sensors:
                if why and name not in self._sessions:
                    emit(LinkChanged(loop.time(), name, False, why))

        bluez = "backend" not in self._radio.client
        self._training = Training(60.0 * self._config.release_after_min, loop.time())
        if bluez and self._config.adapter:
            await self._choose_adapter(report)
        if bluez:
            wanted = [self._wanted(n, s) for n, s in self._sensors.items()]
            await close_stale(wanted, self._radio.client)
        scanning = Scanning(self._radio.scanner, report, self._stuck)
        try:
            await self._keep_all(scanning, report, emit, bluez=bluez)
        except ExceptionGroup as faults:
            if faults.split(LinkLost)[1]:
                raise
            raise LinkLost(RENUMBERED) from None

    async def _keep_all(
        self, scanning: Scanning, report: Callable[[str], None], emit: Emit, *, bluez: bool
    ) -> None:
        async with asyncio.TaskGroup() as group:
            if bluez and self._config.recover:
                group.create_task(self._recover(scanning, report), name="ble recovery")
            if bluez and self._config.adapter:
                group.create_task(self._follow_adapter(report), name="ble adapter")
            if any(s.placement not in MOTIONLESS for s in self._sensors.values()):
                group.create_task(self._release(), name="ble release")
            group.create_task(scanning.run(), name="ble scanner")
            for name, sensor in self._sensors.items():
                group.create_task(self._keep(name, sensor, scanning, emit), name=f"ble {name}")

    async def request(self, request: BeltRequest) -> str:
        """Pass a request to the treadmill."""
        if request.typed_step_m_s is not None:
            return "the belt's speed is not typed here"
        why, stop = "no treadmill is connected", request.speed_m_s == 0
        if stop:
            self._owed.asked(asyncio.get_running_loop().time())
        for name, session in list(self._sessions.items()):
            if self._sensors[name].placement != "treadmill":
                continue
            off = "" if stop else self._owed.refusal(name)
            why = off or await session.request(request)  # a belt sensor refuses
            if not why:
                return ""
        if stop and self._emit:
            for fault in self._owed.unheard(asyncio.get_running_loop().time(), self._sessions):
                self._emit(fault)
        return why

    async def _choose_adapter(self, report: Callable[[str], None]) -> None:
        """Wait for the configured adapter and use it under its present number."""
        reported = ""
        while not (name := chosen(self._config.adapter, there := await adapters())):
            why = missing(self._config.adapter, there)
            if why != reported:
                log.warning("%s; waiting for it", why)
                report(why)
            reported = why
            await asyncio.sleep(ADAPTER_EVERY_S)
        self._radio = Radio.of(name)

    async def _follow_adapter(self, report: Callable[[str], None]) -> None:
        while True:
            await asyncio.sleep(ADAPTER_EVERY_S)
            before = self._radio
            if not self._sessions:
                await self._choose_adapter(report)
            if self._radio != before:
                raise LinkLost(RENUMBERED)

    async def _release(self) -> None:
        """Release treadmills when nobody trains, and resting devices that can sleep."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            over = self._training.over(loop.time())
            for name, session in self._sessions.items():
                if over and self._sensors[name].placement == "treadmill":
                    session.end(RELEASED)
                elif self._training.rests(name, loop.time()):
                    session.rest(RESTS)

    async def _recover(self, scanning: Scanning, report: Callable[[str], None]) -> None:
        """Switch the adapter off and on whenever it is stuck."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(STUCK_EVERY_S)
            if self._sessions:
                self._stuck.connected()
            why = self._stuck.verdict(loop.time())
            if not why:
                continue
            async with scanning.silent():
                failed = await cycle(chosen(self._config.adapter, await adapters()))
            self._stuck.cycled(loop.time())
            done = f"not switched off and on: {failed}" if failed else "switched it off and on"
            log.warning("%s; %s", why, done)
            report(f"{why}; {done}")

    async def _keep(self, name: str, sensor: Sensor, scanning: Scanning, emit: Emit) -> None:
        loop = asyncio.get_running_loop()
        wanted = self._wanted(name, sensor)

        def note_and_emit(item: Input) -> None:
            for each in item.inputs if isinstance(item, Notification) else (item,):
                if sensor.options.get("control"):
                    self._owed.note(name, each)
                self._training.note(each)
            emit(item)

        failures = undiscovered = 0
        while True:
            found, device = await find(scanning, wanted, self._radio.client)
            if found.address in self._taken:  # by another sensor since its advertisement
                continue
            self._taken[found.address] = name
            watch = Watch(sensor.placement)
            try:
                patient = bool(undiscovered % GIVE_UP)  # not for ever: the others wait
                why = await self._once(
                    name, sensor, device, scanning, watch, note_and_emit, patient=patient
                )
                undiscovered = undiscovered + 1 if name in self._undiscovered else 0
                if undiscovered and undiscovered % GIVE_UP == 0:
                    why += await forgotten(device)
            finally:
                was_up = self._sessions.pop(name, None) is not None
                self._motors.pop(name, None)
                self._training.gone(name)
                self._taken.pop(found.address, None)
            if why in (RELEASED, RESTS):
                log.info("%s: %s", name, why)
                self._owed.released(name)
                emit(LinkChanged(loop.time(), name, False))
                if why == RELEASED:
                    await self._training.begins()
                continue
            failures = 0 if watch.flowing else failures + 1
            new = failures <= 1 or undiscovered == GIVE_UP  # the latter gives the remedy
            level = logging.WARNING if new else logging.DEBUG
            log.log(level, "%s (%s): %s", name, found.name or found.address, why)
            if was_up or new:
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
        *,
        patient: bool = False,
    ) -> str:
        """Connect, run until the connection ends and return why it did."""
        loop = asyncio.get_running_loop()
        self._undiscovered.discard(name)
        driver = make(name, sensor.device, sensor.options)
        session = Connection(name, driver, watch, self._inbox, emit)
        async with contextlib.AsyncExitStack() as stack:
            within_s = DISCOVER_WITHIN_S if patient else None
            connection = connected(device, name, session.gone, self._radio.client, within_s)
            try:
                async with scanning.silent():
                    client = await stack.enter_async_context(connection)
            except FAILS as error:
                self._stuck.refused(loop.time())
                if isinstance(error, Undiscovered):
                    self._undiscovered.add(name)
                return f"no connection ({short(error)})"
            self._sessions[name] = session
            self._motors[name] = session.pulse
            self._stuck.connected()
            emit(LinkChanged(loop.time(), name, True, services=tuple(offered(client))))
            again = asyncio.create_task(self._stop_again(name))  # runs once the session does
            try:
                return await session.run(client, self._flows(name))
            except DecodeError as error:
                self._unfit.setdefault(name, set()).add(device.address)
                return str(error)
            finally:
                again.cancel()

    async def _stop_again(self, name: str) -> None:
        """Request the stop that was lost with the last connection."""
        now = asyncio.get_running_loop().time()
        if self._owed.due(name, now):
            await self.request(BeltRequest(t=now, speed_m_s=0.0, why="again"))

    def _flows(self, name: str) -> Callable[[], None]:
        def flows() -> None:
            log.info("%s: data", name)
            self._up()

        return flows

    def _wanted(self, name: str, sensor: Sensor) -> Callable[[Advert], bool]:
        """Make the test for this sensor's advertisement."""
        matches = looking.device_module(sensor.device).matches
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
            waiting = [s for n, s in others.items() if n not in self._taken.values()]
            return matches(advert) and not looking.awaited(advert, sensor.device, waiting)

        return wanted


PART = parts.Part(Config, Ble)
