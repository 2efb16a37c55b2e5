"""Swing and stance of a foot, from the angle its sole turns through.

The angle about the left axis (the sum of the pitch rate) has two turning points in a stride of any
gait: one as the foot leaves, one as it lands. Forward, the toes point lowest when they leave and
highest when the heel lands. Backward it is the other way round: toes up as the heel leaves last,
toes down as they land first. Between leaving and landing a foot is never at rest; between landing
and leaving it is, however briefly. From this, with no amplitude to tune to a person:

* A *lobe* runs from one turning point to the next. A turning point counts once the angle has come
  back by ``BACK_RAD``.
* A lobe without rest that follows one with rest is a swing. It begins with the lift, ends with the
  contact, and its sign is the direction of gait.
* Where the rest is too short to see (fast running), the swing is the lobe that has the sign of the
  swings before it.
* The contact is the moment at which the sole has turned back by ``BACK_RAD``, less ``LATE_S``.
* A landing that no such turn follows (flat-footed, the last step before standing) is decided when
  the foot has been at rest for ``REST_RUN`` samples.

Delay: none beyond the sample at which the turn back is complete; see ``foot.py`` for figures.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec import Struct

from cued.model import Bools, Floats
from cued.signal.grid import DT_S

BACK_RAD = 0.10  # largest ripple of the angle within a swing is 0.05 (voisard, gottlieb, tripod)
LATE_S = 0.015  # from the truth to BACK_RAD, median over voisard, whose truth is foot sensors'
LIFT_EARLY_S = 0.030  # from the true lift to the turning point, voisard, gottlieb (20-50 ms)
REST_RUN = 5  # 50 ms: a pause within a swing is shorter
PAUSE_RUN = 12  # samples a slow swing may hesitate if the stance before it was twice that
SWING_RAD = 0.20
SWING_PEAK_RAD_S = 1.5
SWING_SAMPLES = (15, 120)
FLAT_RAD = 0.35  # a foot at rest stands as it stood before, but for a turn of the ground under it
LANDING_JERK = 400.0  # m/s³; voisard's last steps reach 1000 and more, a raised heel 100
LANDING_SAMPLES = 20
MEMORY = 400  # samples kept for looking back over a lobe


class Step(Struct, frozen=True):
    """A lift or a contact, and the swing it begins or ends.

    sign : of the swing's pitch rate, -1 (toe-up) is forward.  angle, peak : rad, rad/s of the swing.
    swing_s : its duration.  rest_before, rest_within : longest rest in the lobe before the swing
    and in it, samples.  angle_before, peak_before : of the lobe before.
    """

    kind: Literal["lift", "contact"]
    t: float
    at: float
    sign: int
    angle: float = 0.0
    peak: float = 0.0
    swing_s: float = 0.0
    rest_before: int = 0
    rest_within: int = 0
    angle_before: float = 0.0
    peak_before: float = 0.0


class Lobe(Struct, frozen=True):
    """From one turning point of the angle to the next."""

    start_t: float
    end_t: float
    angle: float
    peak: float
    rest: int


class Cycle:
    """Follows one foot; takes samples in order and gives its lifts and contacts."""

    def __init__(self) -> None:
        self._n = 0  # samples so far
        self._angle = 0.0
        self._run = 0  # samples at rest in a row
        self._rates: list[float] = []  # the last samples' absolute rates ...
        self._runs: list[int] = []  # ... their runs of rest ...
        self._impacts: list[float] = []  # ... and jerks, for looking back
        self._way = 0  # the angle grows (+1), shrinks (-1), not yet known (0)
        self._turn = 0.0  # extreme angle of this lobe so far, and its sample
        self._turn_n = 0
        self._start = 0.0  # angle and sample of the last turning point
        self._start_n = 0
        self._before: Lobe | None = None
        self._sign = 0  # sign of the last swing
        self._flat = 0.0  # angle at the last rest
        self._angle_here = 0.0

    def forget(self) -> None:
        """Start anew after samples that cannot be believed; the direction is kept."""
        self._way = 0
        self._before = None
        self._run = 0
        self._start = self._turn = self._angle
        self._start_n = self._turn_n = self._n

    def feed(self, t: Floats, rate: Floats, rest: Bools, jerk: Floats) -> list[Step]:
        """Take times, pitch rates, marks of rest and sizes of jerk (m/s³); give what happened."""
        steps: list[Step] = []
        angles = np.add.accumulate(np.concatenate(((self._angle,), rate * DT_S)))[1:]
        runs = self._count(rest)
        self._rates = self._rates[-MEMORY:] + np.abs(rate).tolist()
        self._runs = self._runs[-MEMORY:] + runs
        self._impacts = self._impacts[-MEMORY:] + jerk.tolist()
        ahead = len(self._runs) - len(runs)
        first = self._n
        previous = self._angle
        for k, (angle, run) in enumerate(zip(angles.tolist(), runs, strict=True)):
            self._n = first + k
            back = (self._turn - angle) * self._way
            if self._way == 0:
                self._begin(angle)
            elif back <= 0.0:
                self._turn, self._turn_n = angle, self._n
            elif back > BACK_RAD:
                part = (back - BACK_RAD) / max(abs(angle - previous), 1e-9)
                now = float(t[k])
                steps += self._turned(now, now - min(part, 1.0) * DT_S, ahead + k)
                self._turn, self._turn_n = angle, self._n
            if run == REST_RUN and self._way:
                self._angle_here = angle
                steps += self._rested(float(t[k]), ahead + k)
            previous = angle
        self._n = first + len(runs)
        self._angle = previous
        return steps

    def _count(self, rest: Bools) -> list[int]:
        run = self._run
        runs: list[int] = []
        for still in rest.tolist():
            run = run + 1 if still else 0
            runs.append(run)
        self._run = run
        return runs

    def _begin(self, angle: float) -> None:
        if abs(angle - self._start) > BACK_RAD:
            self._way = 1 if angle > self._start else -1
            self._turn, self._turn_n = angle, self._n

    def _lobe(self, now: float, here: int) -> Lobe:
        """Look back over the lobe that ended at the turning point; ``here`` indexes this sample."""
        oldest = max(0, here - MEMORY)
        end = max(oldest, here - (self._n - self._turn_n))
        start = max(oldest, here - (self._n - self._start_n))
        return Lobe(
            start_t=now - (self._n - self._start_n) * DT_S,
            end_t=now - (self._n - self._turn_n) * DT_S,
            angle=self._turn - self._start,
            peak=max(self._rates[start : end + 1]),
            rest=max(self._runs[start : end + 1]),
        )

    def _is_swing(self, lobe: Lobe) -> bool:
        samples = round((lobe.end_t - lobe.start_t) / DT_S)
        return (
            abs(lobe.angle) >= SWING_RAD
            and lobe.peak >= SWING_PEAK_RAD_S
            and SWING_SAMPLES[0] <= samples <= SWING_SAMPLES[1]
            and self._before is not None
            and lobe.rest < max(REST_RUN, min(PAUSE_RUN, self._before.rest // 2))
            and (self._before.rest >= REST_RUN or self._sign == self._way)
        )

    def _turned(self, now: float, back_t: float, here: int) -> list[Step]:
        """Judge the lobe that ended ``BACK_RAD`` ago: a swing, a stance or neither."""
        lobe = self._lobe(now, here)
        steps: list[Step] = []
        if self._is_swing(lobe):
            steps.append(self._contact(lobe, back_t - LATE_S, now))
        elif lobe.rest >= REST_RUN and abs(lobe.angle) >= BACK_RAD:
            t = lobe.end_t - LIFT_EARLY_S
            steps.append(Step(kind="lift", t=t, at=now, sign=-self._way))
        self._before = lobe
        self._way = -self._way
        self._start, self._start_n = self._turn, self._turn_n
        return steps

    def _contact(self, lobe: Lobe, t: float, now: float) -> Step:
        before = self._before
        assert before is not None
        self._sign = self._way
        return Step(
            kind="contact",
            t=max(t, lobe.end_t),
            at=now,
            sign=self._way,
            angle=lobe.angle,
            peak=lobe.peak,
            swing_s=lobe.end_t - lobe.start_t,
            rest_before=before.rest,
            rest_within=lobe.rest,
            angle_before=before.angle,
            peak_before=before.peak,
        )

    def _rested(self, now: float, here: int) -> list[Step]:
        """A foot that rests flat after a swing has landed, though its sole did not turn back."""
        lobe = self._lobe(now, here)
        flat = abs(self._angle_here - self._flat) < FLAT_RAD
        self._flat = self._angle_here
        start = max(0, here - LANDING_SAMPLES)
        impacts = self._impacts[start : here + 1]
        hardest = max(impacts)
        if not (flat and hardest >= LANDING_JERK and self._is_swing(lobe)):
            return []
        t = now - (here - start - impacts.index(hardest)) * DT_S
        steps = [self._contact(lobe, t - LATE_S, now)]
        self._before = lobe
        self._way = 0
        self._start, self._start_n = self._angle_here, self._n
        return steps
