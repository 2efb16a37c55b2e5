"""Cues a trunk that leans away from its first posture.

"Tall, upper body leads": in the backward step a runner who reaches too far pitches toward the
chest. The mean lean over whole strides is unbiased on a belt; it is judged against the runner's
own in the same direction, mode, speed and incline (incline changes posture, not gravity). A sensor
that slips would look the same, so a doubtful mounting gives no measurement.
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

    limit_deg: Annotated[
        float, Meta(ge=3.0, le=30.0, description="Change from the runner's own lean, deg.")
    ] = 7.0


class TrunkLean(Rule):
    """Watches ``trunk_lean_deg``."""

    needs = frozenset(("trunk", "belt"))
    keys = ("trunk_lean", "trunk_lean_back")

    def __init__(self, config: Config) -> None:
        self._watch = Deviation("trunk_lean_deg", config.limit_deg)

    def reset(self) -> None:
        """Start again."""
        self._watch.restart()

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Judge the lean with each settled stride."""
        since = self._watch.feed(news, known)
        if since is None:
            return None
        return Proposal(
            "trunk_lean" if self._watch.mean > 0.0 else "trunk_lean_back",
            Priority.TECHNIQUE,
            "posture",
            since,
            self._watch.because(),
            pattern="notice",
        )


PART = Part(Config, TrunkLean)
