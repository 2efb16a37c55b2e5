"""Doubts a treadmill's speed if the feet contradict it.

A foot's trajectory is a few percent off, by wearer and sensor; told speeds that are wrong are off
by far more: a machine that always says 0, miles for kilometres (0.621 or 1.609 times), a runner who
walks elsewhere. Strides in a row that all contradict what is told for ``LASTS_S`` raise a doubt.
What kind it is their mean says, for single strides scatter. As many that agree end it. Where they
agree, each sensor's bias is learned.

Consoles that lag, or tell where the belt is going, are right but for the time: those that agreed
before are given ``LAGS_S``, and a contradiction that grows or shrinks is waited for.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from math import sqrt
from statistics import fmean

STEPS, LASTS_S = 4, 5.3  # chosen: a slow foot's, at four strides in 5 s; longer than a late console
MANY_STEPS = 8  # so many need not last, unless the console told no speed yet and may only be late
LAGS_S = 6.3  # consoles tell 0.5 to 2 s late, some up to 5
REMEMBERED = 24  # strides of two feet in LAGS_S
SCATTER, MOVES = 0.045, 2.4  # of strides at least, relative; deviations between halves that are one
STANDS_M_S, WALKS_M_S = 0.05, 0.3  # no belt runs so slowly; nobody walks so slowly by accident
MILES = 1.609344  # kilometres
UNIT_WITHIN = 0.15  # relative, of a mean; a foot is mostly within 10 %, a belt within 3 %
FITS = 0.25  # relative; neither a bias nor another stride makes more
LEAST_FACTOR, MOST_FACTOR = 0.5, 2.0  # that can be configured (devices/_treadmill_options.py)
LEARNS = 0.1  # per stride: a time constant of ten


class CrossCheck:
    """Compares the reported speed with each foot's."""

    def __init__(self) -> None:
        self.doubt = ""
        self.factor = 1.0  # what the told speed is to be multiplied by
        self._fits = True
        self._agreed = False
        self._since = 0.0  # of the run
        self._run: deque[float] = deque(maxlen=REMEMBERED)  # told over walked
        self._bias: dict[str, float] = {}

    def corrected(self, sensor: str, speed_m_s: float) -> float:
        """Return the speed of a foot without its bias, as far as that is known."""
        return speed_m_s * self._bias.get(sensor, 1.0)

    def calibrated(self, sensor: str) -> bool:
        """Return whether a trusted speed was ever there."""
        return sensor in self._bias

    def compare(self, t: float, sensor: str, speed_m_s: float, told_m_s: float) -> None:
        """Process a stride, known at ``t``, against what is told."""
        ratio = told_m_s / speed_m_s if speed_m_s > 0.0 else 1.0
        fits = speed_m_s < WALKS_M_S or abs(ratio - 1.0) < FITS
        if fits != self._fits:
            self._run.clear()
        if not self._run:
            self._since = t
        self._fits = fits
        self._run.append(ratio)
        if fits and not self.doubt and told_m_s > WALKS_M_S:
            bias = self._bias.get(sensor, 1.0)
            self._bias[sensor] = bias + LEARNS * (ratio - bias)
        if self._is_enough(t, told_m_s):
            self._conclude(told_m_s)

    def call_zero(self) -> bool:
        """Doubt a treadmill that says 0 under a walker and return whether the doubt is new."""
        new, self.doubt = not self.doubt, self.doubt or "zero"
        return new

    def believe(self) -> None:
        """Start again: the treadmill reports another speed."""
        if self.doubt != "unit":
            self.doubt = ""
        self._run.clear()

    def _is_enough(self, t: float, told_m_s: float) -> bool:
        late = not self._fits and (self._agreed or told_m_s < STANDS_M_S)
        lasts_s = LAGS_S if self._agreed and not self._fits else LASTS_S
        lasted = len(self._run) >= STEPS and t - self._since >= lasts_s
        if not lasted and (late or len(self._run) < MANY_STEPS):
            return False
        return self._fits or not self._moves()

    def _moves(self) -> bool:
        """Return whether a contradiction is not the same all the time."""
        run, n = list(self._run), len(self._run)
        early, late = fmean(run[: n // 2]), fmean(run[-(n // 2) :])
        uneven = sqrt(fmean((b - a) ** 2 for a, b in pairwise(run)) / 2.0)
        scatter = max(SCATTER * max(early, late), uneven)
        return abs(late - early) > MOVES * scatter * 2.0 / sqrt(n)

    def _conclude(self, told_m_s: float) -> None:
        if self._fits:
            self.doubt, self._agreed = "", True
        elif told_m_s < STANDS_M_S:
            self.doubt = "zero"
        elif self.doubt not in ("unit", "off_belt"):  # one of them is told, whatever scatters
            ratio = fmean(self._run)
            self.factor = MILES if ratio < 1.0 else 1.0 / MILES
            self.doubt = "unit" if abs(ratio * self.factor - 1.0) < UNIT_WITHIN else "off_belt"


def advice(doubt: str, told: float, walked: float | None, factor: float, used: str) -> str:
    """Return one line: what is wrong, and what to do.

    factor : what is to be configured in all; 0 where nothing can be.
    used : which kind of source stands in for it, or "none".
    """
    who = "somebody walks" if walked is None else f"the feet walk at {walked:.2f}"
    said = f"the treadmill says {told:.2f} m/s where {who}"
    stands_in = {
        "console": "another treadmill",
        "feet": "the feet's speed",
        "sensor": "the belt sensor",
        "typed": "what was typed",
    }
    meanwhile = f"{stands_in[used]} is used meanwhile" if used in stands_in else "it is not used"
    if doubt == "zero":
        return f"{said}: unlock it in its own app, or use a belt sensor; {meanwhile}"
    if doubt == "unit":
        offered = LEAST_FACTOR < factor < MOST_FACTOR
        todo = f"set speed_factor = {factor:.3f} for it" if offered else "its unit is wrong"
        return f"{said}: {todo}; {meanwhile}"
    if doubt == "off_belt":
        return f"{said}: is somebody on it? {meanwhile}"
    return f"the treadmill says that it stands ({doubt}): its speed is not used until it runs again"
