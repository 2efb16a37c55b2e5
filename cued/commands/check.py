"""Check a configuration without hardware: load it, build everything, say what will run."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from cued import app, parts
from cued.coach.rule import offered, unmet
from cued.commands._checks.header import shared_pin
from cued.commands._checks.system import Machine
from cued.commands._header import refuse_clashes
from cued.commands._options import add_config, load_config
from cued.config import Config
from cued.model import ConfigError, OutOfReach, Placement
from cued.runtime.supervise import ignore

NAME = "check"
HELP = "check a configuration without hardware"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_config(parser, settings=True)


def run(args: argparse.Namespace) -> int:
    """Print what will run, and which rules will stay silent and why."""
    config = app.attended(load_config(args))
    refuse_clashes(config)
    if shared := shared_pin(Machine(), config):
        raise ConfigError(shared)
    where = app.site(config, hardware=False)
    app.engine(config, app.worn(config))
    others = [*app.actuators(config, where), *app.sinks(config, where)]
    unchecked = unreadable([lambda _: app.sources(config, where), *others])
    for line in described(config) + unchecked:
        print(line)
    return 0


def unreadable(builders: Sequence[Callable[[Callable[[object], None]], object]]) -> list[str]:
    """Build every part; list the secrets that this user, unlike the service, may not read."""
    lines, mistakes = list[str](), list[str]()
    for build in builders:
        try:
            build(ignore)
        except OutOfReach as error:
            lines.append(f"not checked: {error}")
        except ConfigError as error:
            mistakes.append(str(error))
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return lines


def described(config: Config) -> list[str]:
    """Describe what a configuration will run, a line for each part."""
    lines = [f"station {config.station.name}, language {config.station.language}"]
    worn = app.worn(config)
    for name, s in config.sensors.items():
        mounting = "mounting configured" if s.mounting else "mounting found automatically"
        lines.append(f"sensor {name}: {s.device}, {s.placement}{f', {mounting}' * (name in worn)}")
    if not config.sensors:
        lines.append("no sensors: add [sensors.NAME] tables, or run cued setup")
    for kind, chosen in config.parts.items():
        lines.append(f"{kind}: {', '.join(sorted(chosen)) or 'none'}")
    kind = f"guided workouts, {config.coach.profile}" if config.coach.program else "free run"
    lines.append(f"coach: {kind}")
    return lines + silent(config)


def silent(config: Config) -> list[str]:
    """Name the rules that will never speak with these sensors, and what each of them lacks."""
    placements: list[Placement] = [w.placement for w in app.worn(config).values()]
    sourced = {"belt_by_hand", "belt_pulses"} & set(config.parts.get("sources", {}))
    feet = any(p.startswith("foot") for p in placements)  # the belt's speed is estimated from them
    belt = bool(sourced) or feet or any(s.placement == "treadmill" for s in config.sensors.values())
    there = offered(placements, belt, bool(config.coach.program))
    lines: list[str] = []
    for name, options in sorted(config.parts.get("rules", {}).items()):
        lacks = unmet(parts.load("rules", name).build(options).needs, there)
        if lacks:
            lines.append(f"rule {name} stays silent: {lacks}")
    return lines
