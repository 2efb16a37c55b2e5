"""What a person is led through in a guided recording, read from a TOML file.

A protocol is a list of steps in order. Each says what is spoken, how long it lasts, and what the
person then does; ``settle_s`` of it is left out of the scores, while belt and person find their
pace.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from cued.model import CuedError, Placement

SETTLE_S = 8.0  # an acceleration of 0.2 m/s² to 1.2 m/s, and four strides


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One stretch of the recording."""

    say: Annotated[str, Meta(min_length=1, max_length=200)]
    for_s: Annotated[float, Meta(ge=5, le=3600)]
    gait: Literal["stand", "walk", "run", "turn"]
    direction: Literal["forward", "backward"] = "forward"
    speed_m_s: Annotated[float, Meta(ge=0, le=6)] = 0.0
    incline_percent: Annotated[float, Meta(ge=-10, le=25)] = 0.0
    settle_s: Annotated[float, Meta(ge=0, le=60)] = SETTLE_S


class Protocol(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A guided recording. ``consent`` is what the person agrees to, sentence by sentence."""

    title: str
    licence: Annotated[str, Meta(min_length=1)]
    consent: Annotated[tuple[str, ...], Meta(min_length=1)]
    placements: tuple[Placement, ...]
    step: Annotated[tuple[Step, ...], Meta(min_length=1)]

    @property
    def lasts_s(self) -> float:
        """How long all steps take together."""
        return sum(step.for_s for step in self.step)


def shipped() -> list[str]:
    """Names of the protocols that come with the program."""
    here = files("cued.recording.study")
    return sorted(f.name[:-5] for f in here.iterdir() if f.name.endswith(".toml"))


def read_protocol(name: str) -> Protocol:
    """Read a shipped protocol or a file; a mistake in it is one line."""
    if name in shipped():
        content = files("cued.recording.study").joinpath(f"{name}.toml").read_bytes()
    else:
        try:
            content = Path(name).read_bytes()
        except OSError as error:
            there = ", ".join(shipped())
            raise CuedError(f"{name}: {error.strerror}; shipped protocols: {there}") from None
    try:
        return msgspec.toml.decode(content, type=Protocol)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CuedError(f"{name}: {error}") from None
