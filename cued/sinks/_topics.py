"""What goes to which topic, and when: events become messages, without a broker in sight.

Rules
-----
* Everything here is a function of what was taken and of the two times handed in: ``now`` (s, never
  goes back) and ``wall`` (Unix time, s, a label for the reader and used for nothing else).
* Cues, events and answers wait in a queue of bounded length; when it is full the oldest is dropped
  and counted. ``state`` and ``metrics`` have one place each, where the newest replaces the last.
* ``metrics`` goes out at most once a second and only while strides come in. Three seconds after the
  last stride it goes out once more with nothing but null, so that no screen keeps a number that
  nobody vouches for any more. Its keys are the metrics that are on, and any other that is measured.
* ``state`` goes out when it changed, at most four times a second, and twice a minute in any case:
  not every broker hands what it retains to whoever comes late (docs/fleet.md).
* ``t`` is the session clock of the event lines; ``units`` and ``stride_band_m`` let a page show a
  metric that it does not know, and a stride against the runner's own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from cued.model import (
    AnyEvent,
    Band,
    Battery,
    BeltState,
    CommandResult,
    Cue,
    Fall,
    Gait,
    HeartRate,
    Input,
    Link,
    LinkChanged,
    Measurement,
    Notice,
    Phase,
    Stability,
    Stride,
    Stumble,
)

METRICS_EVERY_S = 1.0
STATE_EVERY_S = 0.25
STATE_AGAIN_S = 30.0
SILENT_AFTER_S = 3.0  # a slow backward stride lasts 2 s
HEART_RATE = "heart_rate_bpm"


class Message(Struct, frozen=True):
    """One publication; ``topic`` is relative to the station's root."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False


