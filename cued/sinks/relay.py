"""A relay that opens the treadmill's key loop for a moment after a confirmed fall. Off by default.

Read hardware/README.md first: what the key loop may be, and why the contact is closed at rest, so
that the treadmill works normally if the Pi is off or has crashed. The relay is energised for
``PULSE_S`` once per fall, and not again until the fall is over (acknowledged, or the workout went
on). It is a convenience; nobody should rely on it, and it has never been tried on a belt.

It is a sink, not an actuator: it acts on the fall itself, not on a cue, so that a muted or busy
voice makes no difference. A separate process ends the pulse (``cued/keeper.py``), so the loop
closes again if this one hangs, is frozen or killed. Without pins that is reported once and the
relay does nothing.
"""

from __future__ import annotations

import logging
from typing import Annotated

from msgspec import Meta, Struct

from cued.config import Pin, Site
from cued.keeper import PinRequest
from cued.kept import KeptPins, PinChange, keep
from cued.model import AnyEvent, Fall, Phase
from cued.parts import Exit, Part
from cued.sinks.sink import Ask, Sink

log = logging.getLogger(__name__)

PULSE_S = 0.5  # chosen: less than the driver's own limit (hardware/README.md)


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The relay and its pin."""

    pin: Annotated[Pin, Meta(description="GPIO number of the relay's driver.")] = 24


class Relay(Sink):
    """Makes one pulse per confirmed fall."""

    def __init__(self, config: Config, site: Site, ask: Ask) -> None:
        self._config = config
        self._site = site
        self._fallen = False
        self._kept: KeptPins | None = None

    @property
    def energised(self) -> bool:
        """The key loop is open."""
        return self._kept is not None and self._kept.values[self._config.pin] > 0

    async def __aenter__(self) -> Relay:
        config, site = self._config, self._site
        self._kept = await keep(
            PinRequest(
                pins=(config.pin,),
                most_s=PULSE_S,
                chip=site.chip,
                runtime=str(site.runtime),
                hardware=site.hardware,
            ),
            self._hear,
        )
        if self._kept.missing:
            log.warning("no relay: %s", self._kept.missing)
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        kept, self._kept = self._kept, None
        if kept:
            await kept.close()

    def take(self, event: AnyEvent) -> None:
        """Open the loop at the first confirmation of a fall."""
        if isinstance(event, Phase) and event.name != "fallen":
            self._fallen = False
        elif isinstance(event, Fall) and event.stage == "confirmed" and not self._fallen:
            self._fallen = True
            self._pulse()

    def _pulse(self) -> None:
        if self._kept is None or self._kept.missing:
            return
        try:
            self._kept.drive(self._config.pin, 1.0)
        except OSError as error:
            log.warning("no relay: the keeper of the pins: %s", error.strerror)

    def _hear(self, change: PinChange) -> None:
        if change.note not in ("", "cut"):
            log.warning("no relay: %s", change.note)


PART: Part[Config, Sink] = Part(Config, Relay)
