"""A status light: one LED that shows the coach's state without sound or screen.

| the light | means |
|---|---|
| on | all sensors are connected |
| blinks once a second | a sensor is not (or not yet) connected |
| short flash every two seconds | paused |
| flickers | a fall was detected and not acknowledged |
| three short, one long | set-up is open |
| two quick blinks | a warning or an error in the last ten seconds (see the log) |
| off | the coach is not running |

The worst present state is shown. It is a sink, not an actuator: it shows states, not cues. Without
pins that is reported once and nothing is shown. Leaving turns it off.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
from typing import Annotated, Any

from msgspec import Meta, Struct

from cued.config import Pin, Site
from cued.gpio import PinsMissing, close_factory, factory_of, failures
from cued.model import AnyEvent, Input, Notice
from cued.parts import Exit, Part
from cued.sinks._session_state import SessionState
from cued.sinks.sink import Ask, Sink

log = logging.getLogger(__name__)

NOT_WORN = ("heart_rate", "treadmill")
STEP_S = 0.1  # the shortest flash that people notice
TROUBLE_STEPS = 100  # ten seconds
# One character a step, repeated: # is on.
SHOWN = {
    "well": "#",
    "waiting": "#####.....",
    "paused": "#...................",
    "trouble": "#.#.......",
    "alarm": "#.",
    "set_up": "#.#.#.####....",
}


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The light and its pin."""

    pin: Annotated[Pin, Meta(description="GPIO number of the LED.")] = 6


class Light(Sink):
    """Shows the worst state."""

    def __init__(self, config: Config, site: Site, ask: Ask) -> None:
        self._config = config
        self._site = site
        self._now = SessionState()
        self._worn = [n for n, s in site.sensors.items() if s.placement not in NOT_WORN]
        self._trouble = 0
        self.shows = ""
        self._step = 0
        self._factory: Any = None
        self._led: Any = None

    @property
    def state(self) -> str:
        """The pattern to show: that of the worst state; ``shows`` overrides it."""
        if self.shows:
            return self.shows
        if self._now.alarm == "confirmed":
            return "alarm"
        if self._trouble:
            return "trouble"
        if any(self._now.links.get(name) != "up" for name in self._worn):
            return "waiting"
        return "paused" if self._now.phase.name == "paused" else "well"

    @property
    def lit(self) -> bool:
        """The light is on."""
        return self._led is not None and bool(self._led.value)

    async def __aenter__(self) -> Light:
        config = self._config
        try:
            self._factory = factory_of(self._site)
            gpiozero: Any = importlib.import_module("gpiozero")
            self._led = gpiozero.DigitalOutputDevice(config.pin, pin_factory=self._factory)
            self._led.on()
        except (PinsMissing, *failures()) as error:
            self._close()
            log.warning("no light: %s", error)
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        self._close()

    def take(self, event: AnyEvent) -> None:
        """Process an event."""
        self._now.take(event)
        if isinstance(event, Notice) and event.level != "info":
            self._trouble = TROUBLE_STEPS

    def watch(self, item: Input) -> None:
        """Process an input."""
        self._now.watch(item)

    async def run(self) -> None:
        """Blink until cancelled."""
        while self._led is not None:
            self.step()
            await asyncio.sleep(STEP_S)

    def step(self) -> None:
        """Show the next tenth of a second."""
        pattern = SHOWN[self.state]
        try:
            self._led.value = pattern[self._step % len(pattern)] == "#"
        except failures() as error:
            self._close()
            log.warning("no light: %s", error)
        self._step += 1
        self._trouble = max(0, self._trouble - 1)

    def _close(self) -> None:
        led, self._led = self._led, None
        factory, self._factory = self._factory, None
        if led is not None:
            with contextlib.suppress(*failures()):
                led.off()
                led.close()
        if factory is not None:
            close_factory(factory)


PART = Part(Config, Light)