class Topics:
    """Turns what happens into messages."""

    def __init__(self, metrics: Iterable[str], commands: Iterable[str], limit: int) -> None:
        self._queue: deque[Message] = deque()
        self._limit = limit
        self._values: dict[str, float | None] = dict.fromkeys(metrics)
        self._told_by: dict[str, str] = {}  # the sensor that told the belt, the heart rate
        self._units: dict[str, str] = {}
        self._span: tuple[float | None, float | None] = (None, None)
        self._t = 0.0
        self._level: str | None = None
        self._score: float | None = None
        self._stride_at: float | None = None
        self._measured = False
        self._metrics_at = float("-inf")
        self._state_at = float("-inf")
        self._changed = True
        self._state: dict[str, Any] = {
            "phase": "idle",
            "since": None,
            "since_t": None,
            "remaining_s": None,
            "mode": "unknown",
            "direction": "unknown",
            "stability": "unknown",
            "muted": False,
            "link": {},
            "battery": {},
            "belt": None,
            "commands": sorted(commands),
        }
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._queue)

    def again(self) -> None:
        """Have the state sent anew: whoever is at the far end may know nothing."""
        self._changed = True
        self._state_at = float("-inf")

    def put(self, message: Message) -> None:
        """Queue a message; the oldest goes when there is no room."""
        if len(self._queue) >= self._limit:
            self._queue.popleft()
            self.dropped += 1
        self._queue.append(message)

    def put_back(self, message: Message) -> None:
        """Take back a message that could not be sent, to be the next."""
        if message.topic in ("state", "metrics"):
            self.again()
        elif len(self._queue) < self._limit:
            self._queue.appendleft(message)
        else:
            self.dropped += 1

    def give_up(self) -> None:
        """Count what is still queued as dropped: nobody will come for it."""
        self.dropped += len(self._queue)
        self._queue.clear()

    def watch(self, item: Input) -> bool:
        """Process what only inputs tell: battery, heart rate; False when it is neither."""
        match item:
            case Battery():
                self._set("battery", self._state["battery"] | {item.sensor: round(item.percent)})
            case HeartRate():
                self._told_by[HEART_RATE] = item.sensor
                self._values[HEART_RATE] = item.bpm or None
                self._measured = True
            case LinkChanged(sensor=sensor, connected=False):
                self._gone(sensor)
            case _:
                return False
        return True

    def take(self, event: AnyEvent, now: float, wall: float) -> None:
        """Take an event."""
        self._t = max(self._t, event.t)
        match event:
            case Band():
                self._span = (event.low_m, event.high_m)
            case Measurement():
                self._units[event.name] = event.unit
                self._values[event.name] = None if event.value is None else round(event.value, 4)
                self._measured = True
            case Stride():
                self._stride_at, self._measured = now, True
            case Stability():
                self._level = None if event.level == "unknown" else event.level
                self._score, self._measured = event.score, True
                self._set("stability", event.level)
            case BeltState():
                self._set("belt", _belt(event))
            case Gait():
                self._set("mode", event.mode)
                self._set("direction", event.direction)
            case Cue():
                kind = "given" if event.verdict == "given" else "withheld"
                self.put(_message("cue", event, kind, wall))
            case CommandResult():
                self._answered(event, wall)
            case Phase() | Stumble() | Fall() | Link() | Notice():
                self._happened(event, wall)
            case _:
                pass

    def due(self, now: float, wall: float) -> Message | None:
        """Take the next message that may go out now; None when there is none."""
        if self._queue:
            return self._queue.popleft()
        if now >= self._state_due():
            self._changed, self._state_at = False, now
            state = self._state | {"dropped": self.dropped, "time": wall, "t": self._t}
            return Message("state", msgspec.json.encode(state), retain=True)
        if now < self._metrics_due():
            return None
        if self._stride_at is not None and now - self._stride_at >= SILENT_AFTER_S:
            self._fall_silent()
        self._measured, self._metrics_at = False, now
        return Message("metrics", self._encoded_metrics(wall))

    def wait_s(self, now: float) -> float:
        """Seconds until something is due."""
        if self._queue:
            return 0.0
        return max(min(self._state_due(), self._metrics_due()) - now, 0.0)

    def _state_due(self) -> float:
        return self._state_at + (STATE_EVERY_S if self._changed else STATE_AGAIN_S)

    def _metrics_due(self) -> float:
        if self._stride_at is None:
            return float("inf")
        next_at = self._metrics_at + METRICS_EVERY_S
        return next_at if self._measured else max(next_at, self._stride_at + SILENT_AFTER_S)

    def _fall_silent(self) -> None:
        self._values = dict.fromkeys(self._values)
        self._level = self._score = self._stride_at = None

    def _encoded_metrics(self, wall: float) -> bytes:
        stability = {"stability": self._level, "stability_score": self._score}
        belt: dict[str, Any] = self._state["belt"] or {}
        belt_now = {f"belt_{key}": value for key, value in belt.items()}
        known = self._stride_at is not None and self._span[0] is not None
        own = {"stride_band_m": list(self._span) if known else None}
        when = {"units": self._units, "t": self._t, "time": wall}
        return msgspec.json.encode(self._values | stability | belt_now | own | when)

    def _gone(self, sensor: str) -> None:
        """Forget what nobody but this sensor told."""
        if self._told_by.get(HEART_RATE) == sensor:
            self._values[HEART_RATE] = None

    def _set(self, key: str, value: object) -> None:
        if self._state[key] != value:
            self._state[key] = value
            self._changed = True

    def _answered(self, event: CommandResult, wall: float) -> None:
        if event.ok and event.name in ("mute", "unmute"):
            self._set("muted", event.name == "mute")
        self.put(answer(event.name, event.ok, event.why, event.id, wall))

    def _happened(self, event: Phase | Stumble | Fall | Link | Notice, wall: float) -> None:
        kind = str(event.__struct_config__.tag)
        if isinstance(event, Phase):
            self._set("phase", event.name)
            self._set("since", wall)
            self._set("since_t", event.t)
            self._set("remaining_s", event.remaining_s)
        elif isinstance(event, Link):
            self._set("link", self._state["link"] | {event.sensor: event.state})
            kind = f"link_{event.state}"
        elif isinstance(event, Fall):
            kind = f"fall_{event.stage}"
        self.put(_message("event", event, kind, wall))


def _belt(state: BeltState) -> dict[str, Any] | None:
    """Return what is told of the belt; None while nobody knows its speed."""
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
    """Make an event's line a message; ``event_type`` is what Home Assistant goes by."""
    body: dict[str, Any] = msgspec.to_builtins(event)
    return Message(topic, msgspec.json.encode(body | {"event_type": kind, "time": wall}))
