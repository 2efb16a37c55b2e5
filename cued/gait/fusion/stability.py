"""Steadiness of the gait, stride by stride, compared with the wearer's baseline.

Rules
-----
* ``unknown`` until there is a baseline for the same direction, mode, speed and incline, for 8
  strides after every change of those (3 if they returned to what they were), and whenever data are
  missing. Missing data are never steady: while a worn trunk sensor sends nothing, the feet may show
  that a runner is unsteady, but not that they are steady.
* Unsteady: score above 2 for 4 strides, above 3.5 for 2, or a stumble. Steady again: below 1 for
  4 strides, and 12 steps after a stumble (balance is normal again 10.9 +- 7.0 steps after a
  treadmill slip, doi:10.3389/fspor.2020.00082).
* When both feet are seen, a stride ends at every step, and each counts as half a stride.
* Baselines are not learnt from strides after a stumble or strides too uneven to be anybody's usual
  gait; once a baseline exists, only steady strides are added to it.

Method: the mean of robust z values of four quantities that need few strides (lumbar recordings of
19 people: a lateral RMS ratio is good to 10 % in 5 strides, roll range and jerk in 13-20, while
harmonic ratio and stride-time CV need 50 and more and are trends, ``metrics/``): lateral share of
the RMS acceleration (Sekine et al. 2013, doi:10.1186/1743-0003-10-118), roll range, EWMA of the
relative change of stride time, vertical jerk (Weiss et al. 2010, PMC2845599). The last two are
skewed, so their logarithms are used.

Deviations from a plain mean. With feet only there is one quantity, with a trunk up to four; the sum
is divided by 2 sqrt(k) instead of k, which is the mean for four and gives the same false alarms for
fewer. One z counts for at most 5 and at least -2, so no single quantity decides. Two successive
stride times that differ by more than 45 % are a missed footfall, not unsteadiness.

The thresholds are judgement, checked for false alarms in simulated strides with 1/f drift (tests).
Not validated on people who become unsteady: no recording of that is known to us.
"""

from __future__ import annotations

from collections import deque
from math import hypot, log, sqrt

from cued.gait.finding import Posture
from cued.gait.ordinary import SPEED_BIN_M_S, UNKNOWN_BIN, FirstValues, Terms
from cued.model import Level, Side, Stability, Stride

AMBER, AMBER_STRIDES = 2.0, 4.0  # judgement, see above, like the next two
RED, RED_STRIDES = 3.5, 2.0  # as above
CALM, CALM_STRIDES = 1.0, 4.0  # as above
SETTLE_STRIDES = 8.0  # left out after a change of belt, direction or mode
RETURN_STRIDES = 3.0  # left out when nothing changed in the end, as after a glance back
PASSED_STRIDES = 4.0  # in a row, while the belt changes or footfalls are unsure
HOLD_STRIDES = 6.0  # after a stumble: 12 steps
HOLD_S = 15.0  # for people who stopped after it and take no more steps
HELD_BACK = 4  # strides not learnt yet, in case a stumble follows
SMOOTHING = 0.25  # of the stride-time change
UNSEEN = 0.005  # relative change that is timing error of the footfalls
MISSED = 0.45  # of the stride time, as above
TOO_UNEVEN = 0.10  # stride-time CV of about 9 %; walking backward shows 2-6 %
Z_LEAST, Z_MOST = -2.0, 5.0  # of one quantity, as above
READY = 20  # strides; chosen: fewer give a poor median and MAD
FULL = 100  # chosen: two minutes; such a median is good to an eighth of the spread
INCLINE_PERCENT = 2.0  # width of a bin; chosen
# Least spread: judgement, a tenth of the spread between people or less.
FLOORS = {"lateral_share": 0.007, "roll_range": 0.006, "time_change": 0.1, "jerk": 0.05}


