"""How much is said: feedback fades from session to session, and stretches without any test it.

What is learned with less than full feedback is kept better (Winstein & Schmidt 1990,
10.1037/0278-7393.16.4.677), and in the classic running trials feedback was withdrawn over the
second half of eight sessions (Crowell & Davis 2011, 10.1016/j.clinbiomech.2010.09.003). So:
everything in the first session at a stage, half in the second, a quarter from the third on. While
feedback fades, every 160 strides of a phase end with 40 without a technique cue. Free run does not
fade.
"""

from __future__ import annotations

from cued.coach.config import CoachConfig

SHARES = (1.0, 0.5, 0.25)  # of the occurrences, by clean sessions; chosen
CATCH_EVERY = 4  # one stretch in four


def share(plan: CoachConfig, clean_sessions: int, program: bool) -> float:
    """Return the share of technique cues that is given."""
    match plan.feedback:
        case "full":
            return 1.0
        case "half":
            return 0.5
        case "quarter":
            return 0.25
        case "safety":
            return 0.0
        case "auto":
            return SHARES[min(clean_sessions, len(SHARES) - 1)] if program else 1.0


def catching(plan: CoachConfig, strides: int, share: float) -> bool:
    """Return whether a stretch without technique cues is on, ``strides`` into a phase."""
    if not plan.catch_strides or share >= 1.0:
        return False
    return (strides // plan.catch_strides) % CATCH_EVERY == CATCH_EVERY - 1
