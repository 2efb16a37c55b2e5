"""Offer a runner in free run a try of shorter, quicker steps: once an hour, half a minute of ticks.

Who has always run with long strides has a baseline of long strides, and hears nothing about them.
No norm tells who that is (docs/coaching.md), so everybody who has run at one speed for two minutes
is offered a step rate 5 % above their own: that much lowers the load on hip and knee and is what
runners can do at once (10.1249/MSS.0b013e3181ebedf4). It is no verdict, and going on as before is
no error. Walking is never offered it.
"""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.rule import Proposal, Rule
from cued.model import AnyEvent, Input, Priority, Stride
from cued.parts import NoOptions, Part

STEADY_S = 120.0  # a choice: warmed up at this speed, and the baseline is complete
AGAIN_S = 3600.0  # once an hour at most
QUICKER = 1.05  # 10.1249/MSS.0b013e3181ebedf4: +5 % of step rate


class ShorterOffer(Rule):
    """Words the offer."""

    needs = frozenset(("stride", "pace"))
    keys = ("try_shorter",)

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Propose once somebody has run at one speed for long, with strides that are their own."""
        judged, since = known.judged, max(known.since, known.belt_changed)
        if not isinstance(news, Stride) or known.program or judged is None or not judged.tells:
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
