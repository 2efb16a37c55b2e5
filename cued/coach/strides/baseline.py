"""Baselines: the wearer's stride time and its spread, by direction, mode, speed and incline.

Rules of this file
------------------
* Everything is judged against the wearer's own strides under like conditions, never against a
  norm: no published threshold for overstriding backward is known (docs/coaching.md).
* A bin is 0.1 m/s of belt speed and 1 % of incline; each foot has its own bins, so that a series
  holds non-overlapping strides. The first 25 clean strides of a bin make its baseline (median,
  robust spread); 8 strides after any change are discarded.
* With three bins known, log T = a + b log v gives the stride time at a speed not yet seen.
* Stride time wanders (1/f noise), so 25 strides show less spread than ten minutes do, and their
  median is not the session's. Hence two deviations from the plain rule, both measured in
  tests/coach/test_overlong_stride.py: the spread is scaled up to that of ten minutes of 1/f
  noise, and the reference follows strides in range, slowly and within narrow bounds.
"""

from __future__ import annotations

import math

from msgspec import Struct

from cued.gait.ordinary import SPEED_BIN_M_S, UNKNOWN_BIN, Terms, usual
from cued.model import Belt, Stride

EARLY_STRIDES = 10  # the mean of ten strides is known to a third of their spread
OPENING_STRIDES = 25  # clean strides of a bin; chosen, tried in docs/overlong.md
DISCARDED_STRIDES = 8  # after any change of the belt
INCLINE_BIN_PERCENT = 1.0  # chosen
NO_STRIDE = 0.4  # a stride 40 % off is a missed or an extra contact, not a stride
FOLLOW = 0.02  # per stride: a time constant of 50 strides
FOLLOW_WITHIN = 0.03  # the furthest that the reference moves from the opening median
IN_RANGE = 0.025  # half of the least threshold of a cue: strides out of range are not learned
LEAST_CV = 0.005  # finer than any sensor resolves
PERSISTENCE = 0.5  # spectral exponent of stride time: fluctuation exponent 0.75 (step_change.py)
SESSION_STRIDES = 600  # ten minutes


class Baseline(Struct, frozen=True, kw_only=True):
    """A bin's stride time, s, and its coefficient of variation.

    opened_s : of the opening strides, and fixed; stride_s follows slowly.
    fitted : inferred from other speeds.
    """

    stride_s: float
    opened_s: float
    cv: float
    strides: int
    fitted: bool = False


def terms_of(stride: Stride, belt: Belt | None) -> Terms | None:
    """Return a stride's bin, or None if it is not known."""
    if belt is None or belt.speed_m_s <= 0.0:
        return None
    return unreported(stride, *bins_of(belt))


def unreported(
    stride: Stride, speed: int = UNKNOWN_BIN, incline: int = UNKNOWN_BIN
) -> Terms | None:
    """Return a stride's bin on a belt of unreported speed, assumed constant."""
    if stride.direction == "unknown" or stride.mode not in ("walking", "running"):
        return None
    return Terms(stride.side, stride.direction, stride.mode, speed, incline)


def bins_of(belt: Belt) -> tuple[int, int]:
    """Return the bin numbers of a belt's speed and incline."""
    speed = round(belt.speed_m_s / SPEED_BIN_M_S)
    return speed, round(belt.incline_percent / INCLINE_BIN_PERCENT)


def spread_of_session(spread: float, strides: int) -> float:
    """Scale the spread of a few strides of 1/f noise up to that of ten minutes.

    The mean of n samples of fractional noise with exponent a has a variance of n^(a-1) times that
    of one, so a sample of n shows 1 - n^(a-1) of it (Beran 1994, Statistics for Long-Memory
    Processes, section 8.2).
    """
    if strides >= SESSION_STRIDES:
        return spread
    seen = 1.0 - float(strides) ** (PERSISTENCE - 1.0)
    whole = 1.0 - float(SESSION_STRIDES) ** (PERSISTENCE - 1.0)
    return spread * math.sqrt(whole / seen)


