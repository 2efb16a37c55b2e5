"""Lead through a protocol by the clock of the inputs, and gather the recording.

A protocol is a TOML file with a list of steps. Each has a sentence to speak, a duration, and what
the person does in it; its first ``settle_s`` are not scored, while belt and person find their pace.

Pure: inputs in, steps to announce out. Samples are kept on the 100 Hz grid of the engine, on one
clock for all sensors. A step begins when that clock reaches its time, so a recording waits while no
input arrives. The truth is what the person was asked to do; bouts start ``settle_s`` after their
step; contacts are added afterwards (``feet``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta, Struct

from cued import reading, toml
from cued.engine import Worn
from cued.gait.finding import Contact, LiftOff
from cued.gait.foot.chain import Foot
from cued.gait.fusion.footfalls import SIDE_OF
from cued.model import Belt, Block, CuedError, Input, Packet, Placement
from cued.recording.tables.table import SensorTrack
from cued.recording.tables.truth import TruthRow
from cued.signal.grid import RATE_HZ
from cued.signal.stream import Stream

SETTLE_S = 8.0  # an acceleration of 0.2 m/s² to 1.2 m/s, and four strides

FACING = {"turn": "unknown"}  # while turning there is no direction


class Conductor:
    """One person's guided recording."""

    def __init__(self, protocol: Protocol, worn: Mapping[str, Worn]) -> None:
        self._worn = dict(worn)
        self._streams = {name: Stream(name, w.placement, None) for name, w in worn.items()}
        self._blocks: dict[str, list[Block]] = {name: [] for name in worn}
        self._steps = list(protocol.step)
        self._step: Step | None = None
        self._ends_t: float | None = None  # end of the step; None until all sensors were heard
        self._bout = False
        self.belt: list[Belt] = []
        self.truth: list[TruthRow] = []
        self.done = False

    @property
    def silent(self) -> list[str]:
        """The sensors that have sent nothing yet."""
        return [name for name, blocks in self._blocks.items() if not blocks]

    def feed(self, item: Input) -> list[Step]:
        """Store an input and return the steps that begin with it."""
        if isinstance(item, Packet) and item.sensor in self._streams:
            self._blocks[item.sensor] += self._streams[item.sensor].feed(item)
        elif isinstance(item, Belt):
            self.belt.append(item)
        if self.silent or self.done:
            return []
        return self._advance(item.t)

    def _advance(self, t: float) -> list[Step]:
        if self._step is not None and not self._bout and self._ends_t is not None:
            moves = self._step.gait in ("walk", "run")
            if moves and t >= self._ends_t - self._step.for_s + self._step.settle_s:
                self._mark(t, "bout_start")
                self._bout = True
        if self._ends_t is not None and t < self._ends_t:
            return []
        if self._bout:
            self._mark(t, "bout_end")
        self._bout = False
        if not self._steps:
            self.done = True
            return []
        step = self._step = self._steps.pop(0)
        self._ends_t = t + step.for_s
        self._mark(t, "gait", "stand" if step.gait == "turn" else step.gait)
        self._mark(t, "direction", FACING.get(step.gait, step.direction))
        return [step]

    def close(self, t: float) -> None:
        """End early, keeping what was recorded so far."""
        if self._bout:
            self._mark(t, "bout_end")
        self.done = True

    def _mark(self, t: float, kind: str, value: str = "") -> None:
        self.truth.append(TruthRow(t, kind, "unknown", value))

    def tracks(self) -> tuple[SensorTrack, ...]:
        """Return each sensor's samples."""
        return tuple(
            _track(name, self._worn[name], blocks)
            for name, blocks in self._blocks.items()
            if blocks
        )

    def feet(self) -> list[TruthRow]:
        """Return the contacts and lifts that the feet's own sensors show."""
        out: list[TruthRow] = []
        for name, blocks in self._blocks.items():
            place = self._worn[name].placement
            if place not in ("foot_left", "foot_right"):
                continue
            side = SIDE_OF[place]
            foot = Foot(name, side)
            for found in (f for block in blocks for f in foot.feed(block)):
                if isinstance(found, Contact | LiftOff):
                    kind = "contact" if isinstance(found, Contact) else "lift"
                    out.append(TruthRow(found.t, kind, side))
        return out


def _track(name: str, worn: Worn, blocks: Sequence[Block]) -> SensorTrack:
    turns = [b.gyr for b in blocks if b.gyr is not None]
    gyr = np.concatenate(turns) if len(turns) == len(blocks) else None
    t, acc = np.concatenate([b.t for b in blocks]), np.concatenate([b.acc for b in blocks])
    return SensorTrack(name, worn.placement, RATE_HZ, t, acc, gyr, worn.mounting)


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
        """The duration of all steps together."""
        return sum(step.for_s for step in self.step)


def shipped() -> list[str]:
    """List the protocols that come with cued."""
    here = files("cued.recording.study")
    return sorted(f.name[:-5] for f in here.iterdir() if f.name.endswith(".toml"))


def read_protocol(name: str) -> Protocol:
    """Read a shipped protocol or a file. Raises CuedError with one line for a mistake."""
    if name in shipped():
        text = files("cued.recording.study").joinpath(f"{name}.toml").read_text("utf-8")
    else:
        try:
            text = reading.read_text(Path(name))
        except OSError as error:
            there = ", ".join(shipped())
            raise CuedError(f"{name}: {error.strerror}; shipped protocols: {there}") from None
    return reading.convert(toml.parse(text, name), Protocol, f"{name}:")
