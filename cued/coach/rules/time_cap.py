"""How much time backward is left: said a minute before the cap, and at the cap.

The caps are the ladder's (``coach/ladder.py``): by session, by day, by week. The program moves on
by itself; this rule only says why. A minute before is said only where the cap ends the backward
part: not when that is over before, and there will be another.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.coach.rule import Need, Proposal, Situation
from cued.model import Priority
from cued.parts import Part

KEYS = {"session": "time_up", "day": "dose_day", "week": "dose_week"}


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options."""

    announce_s: Annotated[
        float, Meta(ge=0.0, le=300.0, description="Announced so long before, s; 0: never.")
    ] = 60.0


class TimeCap:
    """Watches the time backward that is left."""

    needs: frozenset[Need] = frozenset(("stride", "program"))

    def __init__(self, config: Config) -> None:
        self._config = config
        self._announced = False
        self._up = False

    def reset(self) -> None:
        """Keep watching: a cap does not begin anew."""

    def consider(self, situation: Situation) -> Proposal | None:
        """Propose once before the cap, and once at it."""
        left, cap = situation.place.left_s, situation.place.cap
        if left is None or left > self._config.announce_s + 5.0:
            self._announced = self._up = False
            return None
        because: dict[str, float | str | None] = {"left_s": round(left, 1), "cap": cap}
        if left <= 0.0 and not self._up and situation.place.phase != "check_in":
            self._up = True
            return self._proposal(KEYS[cap], Priority.LIMIT, situation, because)
        near = left <= min(self._config.announce_s, situation.place.bout_left_s)
        if situation.place.backward and left > 20.0 and near and not self._announced:
            self._announced = True
            return self._proposal("minute_left", Priority.INFO, situation, because)
        return None

    def _proposal(
        self,
        key: str,
        priority: Priority,
        situation: Situation,
        because: dict[str, float | str | None],
    ) -> Proposal:
        return Proposal(
            key=key,
            priority=priority,
            theme="program",
            since=situation.now,
            tone="limit" if priority == Priority.LIMIT else "",
            valid_s=5.0,
            because=because,
        )


PART = Part(Config, TimeCap)
