"""Strides grow too long for the belt's speed, against the runner's own.

How that is judged, and on which numbers, is ``strides/overlong.py``'s; this rule words it. In the
forward carry another rule (``old_pattern``) does. Above a stride-time CV of 5.5 % there is no
verdict; that is said, at most every quarter of an hour.
"""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.rule import Proposal, Rule
from cued.model import AnyEvent, Input, Priority, Stride
from cued.parts import NoOptions, Part

NO_TELLING_AGAIN_S = 900.0  # a choice: it is no news sooner


class OverlongStride(Rule):
    """Words strides that are too long."""

    needs = frozenset(("stride", "pace"))
    keys = ("overlong_stride", "no_telling")

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Propose while a foot's strides are overlong."""
        if not isinstance(news, Stride) or known.carry is not None or known.judged is None:
            return None
        if not known.judged.tells:
            return Proposal(
                "no_telling",
                Priority.INFO,
                "stride",
                since=0.0,
                refractory_s=NO_TELLING_AGAIN_S,
                because={"own_cv_percent": known.judged.because["own_cv_percent"]},
            )
        if known.judged.since is None:
            return None
        return Proposal(
            key="overlong_stride",
            priority=Priority.TECHNIQUE,
            theme="stride",
            since=known.judged.since,
            pattern="step",
            size=known.judged.size,
            because={**known.judged.because, "direction": news.direction},
        )


PART = Part(NoOptions, OverlongStride)
