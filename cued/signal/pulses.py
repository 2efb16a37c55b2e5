"""The belt's speed from pulses: strips of tape passing a light sensor, or a magnet on a roller.

Method: after as many pulses as there are marks the belt has made one round, wherever the marks are
stuck. The share of a round between two marks is learnt from rounds at a steady speed, and from then
on the time between two pulses gives the speed. It is measured over the pulses of the last
``WINDOW_S``, short enough to show how the belt slows at each landing of a foot.

Rules
-----
* A pulse far too early for the next mark is bounce or dirt and is ignored, unless several in a row
  are early; one that comes as late as several marks means that some were missed.
* After a halt or a miscount the marks are identified again by the shift that fits the shares.
* While a pulse is overdue the speed falls accordingly; after ``STANDS_S`` the belt stands. So marks
  must be no further apart than 0.45 m, which is 1.5 s at 0.3 m/s.

Delay: half a gap between marks, or half the window. Accuracy, simulated at 0.3 to 5 m/s with eight
uneven strips on 3 m and a jitter of 0.2 ms: ``tests/signal/test_pulses.py``. Never tried on a
belt.
"""

from __future__ import annotations

from collections import deque
from math import log

WINDOW_S = 0.15  # shorter than a landing slows the belt, see above
STANDS_S = 1.5  # marks 0.45 m apart at 0.3 m/s, see above
LEARN_ROUNDS = 3  # before that the marks count as evenly spaced
LEARN_RATE = 0.05  # weight of a later round
STEADY = 0.03  # rounds that differ by less were at one speed
EARLY, LATE = 0.75, 1.4  # of the expected time: no change of speed does this in one gap
BOUNCE = 0.25  # the same before the uneven marks are learnt
MISSED_MOST = 5  # chosen: with more missing the next round is aligned again
EARLY_MOST = 4  # in a row: then the belt is faster
MISFIT = 0.05  # mean error of a round's gaps, as a logarithm, that means a miscount
LEAPS, LEAPS_RATE = 0.12, 0.4  # a belt changes by 0.1 at most as a foot lands
FASTEST_M_S = 8.0  # no treadmill for people is faster
# Relative: tape stuck by hand, and the learnt round (tests/signal/test_pulses.py).
UNLEARNT_ERROR, LEARNT_ERROR = 0.05, 0.005


