"""Why nothing but safety and guidance is said just now."""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.safety import Safety

BELT_SETTLES_S = 3.0  # no technique while the belt changes
FAR_TOO_FAST = 1.5  # as in rules/too_fast.py


def held(known: Known, safety: Safety, phase_quiet_s: float) -> str:
    """Return the gravest reason, or an empty text.

    phase_quiet_s : at the beginning of a phase there is no technique for so long.
    """
    if safety.fallen:
        return "fall"
    if safety.holds(known):
        return "after_stumble"
    if known.stability == "unsteady":
        return "unsteady"
    if (known.times_limit or 0.0) > FAR_TOO_FAST and known.walking:
        return "far_too_fast"
    if known.wrong:
        return "wrong"
    if known.against_s > 0.0:
        return "direction"
    if known.spec.quiet:
        return "phase"
    if known.now - known.since < phase_quiet_s:
        return "phase_start"
    if known.now - known.belt_changed < BELT_SETTLES_S:
        return "belt_change"
    return ""