class StabilityWatch:
    """Judges strides by the wearer's baselines, one for each set of terms."""

    def __init__(self) -> None:
        self._baselines: dict[Terms, dict[str, FirstValues]] = {}
        self._terms: Terms | None = None
        self._settled: Terms | None = None  # the last with a verdict or learning
        self._reported: tuple[Level, str] = ("unknown", "")
        self._stumble_t: float | None = None
        self._trunk_worn = False
        self._hold = 0.0
        self._restart()

    @property
    def level(self) -> Level:
        """The level reported last."""
        return self._reported[0]

    def _restart(self) -> None:
        """Reset all counts and averages over strides; the baselines stay."""
        self._settling = SETTLE_STRIDES
        self._amber = self._red = self._calm = self._passed = 0.0
        self._durations: dict[Side, float] = {}
        self._time_change: float | None = None
        self._trunk: dict[str, float] = {}
        self._posture_t: float | None = None
        self._held_back: deque[dict[str, float]] = deque()

    def feed_stride(self, stride: Stride, posture: Posture | None, at: float) -> list[Stability]:
        """Process a stride and its posture, known at ``at``; return one event at most."""
        share = 1.0 if stride.step_s is None else 0.5
        self._count_hold(share, at)
        if stride.mode not in ("walking", "running") or not stride.clean:
            return self._pass_over(stride, share)
        self._passed = 0.0
        terms = terms_of(stride, self._terms)
        if terms != self._terms:
            self._restart()
            if terms == self._settled:
                self._settling = RETURN_STRIDES
            self._terms = terms
        values, fresh = self._measure(stride, posture)
        if self._settling > 0.0:
            self._settling -= share
            return self._report(stride.t, "unknown", None, "settling")
        self._settled = terms
        first = {name: FirstValues(READY, FULL, floor) for name, floor in FLOORS.items()}
        baseline = self._baselines.setdefault(terms, first)
        score = _score(above(baseline, values))
        if score is None:
            self._learn(baseline, fresh)
            return self._report(stride.t, "unknown", None, "learning")
        level, why = self._rate(score, share)
        if level == "steady" and score < AMBER:
            self._learn(baseline, fresh)
        return self._report(stride.t, level, score, why)

    def _pass_over(self, stride: Stride, share: float) -> list[Stability]:
        """Leave out a stride; after a few of them the last verdict is too old."""
        self._passed += share
        if self._passed < PASSED_STRIDES:
            return []
        return self._report(stride.t, "unknown", None, "the belt changes or footfalls are unsure")

    def feed_stumble(self, t: float) -> list[Stability]:
        """Process a stumble: unsteady at once, and the values held back are not learnt."""
        self._stumble_t = t
        self._hold = HOLD_STRIDES
        self._held_back.clear()
        self._calm = 0.0
        return self._report(t, "unsteady", None, "stumble")

    def lost(self, t: float, why: str) -> list[Stability]:
        """Forget everything but the baselines: from ``t`` on there are no data."""
        self._restart()
        self._stumble_t = None
        return self._report(t, "unknown", None, why)

    def rebase(self, t: float, why: str) -> list[Stability]:
        """Change the terms of comparison; baselines of terms met before are used again."""
        self._restart()
        self._terms = None
        self._count_hold(0.0, t)
        return self._report(t, "unknown", None, why)

    def rest(self, t: float) -> list[Stability]:
        """End unsteadiness after a stumble by time, as no step was taken until ``t``."""
        if self._stumble_t is None or t - self._stumble_t <= HOLD_S:
            return []
        t, self._stumble_t = self._stumble_t + HOLD_S, None
        return self._report(t, "unknown", None, "no footfall")

    def _count_hold(self, share: float, t: float) -> None:
        if self._stumble_t is None:
            return
        self._hold -= share
        if self._hold <= 0.0 or t - self._stumble_t > HOLD_S:
            self._stumble_t = None

    def _measure(
        self, stride: Stride, posture: Posture | None
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Return all values that hold for this stride, and those that are new in it."""
        fresh: dict[str, float] = {}
        before = self._durations.get(stride.side)
        self._durations[stride.side] = stride.duration_s
        change = abs(stride.duration_s / before - 1.0) if before else MISSED
        if change < MISSED:
            ewma = change if self._time_change is None else self._time_change
            self._time_change = ewma + SMOOTHING * (change - ewma)
            fresh["time_change"] = log(self._time_change + UNSEEN)
        if posture is None:
            self._trunk = {}
        elif posture.t != self._posture_t:  # one posture may serve two strides, one of each foot
            self._trunk = _trunk_values(posture)
            self._trunk_worn = True
            fresh.update(self._trunk)
        self._posture_t = posture.t if posture else None
        values = dict(self._trunk)
        if self._time_change is not None:
            values["time_change"] = log(self._time_change + UNSEEN)
        return values, fresh

    def _learn(self, baseline: dict[str, FirstValues], fresh: dict[str, float]) -> None:
        if self._stumble_t is not None or (self._time_change or 0.0) > TOO_UNEVEN:
            return
        self._held_back.append(fresh)
        if len(self._held_back) > HELD_BACK:
            for name, value in self._held_back.popleft().items():
                baseline[name].learn(value)

    def _rate(self, score: float, share: float) -> tuple[Level, str]:
        """Count the strides over and under the limits; return the level and the reason."""
        self._amber = self._amber + share if score > AMBER else 0.0
        self._red = self._red + share if score > RED else 0.0
        self._calm = self._calm + share if score < CALM else 0.0
        if self._stumble_t is not None:
            return "unsteady", "stumble"
        if self._red >= RED_STRIDES:
            return "unsteady", f"score over {RED} for {RED_STRIDES:.0f} strides"
        if self._amber >= AMBER_STRIDES:
            return "unsteady", f"score over {AMBER} for {AMBER_STRIDES:.0f} strides"
        level, why = self._reported
        if level == "unsteady" and self._calm < CALM_STRIDES:
            return level, why
        if level == "unknown" and score > AMBER:
            return level, "settling"
        blind = self._trunk_worn and not self._trunk  # it sent data before, but not here
        return ("unknown", "no data from the trunk") if blind else ("steady", "")

    def _report(self, t: float, level: Level, score: float | None, why: str) -> list[Stability]:
        """Return an event if there is a score or a change."""
        if level == "unknown" and self._stumble_t is not None:
            level, why = "unsteady", "stumble"
        changed = (level, why) != self._reported
        self._reported = (level, why)
        if score is None and not changed:
            return []
        return [Stability(t=t, level=level, score=score, why=why)]


def _trunk_values(posture: Posture) -> dict[str, float]:
    """Return the quantities that the posture gives, as far as they were measured."""
    forward, left, up = posture.rms
    values: dict[str, float] = {}
    total = hypot(forward, left, up)
    if total > 0.0:
        values["lateral_share"] = left / total
    if posture.roll_range is not None:
        values["roll_range"] = posture.roll_range
    if posture.jerk_v > 0.0:
        values["jerk"] = log(posture.jerk_v)
    return values


def terms_of(stride: Stride, before: Terms | None = None) -> Terms:
    """Return the terms of a stride, keeping ``before``'s bins until left by half a bin more.

    Without that, scattered speeds from a foot's trajectory would fall into two bins.
    """
    speed, incline = (before.speed, before.incline) if before else (UNKNOWN_BIN, UNKNOWN_BIN)
    speed = _bin(stride.speed_m_s, SPEED_BIN_M_S, speed)
    incline = _bin(stride.incline_percent, INCLINE_PERCENT, incline)
    return Terms("unknown", stride.direction, stride.mode, speed, incline)


def _bin(value: float | None, width: float, before: int) -> int:
    if value is None:
        return UNKNOWN_BIN
    return before if abs(value / width - before) <= 1.0 else round(value / width)


def above(baseline: dict[str, FirstValues], values: dict[str, float]) -> list[float]:
    """Return by how many spreads each value with a baseline lies above its median."""
    known = ((value, baseline[name].usual) for name, value in values.items())
    return [(value - usual[0]) / usual[1] for value, usual in known if usual]


def _score(z: list[float]) -> float | None:
    if not z:
        return None
    limited = [min(max(value, Z_LEAST), Z_MOST) for value in z]
    return sum(limited) / (2.0 * sqrt(len(limited)))
