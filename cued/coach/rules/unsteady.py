"""Warns a runner who is unsteady against their own baseline, and says when it ends.

``gait/fusion/stability.py`` decides what is unsteady; "unknown" is neither steady nor unsteady and
never cues. This rule says "hold the rail" at once, with a vibration, and again every 3 s; from the
fourth time on "stop the belt", less and less often: every 6, 12, 30 s. A stumble has its own cue
and makes every runner unsteady for some steps, so after one this rule waits 3 s, and 12 s for "stop
the belt". A runner who stands on a stopped belt hears nothing. It is a safety cue: quiet times,
mute and fading do not apply.
"""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.rule import Proposal, Rule, safety_cue
from cued.model import AnyEvent, Input, Priority, Stumble
from cued.parts import NoOptions, Part

STUMBLE_EXPLAINS_S = 1.0  # unsteadiness within this time of a stumble is due to it
END_VALID_S = 5.0  # how long "steady again" may wait for the voice
# (lasting, repeated every), s. Each about doubles; 30 s is the slowest repetition of a medium alarm
# (IEC 60601-1-8, from memory).
RARER = ((15.0, 6.0), (30.0, 12.0), (60.0, 30.0))

REPEAT_S = 3.0  # chosen: the words, and time to reach the rail
GRAVE_AFTER_S = 9.0  # after three warnings
STUMBLE_GRAVE_AFTER_S = 12.0  # balance is normal 10.9 steps after a stumble (safety.py)


class Unsteady(Rule):
    """Turns the level of stability into cues."""

    needs = frozenset(("stride",))
    keys = ("unsteady", "unsteady_stop", "steady_again")

    def __init__(self, config: NoOptions) -> None:
        self._since: float | None = None
        self._warned = False
        self._over: float | None = None
        self._stumbled = float("-inf")

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Propose a warning while the level is unsteady, and "steady again" once it is over."""
        now = known.now
        if isinstance(news, Stumble):
            self._stumbled = now
        if known.stability != "unsteady":
            self._since = None
            return self._steady_again(known)
        self._over = None
        self._since = now if self._since is None else self._since
        if known.at_rest:
            return None
        grave_after = GRAVE_AFTER_S
        if self._since - self._stumbled < STUMBLE_EXPLAINS_S:
            if now - self._stumbled < REPEAT_S:
                return None
            grave_after = STUMBLE_GRAVE_AFTER_S
        self._warned = True
        return self._warning(now - self._since >= grave_after, self._since, known)

    def _warning(self, grave: bool, since: float, known: Known) -> Proposal:
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

    def _steady_again(self, known: Known) -> Proposal | None:
        """Propose "steady again" after a warning."""
        if known.stability != "steady" or not self._warned:
            return None
        self._over = known.now if self._over is None else self._over
        if known.now - self._over > END_VALID_S:
            self._warned, self._over = False, None
            return None
        return safety_cue(
            "steady_again",
            Priority.LIMIT,
            self._over,
            "back",
            refractory_s=2 * END_VALID_S,
            valid_s=END_VALID_S,
            because={"score": known.score},
        )


PART = Part(NoOptions, Unsteady)
