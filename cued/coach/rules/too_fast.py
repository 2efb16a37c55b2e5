"""The belt is faster than the stage of the ladder allows, going backward."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.coach.rule import Need, Proposal, Situation
from cued.model import Priority
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options."""

    margin_percent: Annotated[
        float,
        Meta(ge=0.0, le=20.0, description="So much above the limit is still the belt's error, %."),
    ] = 5.0
    after_s: Annotated[
        float, Meta(ge=1.0, le=30.0, description="Too fast for so long before it is said, s.")
    ] = 3.0


class TooFast:
    """Watches the belt's speed."""

    needs: frozenset[Need] = frozenset(("belt", "program"))

    def __init__(self, config: Config) -> None:
        self._config = config
        self._since: float | None = None

    def reset(self) -> None:
        """Keep watching: a limit does not begin anew."""

    def consider(self, situation: Situation) -> Proposal | None:
        """Propose while the belt is too fast."""
        limit, belt = situation.place.limit_m_s, situation.belt
        most = None if limit is None else limit * (1.0 + self._config.margin_percent / 100.0)
        if limit is None or most is None or belt is None or belt.speed_m_s <= most:
            self._since = None
            return None
        self._since = situation.now if self._since is None else self._since
        if situation.now - self._since < self._config.after_s:
            return None
        return Proposal(
            key="too_fast",
            priority=Priority.LIMIT,
            theme="program",
            since=self._since,
            pattern="notice",
            tone="limit",
            valid_s=3.0,
            because={"speed_m_s": round(belt.speed_m_s, 2), "limit_m_s": round(limit, 2)},
        )


PART = Part(Config, TooFast)
