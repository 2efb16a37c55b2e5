"""The composition root: builds a daemon's objects from a configuration."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast

from msgspec.structs import replace

from cued import parts
from cued.actuators.actuator import Actuator
from cued.coach.coach import Coach
from cued.coach.rule import Rule, offered, unmet
from cued.coach.voice import phrases
from cued.coach.workout.memory import Memory
from cued.coach.workout.phases import IDLE
from cued.config import Config, Site
from cued.engine import Engine, Listener, Worn
from cued.fences import Faults, FencedMetric, FencedRule
from cued.gait.metric import Metric
from cued.model import ConfigError, CuedError, CueDone, Notice
from cued.recording.history import file, schema
from cued.recording.sessions.opening import Opening, tables
from cued.runtime.session_marker import NAME as SESSION
from cued.runtime.session_marker import SessionMarker
from cued.sinks.sink import Ask, Sink
from cued.sources.source import Source, Unmade

MakeActuator = Callable[[Callable[[CueDone | Notice], None]], Actuator]
MakeSink = Callable[[Ask], Sink]


def site(config: Config, *, hardware: bool | None = None) -> Site:
    """Return the parts' surroundings; folders are those of systemd, else of the user."""
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
        chip=config.station.chip,
        sensors=config.sensors,
        metrics=config.parts.get("metrics", {}),
        runner=config.coach.runner,
        profile=config.coach.profile if config.coach.program else "",
        speed_unit=config.coach.speed_unit,
    )


def worn(config: Config, memory: Memory | None = None) -> dict[str, Worn]:
    """Return the configured sensors worn on the body, with their axes from earlier workouts."""
    known = memory or Memory()
    return {
        name: Worn(s.placement, s.mounting, known.earlier(name))
        for name, s in config.sensors.items()
        if s.placement not in ("treadmill", "heart_rate")
    }


def engine(
    config: Config,
    sensors: Mapping[str, Worn],
    coach: Listener | None = None,
    faults: Faults | None = None,
) -> Engine:
    """Build the engine for these sensors, with the configured coach unless another is given."""
    faults = faults or Faults()
    metrics = cast("dict[str, Metric]", _build(config, "metrics", faults))
    return Engine(
        sensors,
        metrics={name: FencedMetric(name, metric, faults) for name, metric in metrics.items()},
        gait=config.gait,
        coach=coach or make_coach(config, sensors, faults=faults),
        faults=faults,
    )


def make_coach(
    config: Config,
    sensors: Mapping[str, Worn],
    memory: Memory | None = None,
    *,
    muted: bool = False,
    faults: Faults | None = None,
) -> Coach:
    """Build the coach with the configured rules and the runner's memory."""
    faults = faults or Faults()
    rules = cast("dict[str, Rule]", _build(config, "rules", faults))
    if not config.coach.metronome:
        rules.pop("metronome", None)  # would watch every stride for nothing
    # Motion that no sensor measures is not guessed: a rule that lacks a sensor is left out.
    met = offered([w.placement for w in sensors.values()], belt=True, program=True)
    heeded = [
        FencedRule(name, rule, faults) for name, rule in rules.items() if not unmet(rule.needs, met)
    ]
    words = phrases.load(config.station.language)
    return Coach(config.coach, heeded, words, memory or Memory(), muted=muted)


class Engines:
    """The daemon's engines, one after another, and what the present one was built from."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._coach = make_coach(config, worn(config))
        self._opening = Opening()
        self._began: float | None = None
        self._left: dict[str, tuple[float, Memory]] = {}  # other runners: when they left, memory

    def begin(self, memory: Memory | None = None) -> Engine:
        """Make the first engine, with the runner's history."""
        return self._make(memory or recall(self._config), muted=False)

    def renew(self, t: float) -> Engine | None:
        """Make the next engine, unless a session is running."""
        if not self.idle:
            return None
        passed = 0.0 if self._began is None else t - self._began
        self._began = t
        known = self._coach.memory.aged(passed)
        if known.doubt:  # the history may be readable by now
            known = recall(self._config, known.runner)
        return self._make(known, muted=self._coach.known.muted)

    def choose(self, runner: str, t: float) -> Engine | None:
        """Make an engine for another runner, unless a session is running.

        Runners seen since the daemon started are kept in memory, because there may be no history.
        """
        now = self._coach.memory
        if not self.idle or runner in ("", now.runner):
            return None
        self._left[now.runner] = t, now.aged(0.0 if self._began is None else t - self._began)
        self._began = t
        if runner not in self._left:
            return self._make(recall(self._config, runner), muted=self._coach.known.muted)
        since, known = self._left.pop(runner)
        known = recall(self._config, runner) if known.doubt else known.aged(t - since)
        return self._make(known, muted=self._coach.known.muted)

    def opening(self) -> Opening:
        """Return what the present engine was built from."""
        return self._opening

    @property
    def idle(self) -> bool:
        """No session is running."""
        return self._coach.known.phase == IDLE

    @property
    def doubt(self) -> str:
        """Why the runner's history is not known; empty if it is."""
        return self._coach.memory.doubt

    def _make(self, memory: Memory, *, muted: bool) -> Engine:
        plan = replace(self._config.coach, runner=memory.runner)
        config = replace(self._config, coach=plan)
        self._opening = Opening(
            began=time.time(),
            t=time.monotonic(),
            station=config.station.name,
            config=tables(config),
            memory=memory,
            muted=muted,
        )
        made, self._coach = remake(config, self._opening)
        return made