class Learned:
    """Learns one bin's baseline."""

    def __init__(self) -> None:
        self.baseline: Baseline | None = None  # once the opening strides are complete
        self._opening: list[float] = []
        self._variance = 0.0
        self._trend = 0.0

    def early(self, least: int) -> Baseline | None:
        """Return the baseline, or one from the first strides if there are at least ``least``."""
        if self.baseline or len(self._opening) < least:
            return self.baseline
        middle, spread = usual(self._opening)
        return _baseline(middle, middle, spread / middle, len(self._opening))

    @property
    def count(self) -> int:
        """The number of strides learned."""
        return self.baseline.strides if self.baseline else len(self._opening)

    def learn(self, stride_s: float) -> None:
        """Learn a clean stride."""
        if self.baseline:
            self._follow(stride_s, self.baseline)
        else:
            self._open(stride_s)

    def _open(self, stride_s: float) -> None:
        opening = self._opening
        opening.append(stride_s)
        if len(opening) < OPENING_STRIDES:
            return
        middle, spread = usual(opening)
        self._variance = (spread / middle) * (spread / middle)
        self.baseline = _baseline(middle, middle, math.sqrt(self._variance), len(opening))

    def _follow(self, stride_s: float, own: Baseline) -> None:
        r = stride_s / own.stride_s - 1.0
        if abs(r) > NO_STRIDE:
            return
        self._trend += 0.2 * (r - self._trend)
        if abs(self._trend) > max(IN_RANGE, math.sqrt(self._variance)):
            return
        strides = min(own.strides + 1, 200)
        share = min(r * r, 9.0 * max(self._variance, LEAST_CV**2))
        self._variance += (share - self._variance) / strides
        moved = own.stride_s + FOLLOW * (stride_s - own.stride_s)
        low, high = own.opened_s * (1 - FOLLOW_WITHIN), own.opened_s * (1 + FOLLOW_WITHIN)
        moved = min(max(moved, low), high)
        self.baseline = _baseline(moved, own.opened_s, math.sqrt(self._variance), strides)


def _baseline(stride_s: float, opened_s: float, spread: float, strides: int) -> Baseline:
    cv = max(LEAST_CV, spread_of_session(spread, strides))
    return Baseline(stride_s=stride_s, opened_s=opened_s, cv=cv, strides=strides)


class Baselines:
    """All bins of a session."""

    def __init__(self) -> None:
        self._bins: dict[Terms, Learned] = {}

    def learn(self, key: Terms, stride_s: float) -> None:
        """Learn a clean, settled stride."""
        self._bins.setdefault(key, Learned()).learn(stride_s)

    def of(self, key: Terms, speed_m_s: float) -> Baseline | None:
        """Return a bin's baseline, or one fitted from three other speeds, or None."""
        known = self._bins.get(key)
        if known is not None and known.baseline is not None:
            return known.baseline
        return self._fitted(key, speed_m_s)

    def add(self, others: Baselines) -> None:
        """Add the bins of other baselines."""
        self._bins.update(others._bins)

    def opening(self, key: Terms, least: int = EARLY_STRIDES) -> Baseline | None:
        """Return a bin's baseline, or one from its first strides, or None."""
        known = self._bins.get(key)
        return known.early(least) if known is not None else None

    def values(self, key: Terms) -> int:
        """Return the number of strides learned in a bin."""
        known = self._bins.get(key)
        return known.count if known is not None else 0

    def all(self) -> dict[Terms, Baseline]:
        """Return every bin whose baseline is complete."""
        found = {key: known.baseline for key, known in self._bins.items()}
        return {key: b for key, b in found.items() if b is not None}

    def _fitted(self, key: Terms, speed_m_s: float) -> Baseline | None:
        like = [
            (b.speed, v)
            for b, v in self.all().items()
            if b._replace(speed=0) == key._replace(speed=0)
        ]
        if len(like) < 3:
            return None
        x = [math.log(max(speed, 1) * SPEED_BIN_M_S) for speed, _ in like]
        y = [math.log(v.stride_s) for _, v in like]
        mx, my = sum(x) / len(x), sum(y) / len(y)
        slope = sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / sum(
            (a - mx) ** 2 for a in x
        )
        t = math.exp(my + slope * (math.log(speed_m_s) - mx))
        cv = max(v.cv for _, v in like)
        return Baseline(
            stride_s=t, opened_s=t, cv=cv, strides=sum(v.strides for _, v in like), fitted=True
        )
