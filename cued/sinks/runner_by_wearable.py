"""Who runs, by what they wear: a strap or a pod that is one person's own chooses its runner.

Rules
-----
* A wearable that is heard again after ``AWAY_S`` of silence chooses its runner; while it goes on
  being heard, whoever is chosen otherwise (page, MQTT) stays chosen.
* Nobody is changed in a session (the coach refuses it): then the choice comes at its end, if the
  wearable is still there.
* It is a sink because a sink sees inputs and may ask for commands; the command is recorded, so a
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
    """Whose wearable is whose."""

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
        """Note what is heard."""
        if not isinstance(item, Packet | HeartRate | Cadence) or item.sensor not in self._wears:
            return
        before = self._heard.get(item.sensor, float("-inf"))
        self._heard[item.sensor] = max(item.t, before)
        if item.t - before > AWAY_S:
            self._choose(item.sensor)

    def take(self, event: AnyEvent) -> None:
        """Choose at a session's end what was refused in it."""
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
