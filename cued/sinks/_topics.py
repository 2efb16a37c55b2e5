"""Conversion of events to MQTT messages, and their timing; pure, without a broker.

Rules
-----
* Everything here depends only on the events and the two times passed in: ``now`` (s, never goes
  back) and ``wall`` (Unix time, s, only a label for the reader).
* Cues, events and answers wait in a queue of bounded length; when it is full the oldest is dropped
  and counted. Of ``state`` and ``metrics`` only the newest waits.
* ``metrics`` goes out at most once a second and only after a measurement began, changed or ended;
  an ended one is null once. Its keys are the enabled metrics and any other that is measured. How
  long a value is valid is decided in the core (``gait/fusion/ages.py``).
* ``state`` goes out when it changed, at most four times a second, and at least twice a minute: not
  every broker sends retained messages to late subscribers (docs/fleet.md).
* ``t`` is the session clock of the event lines; ``units`` and ``stride_band_m`` let a page show a
  metric that it does not know, and compare a stride with the runner's own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from cued.coach.workout.phases import after
from cued.model import (
    AnyEvent,
    Battery,
    BeltRequest,
    BeltState,
    Command,
    CommandResult,
    Cue,
    Fall,
    Gait,
    Input,
    Link,
    Measurement,
    Notice,
    Phase,
    Stability,
    Stride,
    Stumble,
    Tick,
)
from cued.sinks._session_state import SessionState

METRICS_EVERY_S = 1.0  # Home Assistant keeps every message; chosen
STATE_EVERY_S = 0.25  # chosen
STATE_AGAIN_S = 30.0  # for brokers that lose what they retain (docs/fleet.md)
STRIDES = 20  # in one message; no runner makes more in a second
RARE = Battery | Command  # inputs that may change ``state``
STATE_EVENTS = (
    BeltRequest | BeltState | CommandResult | Fall | Gait | Link | Notice | Phase | Stability
)


class Message(Struct, frozen=True):
    """One publication; ``topic`` is relative to the station's root."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False


