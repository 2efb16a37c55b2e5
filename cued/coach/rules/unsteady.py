"""The runner is unsteady against their own baseline: say so at once, and again if it stays.

Whether movement is unsteady is decided in ``gait/stability.py``; unknown is neither steady nor
unsteady and never cues. This rule words it: "hold the rail" at once, felt and heard, again every
3 s while it lasts, and from the fourth time on "stop the belt". A stumble has a cue of its own and
makes every runner unsteady for some steps, so after one this rule waits 3 s, and 12 s with "stop
the belt". Who stands on a belt that stands, after a stumble, hears nothing more. It is a safety
cue: no quiet time, no mute and no fading applies to it.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cued.coach.rule import Need, Proposal, Situation
from cued.model import Priority, Stumble
from cued.parts import Part

STUMBLE_EXPLAINS_S = 1.0  # unsteadiness that begins so soon after a stumble is the stumble's


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options."""

    repeat_s: Annotated[
        float, Meta(ge=2.0, le=30.0, description="Said again after so long while it lasts, s.")
    ] = 3.0
    after_stumble_s: Annotated[
        float, Meta(ge=3.0, le=60.0, description="After a stumble: so long until belt stop, s.")
    ] = 12.0
    repeats: Annotated[
        int, Meta(ge=1, le=10, description="Times before the runner is told to stop the belt.")
    ] = 3


class Unsteady:
    """Turns the level of stability into words."""

    needs: frozenset[Need] = frozenset(("stride",))

    def __init__(self, config: Config) -> None:
        self._config = config
        self._since: float | None = None
        self._stumbled = float("-inf")

    def reset(self) -> None:
        """Keep watching: unsteadiness does not end with a phase."""

    def consider(self, situation: Situation) -> Proposal | None:
        """Propose while the level is unsteady."""
        if isinstance(situation.news, Stumble):
            self._stumbled = situation.now
        if situation.stability != "unsteady":
            self._since = None
            return None
        if self._since is None:
            self._since = situation.now
        if situation.at_rest:
            return None
        grave_after = self._config.repeat_s * self._config.repeats
        if self._since - self._stumbled < STUMBLE_EXPLAINS_S:
            if situation.now - self._stumbled < self._config.repeat_s:
                return None
            grave_after = self._config.after_stumble_s
        grave = situation.now - self._since >= grave_after
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
