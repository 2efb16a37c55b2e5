"""Left and right steps become more unequal than they were.

A constant few per cent is ordinary, and may come from sensors worn differently; only a change from
the runner's own counts. While a sensor is lost another stands in for it and sees contacts a little
earlier or later: then, and until the strides since are its own again, nothing is judged. The side
that is felt is the one whose step takes longer.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.coach.rule import Need, Proposal, Situation
from cued.coach.strides.deviation import Deviation
from cued.model import Link, Priority, Stride
from cued.parts import Part

OWN_AGAIN = 24  # strides of both feet: what the measurement looks back on, and a little more


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
        self._lost: set[str] = set()
        self._wait = 0

    def reset(self) -> None:
        """Begin anew."""
        self._watch.restart()

    def consider(self, situation: Situation) -> Proposal | None:
        """Take the asymmetry with each settled stride."""
        if isinstance(situation.news, Link):
            self._heard(situation.news)
        if self._lost or self._wait:
            if isinstance(situation.news, Stride):
                self._wait = max(self._wait - 1, 0)
            return None
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

    def _heard(self, link: Link) -> None:
        """Note which sensors are lost; what was seen without them says nothing."""
        if link.state == "lost":
            self._lost.add(link.sensor)
        elif link.sensor in self._lost:
            self._lost.remove(link.sensor)
        else:
            return
        self._wait = OWN_AGAIN
        self._watch.restart()


PART = Part(Config, Asymmetry)
