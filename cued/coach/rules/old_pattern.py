"""Cues the return of the old stride in the forward carry, then offers a backward step.

``coach/carry.py`` compares forward strides with the first ones after turning round. This rule cues
the result, and after ``offer_after_s`` offers another backward step, if the day's backward time
allows one and none is due anyway within a minute. Taking it is the runner's choice: turning round
is enough.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.coach.known import Known
from cued.coach.rule import Proposal, Rule
from cued.coach.workout.conditions import turns_soon
from cued.coach.workout.ladder import LEAST_BOUT_S
from cued.model import AnyEvent, Input, Priority, Stride
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options."""

    offer_after_s: Annotated[
        float,
        Meta(ge=10.0, le=600.0, description="Time off before a backward step is offered, s."),
    ] = 30.0


class OldPattern(Rule):
    """Cues the drift in the carry."""

    needs = frozenset(("stride", "belt", "program"))
    keys = ("old_pattern", "backward_offer")

    def __init__(self, config: Config) -> None:
        self._config = config

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Propose a cue with each stride while the old pattern lasts."""
        carry, judged = known.carry, known.judged
        if not isinstance(news, Stride) or carry is None:
            return None
        since = judged.since if judged and judged.since is not None else carry.reverted
        if since is None:
            return None
        because = judged.because if judged and judged.since is not None else carry.because
        left = known.left_s
        long_enough = known.now - since >= self._config.offer_after_s
        if long_enough and not turns_soon(known) and left is not None and left >= LEAST_BOUT_S:
            return Proposal(
                key="backward_offer",
                priority=Priority.PHASE,
                theme="program",
                since=since,
                pattern="notice",
                refractory_s=120.0,
                valid_s=5.0,
                because={**because, "lasting_s": round(known.now - since, 1)},
            )
        return Proposal(
            key="old_pattern",
            priority=Priority.TECHNIQUE,
            theme="stride",
            since=since,
            pattern="step",
            size=judged.size if judged else 0.5,
            because=because,
        )


PART = Part(Config, OldPattern)
