"""The composition root: a configuration becomes the objects of a daemon. Nobody else knows all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast

from cued import parts
from cued.actuators.actuator import Actuator
from cued.coach import phrases
from cued.coach.coach import Coach
from cued.coach.memory import Memory
from cued.coach.rule import Rule
from cued.config import Config, Site
from cued.engine import Engine, Listener, Worn
from cued.gait.metric import Metric
from cued.model import Command, ConfigError, CueDone, Notice
from cued.sinks.sink import Sink
from cued.sources.source import Source

MakeActuator = Callable[[Callable[[CueDone | Notice], None]], Actuator]
MakeSink = Callable[[Callable[[Command], None]], Sink]


def site(config: Config, *, hardware: bool | None = None) -> Site:
    """Tell parts where they run; folders are systemd's, else the user's own."""
    home = Path(os.environ.get("XDG_STATE_HOME", Path.home() / ".local/state")) / "cued"
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "cued"
    state_dir = config.station.state or os.environ.get("STATE_DIRECTORY") or str(home)
    return Site(
        station=config.station.name,
        language=config.station.language,
        state=state_dir,
        cache=config.station.cache or os.environ.get("CACHE_DIRECTORY") or str(cache),
        runtime=os.environ.get("RUNTIME_DIRECTORY") or tempfile.gettempdir(),
        hardware=config.station.hardware if hardware is None else hardware,
        sensors=config.sensors,
        metrics=config.parts.get("metrics", {}),
    )


def worn(config: Config) -> dict[str, Worn]:
    """The configured sensors that are on the body."""
    return {
        name: Worn(s.placement, s.mounting)
        for name, s in config.sensors.items()
        if s.placement not in ("treadmill", "heart_rate")
    }


def engine(config: Config, sensors: Mapping[str, Worn], coach: Listener | None = None) -> Engine:
    """Build the engine for these sensors, with the configured coach unless another is given."""
    metrics = cast("dict[str, Metric]", _build(config, "metrics"))
    listener = coach or make_coach(config)
    return Engine(sensors, metrics=metrics, gait=config.gait, coach=listener)


def make_coach(config: Config, memory: Memory | None = None) -> Coach:
    """Build the coach with the configured rules and what is known of the runner."""
    rules = cast("dict[str, Rule]", _build(config, "rules"))
    words = phrases.load(config.station.language)
    return Coach(config.coach, list(rules.values()), words, memory or Memory())


def sources(config: Config, where: Site) -> list[Source]:
    """Build the configured sources. Raises ConfigError when there is none."""
    built = [
        cast("Source", parts.load("sources", name).build(options, where))
        for name, options in config.parts.get("sources", {}).items()
    ]
    if not built:
        raise ConfigError("[sources] has no table; write [sources.ble] for real sensors")
    return built


def actuators(config: Config, where: Site) -> list[MakeActuator]:
    """Prepare the configured actuators; each is built with the function it reports to."""
    return [
        cast("MakeActuator", partial(parts.load("actuators", name).build, options, where))
        for name, options in config.parts.get("actuators", {}).items()
    ]


def sinks(config: Config, where: Site) -> list[MakeSink]:
    """Prepare the configured sinks; each is built with the function it asks."""
    return [
        cast("MakeSink", partial(parts.load("sinks", name).build, options, where))
        for name, options in config.parts.get("sinks", {}).items()
    ]


def _build(config: Config, kind: str) -> dict[str, Any]:
    chosen = config.parts.get(kind, {})
    return {name: parts.load(kind, name).build(options) for name, options in chosen.items()}
