"""A relay that opens the treadmill's key loop for a moment after a confirmed fall. Off by default.

Read hardware/README.md first: what the key loop may be, and why the contact is closed at rest, so
that a Pi that is off or has crashed leaves the treadmill as its maker made it. The relay is
energised for ``pulse_s`` once per fall, and not again until the fall is over (acknowledged, or the
workout went on). It is a convenience; nobody should rely on it, and it was never tried on a belt.

It is a sink, not an actuator: it acts on what was concluded, not on a cue, so that a muted or busy
voice changes nothing. Leaving turns it off. Without pins it is told once and does nothing.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from typing import Annotated, Any

from msgspec import Meta, Struct

from cued.config import Site
from cued.gpio import PinsMissing, close_factory, factory_of, failures
from cued.model import AnyEvent, Fall, Input, Phase
from cued.parts import Exit, Part
from cued.sinks.sink import Ask, Sink

log = logging.getLogger(__name__)


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The relay and its pin."""

    pin: Annotated[int, Meta(ge=0, le=27, description="GPIO number of the relay's driver.")] = 24
    pulse_s: Annotated[
        float, Meta(ge=0.1, le=2.0, description="How long the key loop is opened, s.")
    ] = 0.5
    chip: Annotated[
        int | None, Meta(description="Number of the gpiochip; unset: that of the header.")
    ] = None


class Relay:
    """One pulse per confirmed fall."""

    def __init__(self, config: Config, site: Site, ask: Ask) -> None:
        self._config = config
        self._site = site
        self._fallen = False
        self._timer: asyncio.TimerHandle | None = None
        self._factory: Any = None
        self._coil: Any = None

    @property
    def energised(self) -> bool:
        """The key loop is open."""
        return self._coil is not None and bool(self._coil.value)

    async def __aenter__(self) -> Relay:
        config = self._config
        try:
            self._factory = factory_of(self._site, config.chip)
            gpiozero: Any = importlib.import_module("gpiozero")
            self._coil = gpiozero.DigitalOutputDevice(config.pin, pin_factory=self._factory)
        except (PinsMissing, *failures()) as error:
            self._close()
            log.warning("no relay: %s", error)
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        self._close()

    def take(self, event: AnyEvent) -> None:
        """Open the loop at the first confirmation of a fall."""
        if isinstance(event, Phase) and event.name != "fallen":
            self._fallen = False
        elif isinstance(event, Fall) and event.stage == "confirmed" and not self._fallen:
            self._fallen = True
            self._pulse()

    def watch(self, item: Input) -> None:
        """Ignore inputs."""

    async def run(self) -> None:
        """Nothing to wait for: the event loop ends the pulse."""

    def _pulse(self) -> None:
        if self._coil is None:
            return
        self._coil.on()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._config.pulse_s, self._coil.off)

    def _close(self) -> None:
        if self._timer:
            self._timer.cancel()
        coil, self._coil = self._coil, None
        factory, self._factory = self._factory, None
        if coil is not None:
            coil.off()
            coil.close()
        if factory is not None:
            close_factory(factory)


PART: Part[Config, Sink] = Part(Config, Relay)
