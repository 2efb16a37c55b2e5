"""A simulated person on a simulated treadmill, in real time or as fast as possible.

``scenario`` is the name of a shipped scenario (``cued/simulation/scenarios``) or a path to a TOML
file. Times are the run's own seconds, not the clock's; playback (``runtime/playback.py``) only
decides when inputs are passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from cued.config import Site
from cued.model import Belt, BeltRequest, ConfigError, Side
from cued.parts import Part
from cued.reading import read_text
from cued.recording.tables.header import Person
from cued.recording.tables.table import SensorTrack, TableRecording
from cued.recording.tables.truth import TruthRow
from cued.runtime.playback import Playback
from cued.simulation.run import Simulation, collect
from cued.simulation.scenario import Scenario, parse
from cued.sources.source import Emit

SIDES: dict[str, Side] = {"left": "left", "right": "right"}


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The run to play, and how fast."""

    scenario: Annotated[
        str, Meta(min_length=1, description="Name of a shipped scenario, or path of a TOML file.")
    ] = "workout"
    speed: Annotated[
        float, Meta(ge=0, le=1000, description="Times real time; 0: as fast as possible.")
    ] = 1.0
    seed: Annotated[
        int, Meta(ge=0, description="Random seed of person and run; 0 keeps the scenario's own.")
    ] = 0


class Simulate:
    """Plays one scenario."""

    def __init__(self, config: Config, site: Site) -> None:
        scenario = _configured(config.scenario)
        _refuse_unused(config.scenario, scenario, site.sensors)
        self.simulation = Simulation(scenario, config.seed or None, keep_truth=1000)
        inputs, belt = self.simulation.inputs(), self.simulation.request
        self._playback = Playback(inputs, config.speed, belt)

    async def run(self, emit: Emit, up: Callable[[], None]) -> None:
        """Pass on every input when it is due."""
        await self._playback.run(emit, up)

    async def request(self, request: BeltRequest) -> str:
        """Set the simulated treadmill."""
        return await self._playback.request(request)


def _configured(name: str) -> Scenario:
    """Read a scenario; an error names the option that chose it."""
    try:
        return open_scenario(name)
    except ConfigError as error:
        lines = (line.removeprefix("scenario: ") for line in str(error).split("\n"))
        text = "\n".join(f"[sources.simulate] scenario: {line}" for line in lines)
        raise ConfigError(text) from None


def _refuse_unused(name: str, scenario: Scenario, configured: Iterable[str]) -> None:
    """Raise ConfigError if [sensors] names none of the scenario's; others may be named as well."""
    plays, known = [s.name for s in scenario.sensor], list(configured)
    if known and not set(known) & set(plays):
        raise ConfigError(
            f"[sources.simulate] scenario: {name} has the sensors {', '.join(plays)}, but none is"
            f" configured: write a table [sensors.{plays[0]}] (there are {', '.join(known)})"
        )


def recorded(simulation: Simulation, name: str) -> TableRecording:
    """Play a run to its end as a table recording with its truth, for ``write_table``."""
    table, scenario = collect(simulation), simulation.scenario
    tracks = [
        SensorTrack(s.name, s.placement, s.rate_hz, *table.sensors[s.name], mounting=s.mounting)
        for s in scenario.sensor
        if table.sensors[s.name][0].size
    ]
    return TableRecording(
        name=name,
        title=scenario.title,
        subject="nobody",
        source="cued simulate",
        notes="simulated; its figures say nothing about people",
        sensors=tuple(tracks),
        belt=tuple(Belt(*row) for row in table.belt),
        person=Person(height_m=scenario.person.height_m),
        truth=tuple(
            TruthRow(r.t_s, r.kind, SIDES.get(r.side, "unknown"), str(r.value)) for r in table.truth
        ),
    )


def scenarios() -> list[str]:
    """List the shipped scenarios."""
    return sorted(f.name[:-5] for f in _shipped().iterdir() if f.name.endswith(".toml"))


def open_scenario(name: str) -> Scenario:
    """Read a shipped scenario or a file. Raises ConfigError."""
    if name in scenarios():
        return parse(_shipped().joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    path = Path(name)
    try:
        text = read_text(path)
    except OSError as error:
        raise ConfigError(
            f"scenario: {name!r} is not a file ({error.strerror}) "
            f"and not one of {', '.join(scenarios())}"
        ) from None
    try:
        return parse(text)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def _shipped() -> Traversable:
    return resources.files("cued.simulation") / "scenarios"


PART = Part(Config, Simulate)
