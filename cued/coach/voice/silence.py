"""The amount of feedback: reasons for silence, fading, and signs of life.

Skills learned with less than full feedback are retained better (Winstein & Schmidt 1990,
10.1037/0278-7393.16.4.677), and in the classic running trials feedback was withdrawn over the
second half of eight sessions (Crowell & Davis 2011, 10.1016/j.clinbiomech.2010.09.003). So all cues
are given in the first session at a stage, half in the second, a quarter from the third on. While
feedback fades, the last 40 of every 160 strides in a phase have no technique cue. Free run does not
fade.

After long silence people wonder whether the coach still works. So after a minute in a workout, or
five in free run, there is a chime if all is in range, else two words.
"""

from __future__ import annotations

from collections.abc import Sequence

from cued.coach.config import CoachConfig
from cued.coach.known import Known
from cued.coach.rule import Proposal
from cued.coach.safety import Safety
from cued.model import Priority

# Seconds in a workout and in free run: a little less than a minute and five.
SIGN_S, FREE_SIGN_S = 50.0, 280.0
IN_RANGE_S = 8.0  # in range if no rule proposed anything for this long
OUT_OF_RANGE = ("safety", "stride")  # themes
WALKS_ON_S = 3.0  # from the end of a pause to the first sign
BELT_SETTLES_S = 3.0  # no technique cue while the belt changes
SHARES = (1.0, 0.5, 0.25)  # of the occurrences, by clean sessions; chosen
CHOSEN = {"full": 1.0, "half": 0.5, "quarter": 0.25, "safety": 0.0}  # the configured shares
CATCH_EVERY = 4  # one stretch in four


def share(plan: CoachConfig, clean_sessions: int, program: bool) -> float:
    """Return the share of technique cues to give."""
    if plan.feedback != "auto":
        return CHOSEN[plan.feedback]
    return SHARES[min(clean_sessions, len(SHARES) - 1)] if program else 1.0


def catching(plan: CoachConfig, strides: int, share: float) -> bool:
    """Return whether stride ``strides`` of a phase is in a stretch without technique cues."""
    if not plan.catch_strides or share >= 1.0:
        return False
    return (strides // plan.catch_strides) % CATCH_EVERY == CATCH_EVERY - 1


def held(known: Known, safety: Safety, phase_quiet_s: float) -> str:
    """Return the gravest reason for giving only safety and guidance, or an empty text.

    phase_quiet_s : time without technique cues at the beginning of a phase.
    """
    if safety.fallen:
        return "fall"
    if safety.holds(known):
        return "after_stumble"
    if known.stability == "unsteady":
        return "unsteady"
    if known.far_too_fast and known.walking:
        return "far_too_fast"
    if known.wrong:
        return "wrong"
    if known.upset:
        return "recovering"
    if known.against_s > 0.0:
        return "direction"
    if known.spec.quiet:
        return "phase"
    if known.now - known.since < phase_quiet_s:
        return "phase_start"
    if known.now - known.belt_changed < BELT_SETTLES_S:
        return "belt_change"
    return ""


class SignOfLife:
    """Measures the silence, and proposes to break it."""

    def __init__(self) -> None:
        self._heard_at = float("-inf")
        self._off_at = float("-inf")

    def given(self, t: float) -> None:
        """Note that the coach was heard, or that a phase began."""
        self._heard_at = t

    def propose(
        self, known: Known, ruled: Sequence[Proposal], *, held_back: bool
    ) -> Proposal | None:
        """Propose a sign of life after long silence.

        ruled : the rules' proposals; a runner who limps or is too uneven to judge isn't in range.
        """
        if any(p.priority == Priority.TECHNIQUE or p.theme in OUT_OF_RANGE for p in ruled):
            self._off_at = known.now
        every = SIGN_S if known.program else FREE_SIGN_S
        if not known.active or known.spec.overlay or not known.stepping:
            self._heard_at = max(self._heard_at, known.now - every + WALKS_ON_S)
            return None
        if known.now - self._heard_at < every or held_back:
            return None
        in_range = known.now - self._off_at > IN_RANGE_S and not known.wrong
        in_range = in_range and not known.upset
        return Proposal(
            key="in_range" if in_range else "with_you",
            priority=Priority.INFO,
            theme="program",
            since=known.now,
            tone="praise" if in_range else "",
            refractory_s=0.0,
            valid_s=3.0,
            because={"silent_s": round(known.now - self._heard_at, 1)},
        )