class Topics:
    """Turns events into messages."""

    def __init__(
        self,
        metrics: Iterable[str],
        commands: Iterable[str],
        limit: int,
        *,
        runner: str = "",
        profile: str = "",
    ) -> None:
        self._now = SessionState(runner, profile)
        self._queue: deque[Message] = deque()
        self._limit = limit
        self._names = dict.fromkeys(metrics)
        self._units: dict[str, str] = {}
        self._entered_wall: float | None = None
        self._measured = False
        self._strides: deque[dict[str, Any]] = deque(maxlen=STRIDES)  # since the last ``metrics``
        self._metrics_at = float("-inf")
        self._state_at = float("-inf")
        self._changed = True
        self._commands = sorted(commands)
        self._state = self._fields()
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._queue)

    def again(self) -> None:
        """Send the state again: a new subscriber may not have it."""
        self._changed = True
        self._state_at = float("-inf")

    def put(self, message: Message) -> None:
        """Queue a message; if there is no room, drop the oldest."""
        if len(self._queue) >= self._limit:
            self._queue.popleft()
            self.dropped += 1
        self._queue.append(message)

    def put_back(self, message: Message) -> None:
        """Put an unsent message back at the head of the queue."""
        if message.topic in ("state", "metrics"):
            self.again()
        elif len(self._queue) < self._limit:
            self._queue.appendleft(message)
        else:
            self.dropped += 1

    def give_up(self) -> None:
        """Drop the queued messages and count them."""
        self.dropped += len(self._queue)
        self._queue.clear()

    def watch(self, item: Input) -> bool:
        """Process an input; return whether the state may have changed."""
        self._now.watch(item)
        if not isinstance(item, RARE) and not (isinstance(item, Tick) and self._state["alarm"]):
            return False
        self._renew()
        return True

    def take(self, event: AnyEvent, wall: float) -> None:
        """Process an event."""
        self._now.take(event)
        match event:
            case Measurement():
                self._units[event.name] = event.unit
                self._names.setdefault(event.name)
                self._measured = True
            case Stability():
                self._measured = True
            case Stride():
                self._measured = True
                self._strides.append(_stride(event))
            case Cue():
                kind = "given" if event.verdict == "given" else "withheld"
                self.put(_message("cue", event, kind, wall))
            case CommandResult():
                self.put(answer(event.name, event.ok, event.why, event.id, wall))
            case Phase():
                self._entered_wall = wall
                self._happened(event, wall)
            case Stumble() | Fall() | Link() | Notice():
                self._happened(event, wall)
            case _:
                pass
        if isinstance(event, STATE_EVENTS):
            self._renew()

    def due(self, now: float, wall: float) -> Message | None:
        """Return the next message that is due; None when there is none."""
        if self._queue:
            return self._queue.popleft()
        if now >= self._state_due():
            self._changed, self._state_at = False, now
            state = self._state | {"dropped": self.dropped, "time": wall, "t": self._now.t}
            return Message("state", msgspec.json.encode(state), retain=True)
        if now < self._metrics_due():
            return None
        self._measured, self._metrics_at = False, now
        message = Message("metrics", self._encoded_metrics(wall))
        self._strides.clear()
        return message

    def wait_s(self, now: float) -> float:
        """Return how long until a message is due, s."""
        if self._queue:
            return 0.0
        return max(min(self._state_due(), self._metrics_due()) - now, 0.0)

    def _state_due(self) -> float:
        return self._state_at + (STATE_EVERY_S if self._changed else STATE_AGAIN_S)

    def _metrics_due(self) -> float:
        return self._metrics_at + METRICS_EVERY_S if self._measured else float("inf")

    def _renew(self) -> None:
        state = self._fields()
        self._changed = self._changed or state != self._state
        self._state = state

    def _fields(self) -> dict[str, Any]:
        """Return the fields of ``state``."""
        now = self._now
        return {
            "phase": now.phase.name,
            "next": after(now.phase.name, "timeout") or after(now.phase.name, "skip"),
            "since": self._entered_wall,
            "since_t": now.phase.t if now.entered else None,
            "remaining_s": now.phase.remaining_s,
            "workout_s": now.phase.workout_s,
            "began_t": now.began,
            "runner": now.shown_runner(),
            "asks": now.asks or None,
            "profile": now.profile or None,
            "mode": now.gait.mode,
            "direction": now.gait.direction,
            "stability": now.stability.level,
            "alarm": now.alarm or None,
            "muted": now.muted,
            "link": dict(now.links),
            "battery": {name: round(percent) for name, percent in now.batteries.items()},
            "front": dict(now.fronts),
            "belt": _belt(now.belt),
            "belt_typed": now.belt.source in ("typed", "none"),
            "asked_m_s": now.asked_m_s,
            "commands": self._commands,
        }

    def _encoded_metrics(self, wall: float) -> bytes:
        now = self._now
        values = {name: _rounded(now.value(name)) for name in self._names}
        level, score = now.stability.level, now.stability.score
        stability = {
            "stability": None if level == "unknown" else level,
            "stability_score": _rounded(score),
        }
        belt: dict[str, Any] = self._state["belt"] or {}
        belt_now = {f"belt_{key}": value for key, value in belt.items()}
        moves = now.gait.mode in ("walking", "running")
        span = now.band_m if moves else None
        own = {"stride_band_m": [round(end, 3) for end in span] if span else None}
        when = {"strides": [*self._strides], "units": self._units, "t": now.t, "time": wall}
        return msgspec.json.encode(values | stability | belt_now | own | when)

    def _happened(self, event: Phase | Stumble | Fall | Link | Notice, wall: float) -> None:
        kind = str(event.__struct_config__.tag)
        if isinstance(event, Link):
            kind = f"link_{event.state}"
        elif isinstance(event, Fall):
            kind = f"fall_{event.stage}"
        self.put(_message("event", event, kind, wall))


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)


def _stride(stride: Stride) -> dict[str, Any]:
    """Return the fields of a single stride."""
    return {
        "t": round(stride.t, 3),
        "duration_s": round(stride.duration_s, 3),
        "step_s": _rounded(stride.step_s, 3),
        "length_m": _rounded(stride.length_m, 3),
        "side": stride.side,
        "direction": stride.direction,
        "clean": stride.clean,
    }


def _belt(state: BeltState) -> dict[str, Any] | None:
    """Return the fields of the belt; None while its speed is unknown."""
    if state.speed_m_s is None:
        return None
    return {
        "speed_m_s": round(state.speed_m_s, 2),
        "incline_percent": round(state.incline_percent or 0.0, 1),
        "source": state.source,
        "doubt": state.doubt,
    }


def answer(name: str, ok: bool, why: str, id_: str, wall: float) -> Message:
    """Make the answer to a command."""
    body = {"command": name, "ok": ok, "why": why, "id": id_, "time": wall}
    return Message("command/result", msgspec.json.encode(body))


def _message(topic: str, event: AnyEvent, kind: str, wall: float) -> Message:
    """Make a message from an event's fields; Home Assistant needs ``event_type``."""
    body: dict[str, Any] = msgspec.to_builtins(event)
    return Message(topic, msgspec.json.encode(body | {"event_type": kind, "time": wall}))
