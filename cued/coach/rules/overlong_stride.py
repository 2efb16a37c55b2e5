"""Cues strides that grow too long for the belt's speed, against the runner's own.

``strides/overlong.py`` judges them; this rule turns the verdict into a cue, and ``old_pattern`` in
the forward carry. Above a stride-time CV of 5.5 % there is no verdict, which is said at most every
quarter of an hour.
"""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.rule import Proposal, Rule
from cued.model import AnyEvent, Input, Priority, Stride
from cued.parts import NoOptions, Part

NO_TELLING_AGAIN_S = 900.0  # chosen: sooner, it is not worth repeating


class OverlongStride(Rule):
    """Cues strides that are too long."""

    needs = frozenset(("stride", "pace"))
    keys = ("overlong_stride", "no_telling")

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Propose a cue while a foot's strides are overlong."""
        if not isinstance(news, Stride) or known.carry is not None or known.judged is None:
            return None
        if not known.judged.even:
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
