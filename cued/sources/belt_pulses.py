"""A self-made belt sensor: speed from pulses on a GPIO pin, from tape or a magnet.

Wiring and where to stick the tape: ``hardware/belt-sensor.md``. The pin's edges carry the kernel's
times, so a busy machine costs no accuracy (``signal/pulses.py`` has the method and its figures). It
only measures and never moves the belt.

Delay: half the time between two marks. Missing pins (no Raspberry Pi, no lgpio, a pin in use) count
as a lost link: reported once, retried at growing intervals.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from cued.config import Pin, Site
from cued.gpio import PinsMissing, close_factory, factory_of, failing_is_missing
from cued.model import Belt, BeltRequest, LinkLost
from cued.parts import Part
from cued.runtime.supervise import ignore
from cued.signal.pulses import Pulses
from cued.sources.source import Emit, Source

NAME = "belt_pulses"
LOOK_EVERY_S = 0.1  # the interval of ticks: a standing belt is reported within it


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The pin, and the marks that pass the sensor."""

    length_m: Annotated[
        float,
        Meta(
            gt=0.02,
            le=10,
            description="Length of the belt, m; with a magnet on a roller: its circumference.",
        ),
    ]
    marks: Annotated[
        int, Meta(ge=1, le=60, description="Strips of tape on the belt, or magnets on the roller.")
    ] = 8
    pin: Annotated[Pin, Meta(description="GPIO number of the sensor's output.")] = 17
    pull: Annotated[
        Literal["up", "down", "none"],
        Meta(description="Resistor of the pin; up for an open collector, as of most sensors."),
    ] = "up"
    edge: Annotated[
        Literal["rising", "falling"], Meta(description="Edge at which a mark counts.")
    ] = "falling"
    incline_percent: Annotated[float, Meta(ge=-20, le=40, description="Incline, percent.")] = 0.0


class KernelTime:
    """Maps the kernel's times of edges to the loop's clock: no edge is handled before it occurs."""

    def __init__(self) -> None:
        self._offset: float | None = None

    def on_loop(self, edge: float, now: float) -> float:
        """Return the loop's time of an edge that is being handled ``now``."""
        offset = now - edge
        if self._offset is None or not self._offset <= offset < self._offset + 1.0:
            self._offset = offset  # the least delay until now, or the clock was set
        return edge + self._offset


class BeltPulses:
    """Emits the speed at each mark, and a lower one or 0 when no mark comes."""

    def __init__(self, config: Config, site: Site) -> None:
        self._config = config
        self._site = site
        self._pulses = Pulses(config.length_m, config.marks)
        self._time = KernelTime()
        self._emit: Emit = ignore
        self._stands = False
        self.opened: Any = None  # gpiozero's device while it runs

    async def run(self, emit: Emit, up: Callable[[], None]) -> None:
        """Watch the pin until cancelled."""
        loop = asyncio.get_running_loop()
        self._emit = emit

        # Called in a thread of gpiozero. The pin holds it weakly; this coroutine keeps it.
        def edge(ticks: float, _state: int) -> None:
            loop.call_soon_threadsafe(lambda: self.pulse(ticks, loop.time()))

        factory: Any = None
        try:
            factory = factory_of(self._site)
            with failing_is_missing():
                self.opened = self._open(factory, edge)
            up()
            while True:
                await asyncio.sleep(LOOK_EVERY_S)
                self.look(loop.time())
        except PinsMissing as error:
            raise LinkLost(f"no belt sensor: {error}") from error
        finally:
            if self.opened is not None:
                self.opened.close()
            self.opened = None
            if factory is not None:
                close_factory(factory)

    async def request(self, request: BeltRequest) -> str:
        """Refuse: a sensor cannot move the belt."""
        return "a belt sensor cannot move the belt"

    def pulse(self, ticks: float, now: float) -> None:
        """Process an edge at ``ticks`` of the kernel's clock."""
        t = self._time.on_loop(ticks, now)
        speed = self._pulses.feed(t)
        if speed is not None:
            self._stands = False
            self._report(now, speed, self._pulses.error)

    def look(self, now: float) -> None:
        """Report a slowing belt, or once a standing one, when no mark comes."""
        speed = self._pulses.overdue(now)
        if speed is None or (speed == 0.0 and self._stands):
            return
        self._stands = speed == 0.0
        self._report(now, speed, 0.0 if self._stands else 0.3)

    def _report(self, now: float, speed: float, error: float) -> None:
        self._emit(
            Belt(
                now,
                speed,
                self._config.incline_percent,
                max(error, 0.001),
                NAME,
                kind="sensor",
                factor=0.0,
            )
        )

    def _open(self, factory: Any, edge: Callable[[float, int], None]) -> Any:
        gpiozero: Any = importlib.import_module("gpiozero")
        config = self._config
        pull = {"up": True, "down": False, "none": None}[config.pull]
        active = None if pull is not None else True
        device = gpiozero.InputDevice(
            config.pin, pull_up=pull, active_state=active, pin_factory=factory
        )
        device.pin.edges = config.edge
        device.pin.when_changed = edge
        return device


PART: Part[Config, Source] = Part(Config, BeltPulses)
