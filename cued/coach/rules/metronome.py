"""While strides are too long: tick every step at the runner's own rate, for half a minute.

Every step, because steps are paced better than strides (PMC7288070); at the runner's own rate of
the baseline or of the carry, not at a norm; only while off target and never for long, because a
beat that is always there is no longer heard. Off unless ``[coach] metronome = true``. This rule
says when and how fast; the stretches are ``voice/pacer.py``'s, the ticks the actuators'.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.coach.known import Known
from cued.coach.rule import Need, Proposal
from cued.model import AnyEvent, Input, Priority, Stride
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options."""

    for_s: Annotated[float, Meta(ge=5.0, le=60.0, description="Ticks for so long, s.")] = 30.0
    pause_s: Annotated[
        float, Meta(ge=10.0, le=600.0, description="Silent for so long before ticking again, s.")
    ] = 60.0


class Metronome:
    """Paces every step."""

    needs: frozenset[Need] = frozenset(("stride", "pace"))
    keys = ("metronome",)

    def __init__(self, config: Config) -> None:
        self._config = config

    def reset(self) -> None:
        """Nothing is kept."""

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Propose a stretch of ticking while strides are too long."""
        judged = known.judged
        if not isinstance(news, Stride) or judged is None or judged.since is None:
            return None
        return Proposal(
            key="metronome",
            priority=Priority.INFO,
            theme="stride",
            since=judged.since,
            refractory_s=self._config.for_s + self._config.pause_s,
            because={
                "spm": round(120.0 / judged.reference.stride_s, 1),
                "for_s": self._config.for_s,
            },
        )


PART = Part(Config, Metronome)
