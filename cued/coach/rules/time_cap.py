"""Announces the cap on backward time, a minute before and when it is reached.

The caps are the ladder's (``workout/ladder.py``): by session, by day, by week. The program advances
on its own; this rule only says why: to a runner who moves backward, to one who turns backward with
no time left, and once to one whose day or week is used up. The time left is said only if the cap
ends the backward part: not if that ends sooner and another follows.
The times said are true: a minute is 55 to 65 s, and any other time is rounded to tens of seconds.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.coach.known import Known
from cued.coach.rule import Proposal, Rule
from cued.coach.workout.phase_triggers import FOLLOW_S
from cued.model import AnyEvent, Input, Priority
from cued.parts import Part

KEYS = {"session": "time_up", "day": "dose_day", "week": "dose_week"}
LEAST_S = 15.0  # a shorter rest is not announced
MINUTE_S = (56.0, 64.0)  # said as "a minute"; it may wait for the voice for a second
REARMED_S = 5.0  # the cap has to move away by this much before a new announcement; chosen
AGAIN_S = 20.0  # as for turning (workout/prompts.py)


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options."""

    announce_s: Annotated[
        float, Meta(ge=0.0, le=300.0, description="Time before the cap, s; 0: never announced.")
    ] = 60.0


class TimeCap(Rule):
    """Watches the backward time that is left."""

    needs = frozenset(("stride", "program"))
    keys = ("minute_left", "seconds_left", *KEYS.values())

    def __init__(self, config: Config) -> None:
        self._config = config
        self._announced = False
        self._up = False

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Propose once before the cap, and once at it."""
        del news
        left = known.left_s
        if left is None or left > self._config.announce_s + REARMED_S:
            self._announced = self._up = False
            return None
        part = known.spec.backward
        backward = part or known.spec.turn == "forward" or known.direction == "backward"
        full = known.cap != "session" and known.walking and not known.spec.quiet
        if not backward and not full:
            return None  # only a full day or week is announced to forward walkers
        if left <= 0.0 and not self._up:
            self._up = True
            return self._proposal(KEYS[known.cap], Priority.LIMIT, left, known)
        if left <= 0.0 and known.direction == "backward" and known.against_s >= FOLLOW_S:
            return self._proposal(KEYS[known.cap], Priority.LIMIT, left, known)
        near = left <= min(self._config.announce_s, known.bout_left_s)
        if part and left > LEAST_S and near and not self._announced:
            self._announced = True
            minute = MINUTE_S[0] <= left <= MINUTE_S[1]
            return self._proposal(
                "minute_left" if minute else "seconds_left", Priority.INFO, left, known
            )
        return None

    def _proposal(self, key: str, priority: Priority, left: float, known: Known) -> Proposal:
        return Proposal(
            key=key,
            priority=priority,
            theme="program",
            since=known.now,
            tone="limit" if priority == Priority.LIMIT else "",
            valid_s=5.0 if priority == Priority.LIMIT else 1.0,
            refractory_s=AGAIN_S,
            blanks={"seconds": left} if key == "seconds_left" else {},
            because={"left_s": round(left, 1), "cap": known.cap},
        )


PART = Part(Config, TimeCap)
