"""A sign of life: after long silence people wonder whether it still works.

A minute guided and five in free run; a chime when all is in range, else two words.
"""

from __future__ import annotations

from collections.abc import Sequence

from cued.coach.known import Known
from cued.coach.rule import Proposal
from cued.model import Priority

SIGN_S, FREE_SIGN_S = 50.0, 280.0
IN_RANGE_S = 8.0  # no rule has anything to say for so long: in range
OUT_OF_RANGE = ("safety", "stride")
WALKS_ON_S = 3.0  # after a pause, before the first


class SignOfLife:
    """Counts the silence."""

    def __init__(self) -> None:
        self._signed = float("-inf")
        self._off_at = float("-inf")

    def given(self, t: float) -> None:
        """Note that something was heard, or that a phase began."""
        self._signed = t

    def propose(
        self, known: Known, ruled: Sequence[Proposal], *, active: bool, held_back: bool
    ) -> Proposal | None:
        """Propose the sign when nothing was heard for long.

        ruled : what the rules propose; who limps or goes too unevenly to be judged isn't in range.
        """
        if any(p.priority == Priority.TECHNIQUE or p.theme in OUT_OF_RANGE for p in ruled):
            self._off_at = known.now
        every = SIGN_S if known.program else FREE_SIGN_S
        if not active or known.spec.overlay or not known.stepping:
            self._signed = max(self._signed, known.now - every + WALKS_ON_S)
            return None
        if known.now - self._signed < every or held_back:
            return None
        in_range = known.now - self._off_at > IN_RANGE_S and not known.wrong
        in_range = in_range and known.stability != "unsteady"
        return Proposal(
            key="in_range" if in_range else "with_you",
            priority=Priority.INFO,
            theme="program",
            since=known.now,
            tone="praise" if in_range else "",
            refractory_s=0.0,
            valid_s=3.0,
            because={"silent_s": round(known.now - self._signed, 1)},
        )
