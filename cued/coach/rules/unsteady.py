"""The runner is unsteady against their own baseline: say so at once, and again if it stays.

Whether movement is unsteady is decided in ``gait/stability.py``; unknown is neither steady nor
unsteady and never cues. This rule words it: "hold the rail" at once, felt and heard, again every
3 s while it lasts, and from the fourth time on "stop the belt". It is a safety cue: no quiet
time, no mute and no fading applies to it.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.coach.rule import Need, Proposal, Situation
from cued.model import Priority
from cued.parts import Part


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options."""

    repeat_s: Annotated[
        float, Meta(ge=2.0, le=30.0, description="Said again after so long while it lasts, s.")
    ] = 3.0
    repeats: Annotated[
        int, Meta(ge=1, le=10, description="Times before the runner is told to stop the belt.")
    ] = 3


class Unsteady:
    """Turns the level of stability into words."""

    needs: frozenset[Need] = frozenset(("stride", "trunk"))

    def __init__(self, config: Config) -> None:
        self._config = config
        self._since: float | None = None

    def reset(self) -> None:
        """Keep watching: unsteadiness does not end with a phase."""

    def consider(self, situation: Situation) -> Proposal | None:
        """Propose while the level is unsteady."""
        if situation.stability != "unsteady":
            self._since = None
            return None
        if self._since is None:
            self._since = situation.now
        times = int((situation.now - self._since) / self._config.repeat_s)
        grave = times >= self._config.repeats
        return Proposal(
            key="unsteady_stop" if grave else "unsteady",
            priority=Priority.UNSTEADY,
            theme="safety",
            since=self._since,
            pattern="unsteady",
            tone="unsteady",
            refractory_s=self._config.repeat_s,
            because={"score": situation.score, "lasting_s": round(situation.now - self._since, 2)},
        )


PART = Part(Config, Unsteady)
