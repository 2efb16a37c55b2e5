"""Vibration: cues as pulses of two motors on PWM pins.

Rules
-----
* The motors always end off: at any exit, at cancel, after the last pulse, and after ``MOST_ON_S``
  even if this program hangs, is frozen or killed, because a separate process drives the pins
  (``cued/keeper.py``).
* One pattern at a time; a new one cuts off the old one. The first pulse starts within ``give``, the
  others by timers of the event loop; cancelling cancels these and turns the motors off. No task or
  thread could keep driving them.
* Without motors (not a Raspberry Pi, no lgpio, pins in use) everything runs on gpiozero's mock
  pins, one notice reports it, and each cue is reported as not given. With ``hardware = false`` this
  is intended, and cues count as given.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from functools import partial
from typing import Annotated, Literal

from msgspec import Meta, Struct

from cued.actuators._patterns import TICK_S, Pulse, pulses
from cued.actuators.actuator import Actuator, Report, felt
from cued.config import Pin, Site
from cued.keeper import PinRequest
from cued.kept import KeptPins, PinChange, keep
from cued.model import Beat, Cue, CueDone, Notice, Pattern
from cued.parts import Exit, Part

PWM_HZ = 200.0  # an edge each 5 ms keeps the gates fed (hardware/README.md)
MOST_ON_S = 0.5  # longer than any pulse, short enough to do no harm


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The motors and their pins."""

    left_pin: Annotated[Pin, Meta(description="GPIO number of the left motor.")] = 12
    right_pin: Annotated[Pin, Meta(description="GPIO number of the right motor.")] = 13
    strength: Annotated[
        float, Meta(ge=0.1, le=1.0, description="Strength of a pulse, share of full power.")
    ] = 1.0

    def __post_init__(self) -> None:
        if self.left_pin == self.right_pin:
            raise ValueError("left_pin and right_pin are the same pin")

    def wanted(self, site: Site) -> PinRequest:
        """Return the keeper's pins and limits."""
        return PinRequest(
            pins=(self.left_pin, self.right_pin),
            most_s=MOST_ON_S,
            frequency_hz=PWM_HZ,
            chip=site.chip,
            runtime=str(site.runtime),
            hardware=site.hardware,
        )


