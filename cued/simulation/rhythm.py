"""Stride-to-stride fluctuation: a fractal series of which the next value is always at hand.

Human stride times wander with long memory (1/f-like, DFA exponent alpha around 0.75; Hausdorff et
al. 1995, 10.1152/jappl.1995.78.1.349), so averages settle slower than white noise suggests, and a
simulator with white jitter flatters every threshold.

Method: white noise plus a sum of first-order processes with time constants 1.5 to 1100 steps in
steps of three. Their weights follow the power law of fractional noise, tau^(2 alpha - 2), and the
white share makes the first autocorrelation exactly 2^(2 alpha - 1) - 1. State is eight numbers
however long the run. It is an approximation: memory ends at about 1100 steps (ten minutes).
"""

from __future__ import annotations

import numpy as np

from cued.model import Floats


class Rhythm:
    """Relative deviations of successive steps such that strides have the coefficient asked for."""

    def __init__(self, alpha: float, rng: np.random.Generator) -> None:
        tau = 1.5 * 3.0 ** np.arange(7)
        weight = tau ** (2.0 * alpha - 2.0)
        weight /= weight.sum()
        self._keep: Floats = np.exp(-1.0 / tau)
        first = 2.0 ** (2.0 * alpha - 1.0) - 1.0
        share = min(1.0, first / float((weight * self._keep).sum()))
        self._gain: Floats = np.sqrt(share * weight)
        self._white = float(np.sqrt(1.0 - share))
        # A stride is two steps, so its deviation is the mean of two correlated ones.
        self._unit = 1.0 / float(np.sqrt((1.0 + first) / 2.0))
        self._rng = rng
        self._state: Floats = rng.standard_normal(7)

    def step(self) -> float:
        """Return the next step's deviation; successive pairs average to standard deviation 1."""
        draw = self._rng.standard_normal(8)
        self._state = self._keep * self._state + np.sqrt(1.0 - self._keep**2) * draw[:7]
        value = float((self._gain * self._state).sum()) + self._white * float(draw[7])
        return value * self._unit