class Pulses:
    """Computes the belt's speed from the times of pulses.

    length_m : of one round: the belt's length, or the roller's circumference.
    marks : pulses in a round.
    """

    def __init__(self, length_m: float, marks: int) -> None:
        self._marks = marks
        self._length = length_m
        self._shares = [1.0 / marks] * marks
        self._learnt = [0] * marks  # rounds that went into each
        self._sure = marks == 1  # about which mark is which
        self._next = 0  # the gap that ends with the next pulse
        self._gaps: deque[float] = deque(maxlen=marks)  # s, the latest ones, none missing
        self._round_s = 0.0
        self._recent: deque[tuple[float, float]] = deque()  # (t, m since the pulse before)
        self._last: float | None = None
        self._speed = 0.0
        self._early = 0
        self._leaps = 0.0  # mean change of speed from gap to gap, as a logarithm

    @property
    def error(self) -> float:
        """Relative uncertainty of the speed, one sigma."""
        return LEARNT_ERROR if self._sure else UNLEARNT_ERROR

    def feed(self, t: float) -> float | None:
        """Process a pulse and return the speed, m/s, or None if it gives none."""
        if self._last is None or t - self._last >= STANDS_S:
            self._begin(t)
            return None
        passed = t - self._last
        gaps = self._count(passed)
        if not gaps:
            return None
        self._last, self._early = t, 0
        distance = sum(self._gap_m(i) for i in range(gaps))
        self._recent.append((t, distance))
        self._compare(passed, distance)
        self._next = (self._next + gaps) % self._marks
        self._note(passed, gaps)
        self._speed = self._over_window(t, passed)
        return self._speed

    def overdue(self, t: float) -> float | None:
        """Return the lower speed if the next pulse is overdue, 0 if the belt stands, else None."""
        if self._last is None:
            return 0.0
        waited = t - self._last
        if waited >= STANDS_S:
            self._speed = 0.0
            return 0.0
        late = self._speed > 0.0 and waited * self._speed > LATE * self._gap_m(0)
        return self._gap_m(0) / waited if late else None

    def _begin(self, t: float) -> None:
        self._last, self._speed, self._early = t, 0.0, 0
        self._recent.clear()
        self._recent.append((t, 0.0))
        self._lose_count()

    def _lose_count(self) -> None:
        self._gaps.clear()
        self._round_s = self._leaps = 0.0
        self._sure = self._marks == 1

    def _compare(self, passed: float, distance: float) -> None:
        """Drop the count if the speed leaps from gap to gap: dirt was counted as a mark."""
        if not self._sure or not self._speed:
            return
        off = abs(log(passed * self._speed / distance))
        self._leaps += LEAPS_RATE * (off - self._leaps)
        if self._leaps > LEAPS:
            self._lose_count()

    def _gap_m(self, ahead: int) -> float:
        """Return the length of the gap ``ahead`` gaps after the present one, m."""
        return self._shares[(self._next + ahead) % self._marks] * self._length

    def _count(self, passed: float) -> int:
        """Return the number of gaps since the last mark, 0 if this pulse is no mark."""
        if passed * FASTEST_M_S < BOUNCE * self._gap_m(0):
            return 0
        if not self._speed:
            return 1
        expected = self._gap_m(0) / self._speed
        if passed < BOUNCE * expected:
            return 0
        if self._sure and passed < EARLY * expected and self._early < EARLY_MOST:
            self._early += 1
            return 0
        if not self._sure or passed <= LATE * expected:
            return 1
        distances = [sum(self._gap_m(i) for i in range(n)) for n in range(1, MISSED_MOST + 1)]
        misfits = [abs(log(passed * self._speed / distance)) for distance in distances]
        return 1 + misfits.index(min(misfits))

    def _note(self, passed: float, gaps: int) -> None:
        """Add a gap to the round; learn from it, or correct a miscount of the marks."""
        if gaps > 1:
            self._gaps.clear()
            self._round_s = 0.0
            return
        self._gaps.append(passed)
        if len(self._gaps) < self._marks or self._marks == 1:
            return
        whole, before = sum(self._gaps), self._round_s
        self._round_s = whole
        if min(self._learnt) >= LEARN_ROUNDS:
            self._align(whole)
        if not before or abs(log(whole / before)) > STEADY:
            return
        if min(self._learnt) < LEARN_ROUNDS or self._sure:
            self._learn(passed / whole)

    def _learn(self, found: float) -> None:
        mark = (self._next - 1) % self._marks
        self._learnt[mark] += 1
        weight = max(LEARN_RATE, 1.0 / self._learnt[mark])
        self._shares[mark] += weight * (found - self._shares[mark])
        if self._learnt[mark] >= LEARN_ROUNDS:
            total = sum(self._shares)
            self._shares = [share / total for share in self._shares]
        self._sure = self._sure or min(self._learnt) >= LEARN_ROUNDS

    def _align(self, whole: float) -> None:
        """Shift the marks until the round's gaps fit their shares best."""
        shifts = range(self._marks)
        misfits = [self._misfit(whole, shift) for shift in shifts]
        best = misfits.index(min(misfits))
        if misfits[0] > MISFIT and misfits[best] < misfits[0] / 2:
            self._next = (self._next + best) % self._marks
            self._sure = True
        else:
            self._sure = misfits[0] <= MISFIT

    def _misfit(self, whole: float, shift: int) -> float:
        """Return the mean error of the round's gaps if ``shift`` marks had been missed."""
        first = self._next + shift  # in a whole round the oldest gap has the next one's place
        errors = (
            abs(log(gap / whole / self._shares[(first + i) % self._marks]))
            for i, gap in enumerate(self._gaps)
        )
        return sum(errors) / self._marks

    def _over_window(self, t: float, passed: float) -> float:
        span = max(WINDOW_S, passed) + 1e-9
        while len(self._recent) > 2 and self._recent[1][0] <= t - span:
            self._recent.popleft()
        began = self._recent[0][0]
        if began < t - span and len(self._recent) > 2:
            began = self._recent[1][0]
        return sum(distance for at, distance in self._recent if at > began) / (t - began)
