"""Cues the loss of the backward part's tall trunk in the forward carry.

Lean and bounce are compared with those of the backward part at the same speed, as means over about
10 strides: posture is carried, not only the stride. Only a change for the worse counts: leaning
further toward the chest, bouncing higher. If forward gait differed as much before, there is nothing
to lose and nothing is said. Limits are those of ``trunk_lean`` and ``hard_landing``.
"""

from __future__ import annotations

from cued.coach.carry import COMPARED
from cued.coach.known import Known
from cued.coach.rule import Proposal, Reason, Rule
from cued.model import AnyEvent, Input, Priority, Stride
from cued.parts import NoOptions, Part

WEIGHT = 0.1  # of the newest stride in the mean, as in strides/deviation.py
PERSIST = 12  # strides


class PostureLost(Rule):
    """Watches the trunk in the carry."""

    needs = frozenset(("trunk", "belt", "program"))
    keys = ("posture_lost",)

    def reset(self) -> None:
        """Start again."""
        self._means: dict[str, float] = {}
        self._beyond: dict[str, int] = {}
        self._since: float | None = None

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Compare the trunk with the imprint at each settled stride."""
        carry = known.carry
        if not isinstance(news, Stride) or carry is None or not known.settled(news.side):
            return None
        for name, usual in carry.posture.items():
            measured = known.measured.get(name)
            if measured is not None and measured.value is not None:
                self._follow(name, measured.value - usual)
        lost = [name for name, count in self._beyond.items() if count >= PERSIST]
        if not lost:
            self._since = None
            return None
        self._since = known.now if self._since is None else self._since
        because: Reason = {name: round(self._means[name], 2) for name in lost}
        return Proposal(
            "posture_lost", Priority.TECHNIQUE, "posture", self._since, because, pattern="notice"
        )

    def _follow(self, name: str, worse: float) -> None:
        mean = self._means.get(name, 0.0)
        mean = self._means[name] = mean + WEIGHT * (worse - mean)
        beyond = mean > COMPARED[name]
        self._beyond[name] = self._beyond.get(name, 0) + 1 if beyond else 0


PART = Part(NoOptions, PostureLost)
