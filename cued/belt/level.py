"""Change detection for one source's speed or incline: level or changing, and its jitter.

A measured speed is never constant. A change is a difference that lasts and exceeds the source's own
jitter, which is learned from the reports themselves:

* A report away from the level was jitter if the next ones come back. The farthest such report is
  the ``edge``, which fades; nothing within the edge and a margin is a change. That suits Gaussian
  noise, quantisation, and a last digit that flickers in any share of reports.
* Two reports in a row beyond the edge on the same side, over ``LASTS_S``, are a change; so is one
  beyond it after one on its way there, as in a ramp.
* Gross reports (zero, 24 km/h) do not widen the edge. Once some have proved false, a change needs a
  run of them that would be improbable at their share.
* A step smaller than the edge is found by comparing the means before and after it (a likelihood
  ratio test over the last ``WINDOWS`` reports), which allows for correlated reports and for a
  higher rate of reports.
* A change whose reports come back to the old level within ``RETURN_S`` was none: the old level
  continues with its old ``since``.

A quiet source (a console that repeats its number) shows a step of 0.1 km/h by the second report.
Units are the caller's: m/s for speed, percent for incline.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from statistics import fmean

from msgspec import Struct

from cued.belt.reports import Reports, Stretch

BEYOND = 1.4  # times the edge; a new extreme of Gaussian jitter is rarely farther
BEYOND_FEW = 10.0  # over the number of reports: the farthest of 20 says less than that of 200
FADES = 0.999  # per report: half in 700; a flicker in 1 % of reports comes every 100
LASTS_S = 0.5  # chosen: with less, a report and its repetition would be a change
SET_OUT = 0.1  # of the bound: beyond what a flicker moves a mean
FAR = 2.0  # times the bound: not jitter if the report before it is on the same side
BOTH = 2.0  # deviations that each of two reports has to be off: a single one may be far off
# Chosen: three reports at a treadmill's rhythm of one to two a second.
SETTLE_S, SETTLE_REPORTS = 2.0, 3
# While the jitter is not known: twice as many reports, over twice the time; how far back to look.
TRY_REPORTS, LOOKS_BACK_S = 6, 6.0
# Chosen, whichever is longer: a sensor's dropout or a hand on the console is over by then.
RETURN_S, RETURN_REPORTS = 6.0, 4.0
WINDOWS = (2, 3, 4, 5, 6, 8, 12, 16, 20, 30, 40, 60, 90)  # reports
LEAST_WINDOW, EVEN_REPORTS = 8, 30  # shorter windows need at least EVEN_REPORTS before them
REMEMBERED = 300  # reports
VANISHED = 0.2  # of a speed: a report below is as incredible at 0.4 m/s as at 4
LEAST_STEP = 1.75  # times the finest: three quarters of a step of 0.1 km/h
CERTAIN = 4.5  # standard deviations; Gaussian jitter once a second: one false change in 15 h
CERTAIN_FEW = 7.5  # over the number of reports: Student's t, as the deviation is an estimate
IMPROBABLE = 1e-6  # a run of false gross reports
MOST_RUN = 8  # gross reports in a row are true, whatever came before
# After a longer silence a source only reports changes, or reports rarely. Treadmills report every
# second.
SPARSE_S, SPARSE_REPORTS = 2.0, 2.5
PACED_S = 3.0  # reports further apart show no ramp
RESPITE_S = 1e-6  # tolerance for comparing times
YOUNG_REPORTS = 15  # until then the scale's own jitter is allowed for; chosen


class Scale(Struct, frozen=True):
    """Limits for a quantity: what counts as jitter and what as a change.

    finest : smaller differences are ignored.  young : jitter allowed for while little is known.
    gross, gross_part : a report farther off than both (the latter times the level) is not credible
    at once.
    """

    finest: float
    young: float
    gross: float
    gross_part: float

    def credible(self, level: float) -> float:
        """Return the greatest distance from a level at which a single report is credible."""
        return max(self.gross, self.gross_part * level)


# finest: below half a step of 0.1 km/h (0.014), above two counts of 1/256 m/s (0.008).
# gross: belts change by 0.1-0.5 m/s each second; a stop by the safety key by more.
SPEED = Scale(finest=0.012, young=0.02, gross=0.5, gross_part=0.4)
INCLINE = Scale(finest=0.15, young=0.0, gross=5.0, gross_part=0.0)  # percent; as above
# A foot's strides scatter by 3.0 % forward and 4.5 % backward (docs/accuracy.md): at 1.3 m/s the
# finest step is one standard deviation, and two are allowed for at first.
FOOT = Scale(finest=0.04, young=0.08, gross=0.6, gross_part=0.5)


class Plateau(Struct):
    """A level that lasts: since when, and its latest reports."""

    since: float
    reports: Reports

    @property
    def mean(self) -> float:
        """The reports' mean."""
        return self.reports.mean


