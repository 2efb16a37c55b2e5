"""Recalls the backward step after a first minute without cues, which measures retention.

A learned stride fades within months without a reminder, and one spoken recall brings a good part
of it back (Van den Berghe et al. 2024). So each workout but the first opens with the recall;
before it, a minute of easy forward walking without any cue shows how much was retained
(``retention_percent``: the share of strides as short as those carried forward last time).
"""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.rule import Proposal, Rule
from cued.model import AnyEvent, Input, Priority
from cued.parts import NoOptions, Part

FREE_S = 60.0  # of walking without cues, to measure retention
WAITS_S = 5.0  # for the measurement, which comes with a stride


class Retention(Rule):
    """Recalls the backward step, once per session."""

    needs = frozenset(("stride", "belt", "program"))
    keys = ("recall",)

    _said = False

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Propose the recall after the first minute of settling in."""
        if "retention" not in known.spec.entry:
            self._said = self._said and "session" not in known.spec.entry
            return None
        if self._said or known.sessions == 0 or known.elapsed_s < FREE_S:
            return None
        stayed = known.measured.get("retention_percent")
        if stayed is None and known.elapsed_s < FREE_S + WAITS_S:
            return None
        self._said = True
        return Proposal(
            key="recall",
            priority=Priority.PHASE,
            theme="program",
            since=known.now,
            valid_s=8.0,
            because={"retention_percent": stayed.value if stayed else None},
        )


PART = Part(NoOptions, Retention)
