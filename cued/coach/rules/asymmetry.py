"""Cues steps that become more unequal, left and right; asks about a sudden limp.

A constant asymmetry of a few per cent is ordinary, and may come from sensors worn differently; only
a change from the runner's own value counts. A change of 10 % or more within a minute is a limp
rather than a habit: the coach asks about it, and never coaches while it lasts. After a turn the
comparison is with the last minute walked in that direction before (``gait/ordinary.py``). A foot
that begins to land flat (``strides/landings.py``) is a limp, too.

Step times are not compared while a sensor is lost (another one stands in for it and sees contacts a
little earlier or later), while one foot lands flat (its contacts are less certain), and until all
strides in the measurement were seen alike again; nor if the runner's stride times vary by more than
5.5 %, or their spread is unknown. Uneven steps look asymmetric for a while. Values that share ten
steps hardly show that scatter, so the change also has to be three times the spread of stride times.
The vibration is on the side whose step takes longer.
"""

from __future__ import annotations

import math
from typing import Annotated

from msgspec import Meta, Struct

from cued.coach.known import Known
from cued.coach.rule import Proposal, Rule, safety_cue
from cued.coach.strides.baseline import terms_of
from cued.coach.strides.deviation import Deviation
from cued.coach.strides.landings import Landings
from cued.coach.strides.overlong import MOST_CV
from cued.gait.fusion.strides import flat
from cued.gait.ordinary import LastMinute, Terms
from cued.model import AnyEvent, Input, Link, Priority, Stride
from cued.parts import Part

OWN_AGAIN = 24  # strides of both feet: a little more than the measurement covers
SPREADS = 3.0  # own CVs: 480 simulated walks of 4 min at 2-5 % reached 2.7
LIMP_PERCENT = 10.0  # asymmetry of 10 % is a usual clinical mark of a limp; chosen
LIMP_STRIDES = 6  # of both feet: one odd stride is no limp
LIMP_AGAIN_S = 60.0  # between two questions; chosen


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options."""

    limit_percent: Annotated[
        float, Meta(ge=3.0, le=30.0, description="Change from the runner's own asymmetry, %.")
    ] = 8.0


class Asymmetry(Rule):
    """Watches ``asymmetry_percent``."""

    needs = frozenset(("feet", "belt"))
    keys = ("asymmetry", "limp", "limp_back")

    def __init__(self, config: Config) -> None:
        self._watch = Deviation("asymmetry_percent", config.limit_percent)
        self._lost: set[str] = set()
        self._wait = 0
        self._ordinary = LastMinute()
        self._terms: Terms | None = None
        self._usual = self._value = 0.0
        self._limping = 0
        self._limp_since: float | None = None
        self._landings = Landings()
        self._flat = False
        self._asks = "limp"  # stays the same while the limp lasts, even after a turn

    def reset(self) -> None:
        """Start again, but keep a limp and the values that were ordinary before it."""
        self._watch.restart()
        self._limping = 0

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Judge the asymmetry with each settled stride."""
        if isinstance(news, Link):
            self._note_link(news)
        if isinstance(news, Stride):
            self._ordinary.walk(known.now)
        flat_since = self._landings.flat_since(known, judges=not self._lost)
        if flat_since is not None:
            self._asks = self._asks if self._flat else _question(known)
            self._flat = True
            return self._ask(flat_since)
        self._flat = False
        if len({flat(came[-1]) for came in known.landed.values()}) > 1:
            self._begin_again()
        if self._lost or self._wait:
            if isinstance(news, Stride):
                self._wait = max(self._wait - 1, 0)
            return None
        if not isinstance(news, Stride):
            return None
        terms = terms_of(news, known.belt)
        own = known.own(news)
        if terms is None or (own is not None and own.cv > MOST_CV):
            return None
        measured = known.measured.get("asymmetry_percent")
        if measured is not None and measured.value is not None and known.settled(news.side):
            self._limp(measured.value, terms.sideless, known)
        spread = known.judged.reference.cv if known.judged else math.inf
        since = self._watch.feed(news, known, least=SPREADS * 100.0 * spread)
        if self._limp_since is not None:
            return self._ask(self._limp_since)
        if since is None:
            return None
        side = "left" if self._watch.mean > 0.0 else "right"
        because, priority = self._watch.because(), Priority.TECHNIQUE
        return Proposal("asymmetry", priority, "symmetry", since, because, pattern=side)

    def _limp(self, value: float, terms: Terms, known: Known) -> None:
        """Compare an asymmetry with the usual one from before any limp."""
        now, self._value = known.now, round(value, 1)
        usual = self._ordinary.of(terms, now)
        if usual is not None or self._limp_since is None:
            self._usual = value if usual is None else usual
        off = abs(value - self._usual) >= LIMP_PERCENT
        self._limping = self._limping + 1 if off and terms == self._terms else int(off)
        self._terms = terms
        if self._limping >= LIMP_STRIDES and self._limp_since is None:
            self._limp_since = now
            self._asks = _question(known)
        elif not off and self._limp_since is not None:
            self._limp_since = None
        if not off:
            self._ordinary.note(terms, value, now)

    def _ask(self, since: float) -> Proposal:
        return safety_cue(
            self._asks,
            Priority.LIMIT,
            since,
            "limit",
            refractory_s=LIMP_AGAIN_S,
            valid_s=5.0,
            because={"asymmetry_percent": self._value},
        )

    def _note_link(self, link: Link) -> None:
        """Note which sensors are lost: values seen without them are not comparable."""
        if link.state == "lost":
            self._lost.add(link.sensor)
        elif link.sensor in self._lost:
            self._lost.remove(link.sensor)
        else:
            return
        self._ordinary.forget()  # the sensor may have been put on differently
        self._begin_again()

    def _begin_again(self) -> None:
        """Wait until the measurement only covers contacts that were seen alike."""
        self._wait = OWN_AGAIN
        self._watch.restart()


def _question(known: Known) -> str:
    """Return the question: a runner who may face away from the console is not sent to it."""
    led = known.spec.backward or known.spec.turn == "forward"
    backward = known.direction == "backward" or (led and known.direction == "unknown")
    return "limp_back" if backward else "limp"


PART = Part(Config, Asymmetry)
