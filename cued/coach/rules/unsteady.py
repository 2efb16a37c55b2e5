"""The runner is unsteady against their own baseline: say so at once, again, and when it ends.

Whether movement is unsteady is decided in ``gait/fusion/stability.py``; unknown is neither steady
nor unsteady and never cues. This rule words it: "hold the rail" at once, felt and heard, again
every 3 s, from the fourth time on "stop the belt", and that ever less often: every 6, 12, 30 s. A
stumble has a cue of its own and makes every runner unsteady for some steps, so after one this rule
waits 3 s, and 12 s with "stop the belt". A person who stands on a belt that stands, after a
stumble, hears nothing more. It is a safety cue: no quiet time, no mute and no fading applies to it.
"""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.rule import Proposal, Rule, safety_cue
from cued.model import AnyEvent, Input, Priority, Stumble
from cued.parts import NoOptions, Part

STUMBLE_EXPLAINS_S = 1.0  # unsteadiness that begins so soon after a stumble is the stumble's
END_TOLD_S = 5.0  # so long the word that it is over may wait for the voice
# Lasting for so long: said again after so long. Each step doubles; 30 s is the slowest repetition
# of a medium alarm (IEC 60601-1-8, from memory).
RARER = ((15.0, 6.0), (30.0, 12.0), (60.0, 30.0))

REPEAT_S = 3.0  # chosen: the words, and time to reach the rail
GRAVE_AFTER_S = 9.0  # said three times
STUMBLE_GRAVE_AFTER_S = 12.0  # after a stumble: steps are ordinary again after 10.9 (stability.py)


class Unsteady(Rule):
    """Turns the level of stability into words."""

    needs = frozenset(("stride",))
    keys = ("unsteady", "unsteady_stop", "steady_again")

    def __init__(self, config: NoOptions) -> None:
        self._since: float | None = None
        self._told = False
        self._over: float | None = None
        self._stumbled = float("-inf")

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Propose while the level is unsteady, and once when it is steady again."""
        now = known.now
        if isinstance(news, Stumble):
            self._stumbled = now
        if known.stability != "unsteady":
            self._since = None
            return self._again(known)
        self._over = None
        self._since = now if self._since is None else self._since
        if known.at_rest:
            return None
        grave_after = GRAVE_AFTER_S
        if self._since - self._stumbled < STUMBLE_EXPLAINS_S:
            if now - self._stumbled < REPEAT_S:
                return None
            grave_after = STUMBLE_GRAVE_AFTER_S
        self._told = True
        return self._proposed(now - self._since >= grave_after, self._since, known)

    def _proposed(self, grave: bool, since: float, known: Known) -> Proposal:
        lasting = known.now - since
        rarer = [every for after, every in RARER if lasting >= after]
        return safety_cue(
            "unsteady_stop" if grave else "unsteady",
            Priority.UNSTEADY,
            since,
            "unsteady",
            refractory_s=max((REPEAT_S, *rarer)) if grave else REPEAT_S,
            because={"score": known.score, "lasting_s": round(lasting, 2)},
        )

    def _again(self, known: Known) -> Proposal | None:
        """Propose to say that the runner is steady again."""
        if known.stability != "steady" or not self._told:
            return None
        self._over = known.now if self._over is None else self._over
        if known.now - self._over > END_TOLD_S:
            self._told, self._over = False, None
            return None
        return safety_cue(
            "steady_again",
            Priority.LIMIT,
            self._over,
            "back",
            refractory_s=2 * END_TOLD_S,
            valid_s=END_TOLD_S,
            because={"score": known.score},
        )


PART = Part(NoOptions, Unsteady)
