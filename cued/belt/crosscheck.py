"""Doubt about a treadmill's speed: what it tells against what the feet walk at.

A foot's trajectory is a few percent off, by wearer and sensor; told speeds that are wrong are off
by far more: a machine that always says 0, miles for kilometres (0.621 or 1.609 times), a runner who
walks elsewhere. ``STEPS`` strides in a row of the same kind (about 5 s of walking) raise a doubt,
as many that agree end it. Where they agree, each sensor's bias is learned.
"""

from __future__ import annotations

STEPS = 8
STANDS_M_S, WALKS_M_S = 0.05, 0.3
MILES = 1.609344
UNIT_WITHIN = 0.12  # relative; a foot is within 5 %, a belt within 3 %
FITS = 0.25  # relative; neither a bias nor another stride makes more
LEARNS = 0.1  # per stride: a time constant of ten


class CrossCheck:
    """Compares foot by foot with what is told."""

    def __init__(self) -> None:
        self.doubt = ""
        self.factor = 1.0  # what the told speed is to be multiplied by
        self._kind = ""
        self._steps = 0
        self._bias: dict[str, float] = {}

    def corrected(self, sensor: str, speed_m_s: float) -> float:
        """Return the speed of a foot without its bias, as far as that is known."""
        return speed_m_s * self._bias.get(sensor, 1.0)

    def calibrated(self, sensor: str) -> bool:
        """Return whether a trusted speed was ever there."""
        return sensor in self._bias

    def compare(self, sensor: str, speed_m_s: float, told_m_s: float) -> bool:
        """Process a stride against what is told; return whether the doubt is another now."""
        kind = _judged(told_m_s, speed_m_s)
        self._steps = self._steps + 1 if kind == self._kind else 1
        self._kind = kind
        if not kind and not self.doubt and told_m_s > WALKS_M_S:
            bias = self._bias.get(sensor, 1.0)
            self._bias[sensor] = bias + LEARNS * (told_m_s / speed_m_s - bias)
        if self._steps < STEPS or kind == self.doubt:
            return False
        self.doubt = kind
        self.factor = MILES if told_m_s < speed_m_s else 1.0 / MILES
        return True

    def believe(self) -> None:
        """Begin anew: the treadmill tells something else."""
        if self.doubt != "unit":
            self.doubt = ""
        self._kind, self._steps = "", 0


def _judged(told: float, walked: float) -> str:
    """Return what is wrong with a told speed, or nothing."""
    if walked < WALKS_M_S:
        return ""
    if told < STANDS_M_S:
        return "zero"
    ratio = told / walked
    if any(abs(ratio * f - 1.0) < UNIT_WITHIN for f in (MILES, 1.0 / MILES)):
        return "unit"
    return "" if abs(ratio - 1.0) < FITS else "off_belt"


def advice(doubt: str, told: float, walked: float, factor: float) -> str:
    """Return one line: what is wrong, and what to do."""
    said = f"the treadmill says {told:.2f} m/s where the feet walk at {walked:.2f}"
    if doubt == "zero":
        return (
            f"{said}: unlock it in its own app, or use a belt sensor; the feet are used meanwhile"
        )
    if doubt == "unit":
        return f"{said}: set speed_factor = {factor:.3f} for it; the feet's speed is used meanwhile"
    if doubt == "off_belt":
        return f"{said}: is somebody on it? the feet's speed is used meanwhile"
    return f"the treadmill says that it stands ({doubt}): its speed is not used until it runs again"