def remake(config: Config, opening: Opening) -> tuple[Engine, Coach]:
    """Rebuild an opening's engine and coach, from its own or another configuration."""
    plan = replace(config.coach, runner=opening.memory.runner)
    config = replace(config, coach=plan)
    faults = Faults()
    sensors = worn(config, opening.memory)
    coach = make_coach(config, sensors, opening.memory, muted=opening.muted, faults=faults)
    return engine(config, sensors, coach, faults), coach


def recall(config: Config, runner: str = "") -> Memory:
    """Load a runner's memory from the configured history; an empty one without a history."""
    runner = runner or config.coach.runner
    options = config.part("sinks", "history")
    if options is None:
        return Memory(runner=runner)
    path = getattr(options, "file", "") or Path(site(config).state) / file.NAME
    return schema.load(Path(path), runner)


def sources(config: Config, where: Site) -> list[Source]:
    """Build the configured sources. Raises ConfigError when there is none."""
    there = config.parts.get("sources", {})
    built = [_source(name, options, where) for name, options in there.items()]
    if not built:
        raise ConfigError(
            "[sources] has no table; cued setup writes [sources.ble], for real sensors"
        )
    return built


def _source(name: str, options: Any, where: Site) -> Source:
    try:
        return cast("Source", parts.load("sources", name).build(options, where))
    except CuedError:
        raise
    except Exception as fault:  # noqa: BLE001 (reported when it runs; the other sources work)
        return type(name, (Unmade,), {})(fault)


def attended(config: Config) -> Config:
    """Turn the guided workout on, unless configured or simulated: people can press a button."""
    if config.coach.program is not None or simulated(config):
        return config
    return replace(config, coach=replace(config.coach, program=True))


def simulated(config: Config) -> bool:
    """Return whether the inputs have a simulated clock."""
    return "simulate" in config.parts.get("sources", {})


def actuators(config: Config, where: Site) -> list[MakeActuator]:
    """Prepare the configured actuators; each is built with the function it reports to."""
    return cast("list[MakeActuator]", _prepared(config, "actuators", where))


def sinks(config: Config, where: Site) -> list[MakeSink]:
    """Prepare the configured sinks; each is built with the function it asks."""
    return cast("list[MakeSink]", _prepared(config, "sinks", where))


def _prepared(config: Config, kind: str, where: Site) -> list[Callable[[Any], Any]]:
    chosen = config.parts.get(kind, {}).items()
    return [partial(parts.load(kind, name).build, options, where) for name, options in chosen]


def marker(config: Config, where: Site) -> SessionMarker:
    """Prepare the file that tells the minder of an open session, and which pins and clip to use."""
    haptic = config.part("actuators", "haptic")
    wanted = getattr(haptic, "wanted", None)
    voice = config.part("actuators", "speech")
    text = phrases.load(config.station.language).say("coach_gone")

    def clip() -> str:
        made_by = getattr(voice, "clips_at", None)
        return str(made_by(where).path(text)) if made_by and where.hardware else ""

    return SessionMarker(
        Path(where.runtime) / SESSION, clip=clip, pins=wanted(where) if wanted else None
    )


def _build(config: Config, kind: str, faults: Faults) -> dict[str, Any]:
    """Build the configured parts of a kind, leaving out those that fail."""
    built: dict[str, Any] = {}
    for name, options in config.parts.get(kind, {}).items():
        try:
            built[name] = parts.load(kind, name).build(options)
        except CuedError:
            raise
        except Exception as error:  # noqa: BLE001 (one part's fault: the others work)
            faults.add(f"{kind}.{name}", error)
    return built