class Level:
    """Follows one source's reports of one quantity."""

    def __init__(self, scale: Scale) -> None:
        self.interval_s = 0.0  # the usual time between reports, if they are regular
        self._scale = scale
        self._edge = self._out = 0.0  # ``_out``: farthest deviation, not yet known to come back
        self._moving_reports = 0
        self._gross_false = self._all = 0
        self._plateau: Plateau | None = None
        self._away: list[tuple[float, float]] = []
        self._left: Plateau | None = None
        self._left_at = 0.0
        self._before = (-math.inf, 0.0)  # the last report
        self._recent: deque[tuple[float, float]] = deque()  # while it changes

    @property
    def steady(self) -> bool:
        """Whether no change of the quantity has been reported."""
        return self._plateau is not None or self._all == 0

    @property
    def since(self) -> float:
        """Since when it has been level, or changing, s."""
        if self._plateau:
            return self._plateau.since
        return self._left_at if self._left else (self._recent[0][0] if self._recent else 0.0)

    @property
    def value(self) -> float | None:
        """The level's mean; while it changes, the latest report or two."""
        if self._plateau:
            return self._plateau.mean
        if not self._recent:
            return None
        late = [v for _, v in self._recent][-2:]
        return fmean(late) if self._edge > self._scale.finest else late[-1]

    @property
    def error(self) -> float:
        """Standard uncertainty of the value due to jitter alone."""
        if self._plateau is None or len(reports := self._plateau.reports) < 2:
            return self._edge
        return reports.before(0).scatter / math.sqrt(len(reports))

    def set(self, t: float, value: float) -> None:
        """Set an exact value, level from ``t`` on unless it was so already."""
        if self._plateau is None or self._plateau.mean != value:
            self._begin(t, [value])

    @property
    def due(self) -> float:
        """The time at which the last report counts as the level if no other follows, s."""
        news = self._away or self._recent
        return news[-1][0] + max(SPARSE_S, SPARSE_REPORTS * self.interval_s) if news else math.inf

    def settle(self) -> None:
        """Accept the last report as the level, because none has followed."""
        news = self._away or self._recent
        if news:
            self._begin(news[0][0] if self._away else news[-1][0], [news[-1][1]])

    def feed(self, t: float, value: float) -> None:
        """Process the next report."""
        if self._all == 0:
            self._begin(t, [value])
        self._all += 1
        self._edge *= FADES
        part = self._scale.gross_part
        if not part or value > part / 10.0:
            self._moving_reports += 1
        if self._plateau is None:
            self._change(t, value)
        elif abs(value - self._plateau.mean) <= self._bound:
            self._stay(t, value, self._plateau)
        else:
            self._stray(t, value, self._plateau)
        self._before = (t, value)

    def _begin(self, since: float, values: Sequence[float]) -> None:
        self._plateau = Plateau(since, Reports(values, REMEMBERED))
        self._left, self._out = None, 0.0
        self._recent.clear()
        self._away.clear()

    @property
    def _bound(self) -> float:
        n = self._moving_reports
        young = self._scale.young * max(0.0, 1.0 - n / YOUNG_REPORTS)
        return max(self._scale.finest, (BEYOND + BEYOND_FEW / max(n, 1)) * self._edge, young)

    def _stay(self, t: float, value: float, plateau: Plateau) -> None:
        for _, strayed in self._away:
            if not self._is_gross(strayed, plateau.mean):
                plateau.reports.add(strayed)
        self._learn(v for _, v in self._away)
        self._away.clear()
        plateau.reports.add(value)
        away = value - plateau.mean
        if abs(away) <= abs(self._out) / 2.0 or away * self._out < 0.0:  # ``_out`` came back
            self._edge, self._out = max(self._edge, abs(self._out)), 0.0
        if abs(away) > max(self._edge, abs(self._out)):
            self._out = away
        self._shift(t, plateau)

    def _stray(self, t: float, value: float, plateau: Plateau) -> None:
        level = plateau.mean
        if self._away and (self._away[-1][1] > level) != (value > level):
            self._learn(v for _, v in self._away)
            self._away.clear()
        self._away.append((t, value))
        lasted = t - self._away[0][0] >= LASTS_S - RESPITE_S
        if len(self._away) == 1 and self._is_under_way(t, value, plateau):
            self._away.insert(0, self._before)
            lasted = True
        starts = level < self._scale.finest and value > level and not self._is_absurd(value, level)
        if starts or (lasted and self._is_change(level)):
            self._left, self._left_at, self._plateau = plateau, self._away[0][0], None
            self._recent.clear()
            self._recent.extend(self._away)
            self._away.clear()

    def _is_under_way(self, t: float, value: float, plateau: Plateau) -> bool:
        """Return whether the report before was already on the way to this one, beyond the bound."""
        before_t, before = self._before
        level, bound = plateau.mean, self._bound
        first, now = math.copysign(1.0, value - level) * (before - level), abs(value - level)
        if self._is_gross(value, level) or not LASTS_S <= t - before_t <= PACED_S:
            return False
        if now > FAR * bound and first > SET_OUT * bound:
            return True
        n = len(plateau.reports) - 1
        if n < EVEN_REPORTS:
            return False
        known = plateau.reports.before(1)
        both = first > BOTH * known.scatter
        return both and self._surely(0.5 * (before + value), known, 2, n)

    def _is_absurd(self, value: float, level: float) -> bool:
        return value - level > 5.0 * self._scale.gross  # 2.5 m/s faster at once

    def _is_change(self, level: float) -> bool:
        """Return whether the reports away are a change; false gross ones raise their number."""
        gross, enough = sum(self._is_gross(v, level) for _, v in self._away), self._enough
        absurd = all(self._is_absurd(v, level) for _, v in self._away)
        if not absurd and self._is_far(level):
            return True
        if not absurd and not self._gross_false:
            return len(self._away) >= enough
        share = min(0.5, (self._gross_false + 1) / (self._all + 2))
        run = min(MOST_RUN, max(2, math.ceil(math.log(IMPROBABLE) / math.log(share))))
        return len(self._away) - gross >= enough or gross >= run * enough // 2

    def _is_far(self, level: float) -> bool:
        """Return whether two different values are farther off than jitter has ever been."""
        far = [v for _, v in self._away if abs(v - level) > FAR * self._bound]
        doubted = self._gross_false > 0
        return len({v for v in far if not (doubted and self._is_gross(v, level))}) >= 2

    @property
    def _enough(self) -> int:
        """Reports needed for a change: two, or more if a source repeats each value."""
        return int(2.0 * self._plateau.reports.before(0).run) if self._plateau else 2

    def _is_gross(self, value: float, level: float) -> bool:
        far = abs(value - level) > self._scale.credible(level)
        vanished = self._scale.gross_part > 0.0 and value < VANISHED * level
        return far or vanished

    def _learn(self, values: Iterable[float]) -> None:
        """Learn the jitter from reports that turned out to be no change."""
        plateau = self._plateau or self._left
        assert plateau is not None
        for value in values:
            if self._is_gross(value, plateau.mean):
                self._gross_false += 1
            else:
                self._edge = max(self._edge, abs(value - plateau.mean))

    def _shift(self, t: float, plateau: Plateau) -> None:
        """Begin a new plateau after a lasting step that is smaller than the edge."""
        reports, level, count = plateau.reports, plateau.mean, len(plateau.reports)
        least = LEAST_STEP * self._scale.finest / count
        for k in WINDOWS:
            n = count - k
            if n < (k if k >= LEAST_WINDOW else EVEN_REPORTS):
                continue
            late = reports.late(k)
            if abs(late - level) <= least * n:
                continue
            if k < LEAST_WINDOW and not self._is_away(reports.last(k), level):
                continue
            if self._surely(late, reports.pooled(k), k, n):
                self._begin(t, reports.last(k))
                return

    def _is_away(self, values: Sequence[float], level: float) -> bool:
        """Return whether first and last are off the level: one report far off is no step."""
        return all(abs(v - level) > self._scale.finest for v in (values[0], values[-1]))

    def _surely(self, late: float, before: Stretch, k: int, n: int) -> bool:
        """Return whether the mean of ``k`` reports differs from that of ``n`` before."""
        spread = max(before.scatter, self._scale.finest / 4.0)
        often = 2.0 * math.log(max(1.0, 1.0 / self.interval_s)) if self.interval_s else 0.0
        certain = math.sqrt(CERTAIN**2 + often) * (1.0 + CERTAIN_FEW / n)
        away = before.symmetric((late - before.mean) / spread)
        return away > certain * math.sqrt(1.0 / k + 1.0 / n)

    def _change(self, t: float, value: float) -> None:
        self._recent.append((t, value))
        while len(self._recent) > 2 * TRY_REPORTS and t - self._recent[0][0] > LOOKS_BACK_S:
            self._recent.popleft()
        if not self._back(t):
            self._agree()

    def _back(self, t: float) -> bool:
        """Return to the old level if the reports did."""
        old = self._left
        within_s = max(RETURN_S, RETURN_REPORTS * self.interval_s)
        if old is None or t - self._left_at > within_s:
            return False
        values = [v for _, v in self._recent]
        if any(abs(v - old.mean) > self._bound for v in values[-2:]):
            return False
        self._learn(values[:-2])
        self._plateau, self._left = old, None
        self._recent.clear()
        return True

    def _agree(self) -> None:
        """Begin a new level once the latest reports agree within the source's jitter."""
        late = list(self._recent)
        for n in range(SETTLE_REPORTS, len(late) + 1):
            window = late[-n:]
            took_s = window[-1][0] - window[0][0] + RESPITE_S
            if took_s < SETTLE_S:
                continue
            values = [v for _, v in window]
            spread = max(values) - min(values)
            known = spread <= 2.0 * self._bound
            longer = n >= TRY_REPORTS and took_s >= 2.0 * SETTLE_S
            level = longer and abs(_drift(values)) < spread / 3.0
            if known or (level and spread < self._scale.credible(values[0]) / 2.0):
                self._edge = max(self._edge, spread / 2.0)
                self._begin(window[0][0], values)
                return


def _drift(values: Sequence[float]) -> float:
    """Return the difference between the means of the second and the first half."""
    half = len(values) // 2
    return fmean(values[-half:]) - fmean(values[:half])
