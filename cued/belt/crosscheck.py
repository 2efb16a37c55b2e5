"""Cross-check of a treadmill's speed against the feet.

A foot's trajectory is a few percent off, depending on wearer and sensor. Wrong reports are off by
far more: a machine that always says 0, miles for kilometres (0.621 or 1.609 times), a runner who
walks elsewhere. Consecutive strides that all contradict the report for ``LASTS_S`` raise a doubt.
Single strides scatter, so their mean decides which doubt. As many that agree end it. While they
agree, each sensor's bias is learned.

A console that lags, or reports the speed that the belt is heading for, is only wrong for a while:
one that agreed before gets ``LAGS_S``, and no doubt is raised while the contradiction grows or
shrinks.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from math import sqrt
from statistics import fmean

STEPS, LASTS_S = 4, 5.3  # chosen: a slow foot's four strides take 5 s; longer than a console lags
MANY_STEPS = 8  # need not last LASTS_S, unless the console has reported no speed and may be late
LAGS_S = 6.3  # consoles report 0.5 to 2 s late, some up to 5
REMEMBERED = 24  # strides of two feet in LAGS_S
SCATTER, MOVES = 0.045, 2.4  # least scatter of strides, relative; halves this far apart are a trend
STANDS_M_S, WALKS_M_S = 0.05, 0.3  # no belt runs this slowly; nobody walks this slowly by accident
MILES = 1.609344  # kilometres
UNIT_WITHIN = 0.15  # relative, of a mean; a foot is mostly within 10 %, a belt within 3 %
FITS = 0.25  # relative; more than any bias or the scatter of strides
LEAST_FACTOR, MOST_FACTOR = 0.5, 2.0  # bounds of the option (devices/_treadmill_options.py)
LEARNS = 0.1  # per stride: a time constant of ten


class CrossCheck:
    """Compares the reported speed with each foot's."""

    def __init__(self) -> None:
        self.doubt = ""
        self.factor = 1.0  # corrects the reported speed
        self._fits = True
        self._agreed = False
        self._since = 0.0  # when the run began
        self._run: deque[float] = deque(maxlen=REMEMBERED)  # reported over walked speed
        self._bias: dict[str, float] = {}

    def corrected(self, sensor: str, speed_m_s: float) -> float:
        """Return a foot's speed without its bias, as far as that is known."""
        return speed_m_s * self._bias.get(sensor, 1.0)

    def calibrated(self, sensor: str) -> bool:
        """Return whether the sensor was ever compared with a trusted speed."""
        return sensor in self._bias

    def compare(self, t: float, sensor: str, speed_m_s: float, reported_m_s: float) -> None:
        """Compare a stride, known at ``t``, with the reported speed."""
        ratio = reported_m_s / speed_m_s if speed_m_s > 0.0 else 1.0
        fits = speed_m_s < WALKS_M_S or abs(ratio - 1.0) < FITS
        if fits != self._fits:
            self._run.clear()
        if not self._run:
            self._since = t
        self._fits = fits
        self._run.append(ratio)
        if fits and not self.doubt and reported_m_s > WALKS_M_S:
            bias = self._bias.get(sensor, 1.0)
            self._bias[sensor] = bias + LEARNS * (ratio - bias)
        if self._is_enough(t, reported_m_s):
            self._conclude(reported_m_s)

    def doubt_zero(self) -> bool:
        """Doubt a treadmill that says 0 under a walker; return whether the doubt is new."""
        new, self.doubt = not self.doubt, self.doubt or "zero"
        return new

    def restart(self) -> None:
        """Start again, because the treadmill reports another speed."""
        if self.doubt != "unit":
            self.doubt = ""
        self._run.clear()

    def _is_enough(self, t: float, reported_m_s: float) -> bool:
        late = not self._fits and (self._agreed or reported_m_s < STANDS_M_S)
        lasts_s = LAGS_S if self._agreed and not self._fits else LASTS_S
        lasted = len(self._run) >= STEPS and t - self._since >= lasts_s
        if not lasted and (late or len(self._run) < MANY_STEPS):
            return False
        return self._fits or not self._moves()

    def _moves(self) -> bool:
        """Return whether the contradiction grows or shrinks."""
        run, n = list(self._run), len(self._run)
        early, late = fmean(run[: n // 2]), fmean(run[-(n // 2) :])
        uneven = sqrt(fmean((b - a) ** 2 for a, b in pairwise(run)) / 2.0)
        scatter = max(SCATTER * max(early, late), uneven)
        return abs(late - early) > MOVES * scatter * 2.0 / sqrt(n)

    def _conclude(self, reported_m_s: float) -> None:
        if self._fits:
            self.doubt, self._agreed = "", True
        elif reported_m_s < STANDS_M_S:
            self.doubt = "zero"
        elif self.doubt not in ("unit", "off_belt"):  # the first of the two stays: strides scatter
            ratio = fmean(self._run)
            self.factor = MILES if ratio < 1.0 else 1.0 / MILES
            self.doubt = "unit" if abs(ratio * self.factor - 1.0) < UNIT_WITHIN else "off_belt"


def advice(doubt: str, reported: float, walked: float | None, factor: float, used: str) -> str:
    """Return one line: what is wrong, and what to do.

    factor : the value to configure; 0 where none can be.
    used : the kind of source that replaces it, or "none".
    """
    who = "somebody walks" if walked is None else f"the feet walk at {walked:.2f}"
    said = f"the treadmill says {reported:.2f} m/s where {who}"
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