class Haptic(Actuator):
    """The motors, left and right."""

    def __init__(self, config: Config, site: Site, report: Report) -> None:
        self.edges: deque[tuple[str, float, float]] = deque(maxlen=1000)  # key, given, edge: s
        self._config = config
        self._site = site
        self._report = report
        self._why = "the motors are not started"
        self._failed = ""  # why the present pattern was not felt
        self._pins = (config.left_pin, config.right_pin)
        self._kept: KeptPins | None = None
        self._awaited: deque[tuple[str, float]] = deque(maxlen=100)  # key, given: edge to come
        self._timers: list[asyncio.TimerHandle] = []
        self._ticks: list[asyncio.TimerHandle] = []  # the next tick, and the end of this one
        self._key: str | None = None
        self._notified: set[str] = set()

    @property
    def channel(self) -> Literal["haptic"]:
        """The sense by which it reaches the runner."""
        return "haptic"

    @property
    def values(self) -> tuple[float, ...]:
        """The motors' present strengths, left and right; empty when closed."""
        return tuple(self._kept.values[pin] for pin in self._pins) if self._kept else ()

    @property
    def cuts(self) -> int:
        """How often the keeper had to turn a motor off."""
        return self._kept.cuts if self._kept else 0

    async def __aenter__(self) -> Haptic:
        config, site = self._config, self._site
        self._kept = await keep(config.wanted(site), self._hear)
        self._why = f"no motors: {self._kept.missing}" if self._kept.missing else ""
        if self._why:
            text = f"{self._why}; mock pins are driven, cues can't be felt"
            self._notice("warning", "motors_missing", text)
        elif not site.hardware:
            self._notice("info", "motors_stand_in", "mock pins are driven: hardware = false")
        return self

    async def __aexit__(self, *exit_: Exit) -> None:
        self.cancel()
        kept, self._kept = self._kept, None
        if kept:
            await kept.close()

    def give(self, cue: Cue) -> None:
        """Start the cue's pattern at once, cutting off the previous one. Never blocks."""
        given_t = time.monotonic()
        felt = pulses(cue.pattern, cue.size)
        if not felt or self._kept is None:
            self._done(cue.key, failure=self._why if felt else "")
            return
        self._end("cut off")
        self._key, self._failed = cue.key, ""
        self._awaited.append((cue.key, given_t))
        loop = asyncio.get_running_loop()
        edges = {p.at_s for p in felt} | {p.end_s for p in felt}
        start = loop.time()
        self._timers = [loop.call_at(start + t, self._at, felt, t) for t in sorted(edges - {0.0})]
        self._at(felt, 0.0)

    def beat(self, beat: Beat) -> None:
        """Start or stop ticks, which pause during patterns. Never blocks."""
        self._end_beat()
        if beat.spm and self._kept is not None:
            self._tick(beat, asyncio.get_running_loop().time(), 0)

    def _tick(self, beat: Beat, start: float, k: int) -> None:
        """Play tick ``k``; the next is timed from the beat's start, so that none drifts."""
        loop, after = asyncio.get_running_loop(), k * 60.0 / beat.spm
        if after >= beat.for_s:
            return
        if self._key is None:
            strength = self._config.strength * (1.0 - after / beat.for_s if beat.fades else 1.0)
            self._drive(strength, strength)
        self._ticks = [
            loop.call_at(start + after + TICK_S, self._tick_off),
            loop.call_at(start + (k + 1) * 60.0 / beat.spm, self._tick, beat, start, k + 1),
        ]

    def _tick_off(self) -> None:
        if self._key is None:
            self._drive(0.0, 0.0)

    def _end_beat(self) -> None:
        for timer in self._ticks:
            timer.cancel()
        self._ticks.clear()
        self._tick_off()

    def cancel(self) -> None:
        """Turn both motors off at once."""
        self._end_beat()
        self._end("cancelled")

    def _at(self, felt: tuple[Pulse, ...], t: float) -> None:
        """Set the motors to a pattern's state ``t`` seconds after its start."""
        on = [p for p in felt if p.at_s <= t < p.end_s]
        strength = self._config.strength
        self._drive(strength * any(p.left for p in on), strength * any(p.right for p in on))
        if t >= max(p.end_s for p in felt):
            self._end()

    def _end(self, remark: str = "") -> None:
        """End the present pattern: cancel timers, turn motors off, report its CueDone."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._drive(0.0, 0.0)
        key, self._key = self._key, None
        if key is not None:
            self._done(key, self._why or self._failed, remark)

    def _drive(self, left: float, right: float) -> None:
        """Set the motors."""
        if self._kept is None:
            return
        try:
            for pin, value in zip(self._pins, (left, right), strict=True):
                self._kept.drive(pin, value)
        except OSError as error:
            self._fail(f"the keeper of the pins: {error.strerror}")

    def _hear(self, change: PinChange) -> None:
        """Note the time of a pattern's first edge, or a failure."""
        if change.note not in ("", "cut"):
            self._fail(change.note)
        elif change.value > 0 and self._awaited and change.t >= self._awaited[0][1]:
            self.edges.append((*self._awaited.popleft(), change.t))

    def _fail(self, why: str) -> None:
        """Report that a pin failed; the cue does not count as given."""
        self._failed = why
        self._awaited.clear()
        self._notice("error", "motors_failed", f"{why}; cues can't be felt")

    def _done(self, key: str, failure: str, remark: str = "") -> None:
        """Report the end of a cue; being cut off by the next is not a failure."""
        done = CueDone(time.monotonic(), key, self.channel, not failure, failure or remark)
        self._report(done)

    def _notice(self, level: Literal["info", "warning", "error"], code: str, text: str) -> None:
        """Notify a person, once."""
        if code not in self._notified:
            self._notified.add(code)
            now = time.monotonic()
            self._report(Notice(t=now, known_t=now, level=level, code=code, text=text))


async def buzz(pattern: Pattern, config: Config, site: Site) -> str:
    """Play one pattern to its end; return why it could not be felt, or nothing."""
    return await felt(pattern, partial(Haptic, config, site))


PART = Part(Config, Haptic)
