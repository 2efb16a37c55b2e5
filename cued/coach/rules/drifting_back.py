"""The runner drifts toward the rear of the belt (or too near the console).

Needs a measurement ``belt_place_m``: how far behind the place of the first strides somebody is, m.
No sensor that ``cued`` knows gives it yet: worn sensors see the belt's speed and the runner's only
as one (docs/coaching.md, "What is not seen"). A distance sensor on the console would; a part that
measures it makes this rule work, and until then ``cued check`` says that it is silent.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.coach.rule import Need, Proposal, Situation
from cued.model import Priority, Stride
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options."""

    back_m: Annotated[
        float, Meta(ge=0.1, le=2.0, description="So far behind the usual place, m.")
    ] = 0.35
    front_m: Annotated[
        float, Meta(ge=0.1, le=2.0, description="So far before the usual place, m.")
    ] = 0.35


class DriftingBack:
    """Watches ``belt_place_m``."""

    needs: frozenset[Need] = frozenset(("place",))

    def __init__(self, config: Config) -> None:
        self._config = config
        self._since: float | None = None

    def reset(self) -> None:
        """Begin anew."""
        self._since = None

    def consider(self, situation: Situation) -> Proposal | None:
        """Look at the place with each stride."""
        place = situation.measured.get("belt_place_m")
        if not isinstance(situation.news, Stride) or place is None:
            return None
        behind = place.value
        if behind is None or -self._config.front_m < behind < self._config.back_m:
            self._since = None
            return None
        self._since = situation.now if self._since is None else self._since
        return Proposal(
            key="drifting_back" if behind > 0.0 else "drifting_forward",
            priority=Priority.LIMIT,
            theme="place",
            since=self._since,
            pattern="notice",
            valid_s=3.0,
            because={"belt_place_m": round(behind, 2), "limit_m": self._config.back_m},
        )


PART = Part(Config, DriftingBack)
