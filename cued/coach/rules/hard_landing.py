"""Cues a trunk that bounces more than it did, a sign of harder landings.

Watches ``bounce_cm``, the height of the trunk's movement in a stride, against the runner's own in
the same direction, mode, speed and incline. Impact itself is not measured.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.coach.known import Known
from cued.coach.rule import Proposal, Rule
from cued.coach.strides.deviation import Deviation
from cued.model import AnyEvent, Input, Priority
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options."""

    limit_cm: Annotated[
        float, Meta(ge=0.5, le=10.0, description="Increase over the runner's own bounce, cm.")
    ] = 1.5


class HardLanding(Rule):
    """Watches ``bounce_cm``."""

    needs = frozenset(("trunk", "belt"))
    keys = ("hard_landing",)

    def __init__(self, config: Config) -> None:
        self._watch = Deviation("bounce_cm", config.limit_cm)

    def reset(self) -> None:
        """Start again."""
        self._watch.restart()

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Judge the bounce with each settled stride."""
        since = self._watch.feed(news, known)
        if since is None or self._watch.mean < 0.0:
            return None
        because = self._watch.because()
        return Proposal(
            "hard_landing", Priority.TECHNIQUE, "posture", since, because, pattern="notice"
        )


PART = Part(Config, HardLanding)
