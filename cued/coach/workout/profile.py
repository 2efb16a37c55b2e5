"""Profiles: workouts for different people, one TOML file each in ``profiles/``.

``[coach]`` names one. The files are package data, read at construction.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from cued.coach.workout.memory import Memory
from cued.model import ConfigError
from cued.reading import meant

_FILES = [f.name for f in (files("cued.coach.workout") / "profiles").iterdir()]
PROFILES = tuple(sorted(name[:-5] for name in _FILES if name.endswith(".toml")))


class Profile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Durations of a workout's parts, its caps, and its highest stage."""

    about: Annotated[str, Meta(description="Whom it is for, in a sentence.")]
    top_stage: Annotated[int, Meta(ge=0, description="Highest stage of the ladder.")]
    entry: Annotated[
        float,
        Meta(
            ge=0.0,
            le=1.0,
            description="Where in a stage's band of speeds to begin: 0 slowest, 1 fastest.",
        ),
    ] = 0.0
    settle_s: Annotated[
        float, Meta(ge=20.0, le=900.0, description="Easy forward walking first, s.")
    ] = 90.0
    carry_s: Annotated[
        float, Meta(ge=60.0, le=3600.0, description="Forward part after each backward one, s.")
    ] = 180.0
    cool_down_s: Annotated[
        float, Meta(ge=30.0, le=900.0, description="Easy forward walking at the end, s.")
    ] = 120.0
    rounds: Annotated[int, Meta(ge=1, le=6, description="Backward parts in a workout.")] = 2
    day_s: Annotated[
        float, Meta(ge=60.0, le=1800.0, description="Most time backward in a day, s.")
    ] = 600.0
    week_s: Annotated[
        float, Meta(ge=60.0, le=5400.0, description="Most time backward in seven days, s.")
    ] = 1800.0
    then: Annotated[str, Meta(description="Profile offered after this one's last stage.")] = ""
    spotter: Annotated[bool, Meta(description="Ask for a person standing by, at any stage.")] = (
        False
    )


def followed(configured: str, memory: Memory) -> str:
    """Return a runner's profile: the configured one, or its successor once they moved on."""
    then = load(configured).then
    return then if then and memory.profile == then else configured


def load(name: str) -> Profile:
    """Read a profile. Raises ConfigError if there is none of that name."""
    if name not in PROFILES:
        raise ConfigError(f"[coach] profile: {name!r} is not known{meant(name, PROFILES)}")
    text = (files("cued.coach.workout") / "profiles" / f"{name}.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Profile)
