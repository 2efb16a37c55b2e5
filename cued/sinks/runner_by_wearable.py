"""Choice of the runner by a strap or pod that only one person wears.

Rules
-----
* A wearable that sends again after ``AWAY_S`` of silence chooses its runner; while it keeps
  sending, a runner chosen in another way (page, MQTT) stays.
* The runner is not changed during a session (the coach refuses it); the choice is made at its end
  if the wearable is still there.
* This is a sink because sinks see inputs and may send commands; the command is recorded, so a
  replay has the same runner.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.config import Site
from cued.model import (
    AnyEvent,
    Cadence,
    Command,
    CommandResult,
    HeartRate,
    Input,
    Notice,
    Packet,
    Phase,
)
from cued.parts import Part
from cued.sinks.sink import Ask, Sink

AWAY_S = 30.0  # longer than a link takes to come back; chosen
NAME = "runner_by_wearable"


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The runners' wearables."""

    wears: Annotated[
        dict[str, str],
        Meta(description="Runner by the name of a sensor that only they wear: { strap = 'anna' }."),
    ] = {}


class RunnerByWearable(Sink):
    """Chooses the runner whose wearable appears."""

    def __init__(self, config: Config, site: Site, ask: Ask) -> None:
        self._wears = config.wears
        self._known = site.sensors
        self._ask = ask
        self._heard: dict[str, float] = {}
        self._refused = ""

    async def __aenter__(self) -> RunnerByWearable:
        for sensor in self._wears.keys() - self._known.keys() if self._known else ():  # simulated
            text = f"[sinks.{NAME}] wears: there is no [sensors.{sensor}]"
            self._ask(Notice(t=0.0, level="warning", code="no_such_sensor", text=text))
        return self

    def watch(self, item: Input) -> None:
        """Note when a wearable sends data."""
        if not isinstance(item, Packet | HeartRate | Cadence) or item.sensor not in self._wears:
            return
        before = self._heard.get(item.sensor, float("-inf"))
        self._heard[item.sensor] = max(item.t, before)
        if item.t - before > AWAY_S:
            self._choose(item.sensor)

    def take(self, event: AnyEvent) -> None:
        """At a session's end, repeat the choice that was refused during it."""
        if isinstance(event, CommandResult) and event.id.startswith(f"{NAME}:"):
            self._refused = "" if event.ok else event.id.removeprefix(f"{NAME}:")
        elif isinstance(event, Phase) and event.name == "idle" and self._refused:
            sensor, self._refused = self._refused, ""
            if event.t - self._heard[sensor] <= AWAY_S:
                self._choose(sensor)

    def _choose(self, sensor: str) -> None:
        runner = self._wears[sensor]
        self._ask(Command(0.0, "runner", runner, source="wearable", id=f"{NAME}:{sensor}"))


PART = Part(Config, RunnerByWearable)
