"""The spoken greeting at the start, for people without a screen: "ready", or what is missing.

* "Ready" is said once all sensors on the body send data. If one does not within ``PATIENCE_S``,
  that is said first, once. Anything else that is missing follows.
* The greeting interrupts nothing: it waits until ``QUIET_S`` after the coach's last cue, as after a
  restart while somebody runs.
"""

from __future__ import annotations

from collections.abc import Iterable

from cued.coach.voice.phrases import Phrases
from cued.fences import FAILED
from cued.model import AnyEvent, Cue, Input, Link, Notice, Pattern, Priority, Tick
from cued.runtime.engine_renewal import HISTORY_UNKNOWN, NOT_KEPT

PATIENCE_S = 10.0  # chosen: long enough to connect a sensor that is on
QUIET_S = 3.0  # chosen: a phrase and a breath
MISSING = {  # codes of notices, and the phrase for each
    "motors_missing": "no_motors",
    FAILED: FAILED,
    NOT_KEPT: NOT_KEPT,
    HISTORY_UNKNOWN: HISTORY_UNKNOWN,
}
LOOKS: dict[str, tuple[Pattern, str]] = {
    "ready": ("notice", "phase"),
    "ready_program": ("notice", "phase"),
    "no_sensor": ("notice", "lost"),
    **dict.fromkeys(MISSING.values(), ("none", "")),
}


class Greeting:
    """Chooses the greeting; a pure state machine over inputs and events."""

    def __init__(self, words: Phrases, sensors: Iterable[str], *, program: bool = False) -> None:
        self._greeting = "ready_program" if program else "ready"
        self._words = words
        self._missing = set(sensors)
        self._began: float | None = None
        self._quiet_until = float("-inf")
        self._owed: list[str] = []
        self._heard: set[str] = set()
        self._ready = False
        self._greeted = False

    def hear(self, event: AnyEvent) -> None:
        """Process an event of the engine or of an actuator."""
        match event:
            case Link(state="up"):
                self._missing.discard(event.sensor)
            case Notice() if event.code in MISSING and event.code not in self._heard:
                self._heard.add(event.code)  # said once, however many parts fail
                self._owed.append(MISSING[event.code])
            case Cue(verdict="given") if event.key not in LOOKS:
                self._quiet_until = event.t + QUIET_S
            case _:
                pass

    def feed(self, item: Input) -> Cue | None:
        """Process an input; return the greeting that is due, if any."""
        if not isinstance(item, Tick) or (self._ready and not self._owed):
            return None
        now = item.t
        self._began = now if self._began is None else self._began
        if now < self._quiet_until:
            return None
        if not self._ready and not self._missing:
            self._ready = self._greeted = True
            return self._say(self._greeting, now)
        if not self._greeted and now - self._began >= PATIENCE_S:
            self._greeted = True
            return self._say("no_sensor", now)
        return self._say(self._owed.pop(0), now) if self._owed and self._greeted else None

    def _say(self, key: str, now: float) -> Cue:
        self._quiet_until = now + QUIET_S
        pattern, tone = LOOKS[key]
        text = self._words.say(key)
        return Cue(
            t=now,
            known_t=now,
            key=key,
            text=text,
            pattern=pattern,
            priority=Priority.INFO,
            verdict="given",
            tone=tone,
        )
