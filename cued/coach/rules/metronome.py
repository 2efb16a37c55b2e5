"""While strides are too long: tick every step at the runner's own rate, for half a minute.

Every step, because steps are paced better than strides (PMC7288070); at the runner's own rate of
the baseline or of the carry, not at a norm; only while off target and never for long, because a
beat that is always there is no longer heard. Off unless ``[coach] metronome = true``. This rule
says when and how fast; the stretches are ``voice/pacer.py``'s, the ticks the actuators'.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.coach.rule import Need, Proposal, Situation
from cued.coach.strides.overlong import Lengthening, Limits
from cued.model import Priority, Stride
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options."""

    for_s: Annotated[float, Meta(ge=5.0, le=60.0, description="Ticks for so long, s.")] = 30.0
    pause_s: Annotated[
        float, Meta(ge=10.0, le=600.0, description="Silent for so long before ticking again, s.")
    ] = 60.0


class Metronome:
    """Paces every step."""

    needs: frozenset[Need] = frozenset(("stride", "belt"))

    def __init__(self, config: Config) -> None:
        self._config = config
        self._watch = Lengthening(Limits())

    def reset(self) -> None:
        """Begin anew."""
        self._watch.restart()

    def consider(self, situation: Situation) -> Proposal | None:
        """Propose a stretch of ticking while strides are too long."""
        stride, carry = situation.news, situation.carry
        if not isinstance(stride, Stride) or not situation.settled or not stride.clean:
            return None
        own = carry.target if carry else situation.baseline
        if own is None:
            return None
        off = self._watch.take(stride.side, stride.duration_s, own, situation.now)
        since = self._watch.since
        if not off or since is None:
            return None
        return Proposal(
            key="metronome",
            priority=Priority.INFO,
            theme="stride",
            since=since,
            refractory_s=self._config.for_s + self._config.pause_s,
            because={"spm": round(120.0 / own.stride_s, 1), "for_s": self._config.for_s},
        )


PART = Part(Config, Metronome)
