"""Left and right steps become more unequal than they were.

A constant few per cent is ordinary, and may come from sensors worn differently; only a change from
the runner's own counts. The side that is felt is the one whose step takes longer.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.coach.deviation import Deviation
from cued.coach.rule import Need, Proposal, Situation
from cued.model import Priority
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options."""

    limit_percent: Annotated[
        float, Meta(ge=3.0, le=30.0, description="Change from the runner's own asymmetry, %.")
    ] = 8.0


class Asymmetry:
    """Watches ``asymmetry_percent``."""

    needs: frozenset[Need] = frozenset(("feet", "belt"))

    def __init__(self, config: Config) -> None:
        self._watch = Deviation("asymmetry_percent", config.limit_percent)

    def reset(self) -> None:
        """Begin anew."""
        self._watch.restart()

    def consider(self, situation: Situation) -> Proposal | None:
        """Take the asymmetry with each settled stride."""
        since = self._watch.take(situation)
        if since is None:
            return None
        return Proposal(
            key="asymmetry",
            priority=Priority.TECHNIQUE,
            theme="symmetry",
            since=since,
            pattern="left" if self._watch.mean > 0.0 else "right",
            because=self._watch.because(),
        )


PART = Part(Config, Asymmetry)
