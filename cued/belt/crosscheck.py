"""Doubts a treadmill's speed if the feet contradict it.

A foot's trajectory is a few percent off, by wearer and sensor; told speeds that are wrong are off
by far more: a machine that always says 0, miles for kilometres (0.621 or 1.609 times), a runner who
walks elsewhere. Strides in a row that all contradict what is told raise a doubt: ``STEPS`` of them,
or fewer that lasted, as of one foot that walks slowly. What kind it is their mean says, for single
strides scatter. As many that agree end it. Where they agree, each sensor's bias is learned.
"""

from __future__ import annotations

from collections import deque
from statistics import fmean

STEPS = 8  # chosen: their mean scatters a third as much as one stride
FEW_STEPS, LASTS_S = 4, 5.0  # chosen: a slow foot's, at four strides in 5 s
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
        self._run: deque[tuple[float, float]] = deque(maxlen=STEPS)  # (t, told over walked)
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
        self._fits = fits
        self._run.append((t, ratio))
        if fits and not self.doubt and told_m_s > WALKS_M_S:
            bias = self._bias.get(sensor, 1.0)
            self._bias[sensor] = bias + LEARNS * (ratio - bias)
        if self._is_enough(t):
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

    def _is_enough(self, t: float) -> bool:
        lasted = len(self._run) >= FEW_STEPS and t - self._run[0][0] >= LASTS_S
        return lasted or len(self._run) == STEPS

    def _conclude(self, told_m_s: float) -> None:
        if self._fits:
            self.doubt = ""
        elif told_m_s < STANDS_M_S:
            self.doubt = "zero"
        elif self.doubt not in ("unit", "off_belt"):  # one of them is told, whatever scatters
            ratio = fmean(ratio for _, ratio in self._run)
            self.factor = MILES if ratio < 1.0 else 1.0 / MILES
            self.doubt = "unit" if abs(ratio * self.factor - 1.0) < UNIT_WITHIN else "off_belt"


def advice(doubt: str, told: float, walked: float | None, factor: float) -> str:
    """Return one line: what is wrong, and what to do.

    factor : what is to be configured in all; 0 where nothing can be.
    """
    who = "somebody walks" if walked is None else f"the feet walk at {walked:.2f}"
    said = f"the treadmill says {told:.2f} m/s where {who}"
    if doubt == "zero":
        meanwhile = "it is not used" if walked is None else "the feet are used meanwhile"
        return f"{said}: unlock it in its own app, or use a belt sensor; {meanwhile}"
    if doubt == "unit":
        offered = LEAST_FACTOR < factor < MOST_FACTOR
        todo = f"set speed_factor = {factor:.3f} for it" if offered else "its unit is wrong"
        return f"{said}: {todo}; the feet's speed is used meanwhile"
    if doubt == "off_belt":
        return f"{said}: is somebody on it? the feet's speed is used meanwhile"
    return f"the treadmill says that it stands ({doubt}): its speed is not used until it runs again"
