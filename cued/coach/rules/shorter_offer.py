"""Offers a runner in free run half a minute of shorter, quicker steps, with ticks, once an hour.

Runners who have always taken long strides have a baseline of long strides, and hear nothing about
them. No norm identifies them (docs/coaching.md), so everybody who has run at one speed for two
minutes is offered a step rate 5 % above their own: this lowers the load on hip and knee, and
runners can do it at once (10.1249/MSS.0b013e3181ebedf4). It is not a verdict, and continuing as
before is not an error. Walkers get no offer.
"""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.rule import Proposal, Rule
from cued.model import AnyEvent, Input, Priority, Stride
from cued.parts import NoOptions, Part

STEADY_S = 120.0  # chosen: warmed up at this speed, and the baseline is complete
AGAIN_S = 3600.0  # once an hour at most
QUICKER = 1.05  # 10.1249/MSS.0b013e3181ebedf4: +5 % of step rate


class ShorterOffer(Rule):
    """Makes the offer."""

    needs = frozenset(("stride", "pace"))
    keys = ("try_shorter",)

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Propose the offer after a long run at one speed, with the runner's usual strides."""
        judged, since = known.judged, max(known.since, known.belt_changed)
        if not isinstance(news, Stride) or known.program or judged is None or not judged.even:
            return None
        if (news.mode, news.direction) != ("running", "forward") or judged.since is not None:
            return None
        if known.now - since < STEADY_S:
            return None
        own = judged.reference.opened_s
        return Proposal(
            key="try_shorter",
            priority=Priority.PHASE,
            theme="program",
            since=since,
            refractory_s=AGAIN_S,
            valid_s=5.0,
            because={"own_stride_s": round(own, 4), "spm": round(QUICKER * 120.0 / own, 1)},
        )


PART = Part(NoOptions, ShorterOffer)
