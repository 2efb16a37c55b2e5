"""Detection of a lasting step in a series that also wanders slowly.

Stride times wander: each stride depends on the hundreds before it (long-range dependence; detrended
fluctuation exponent about 0.75, Hausdorff et al. 1995, 10.1152/jappl.1995.78.1.349, i.e. spectral
exponent beta = 0.5). A mean over some strides against a baseline of 25 strides therefore crosses
any small threshold by wander alone.

Method: the series is whitened by a fractional difference (Hosking 1981, 10.1093/biomet/68.1.165)
of order d = 0.33 and searched for the response to a lasting step, over windows of the last 5 to 24
strides: a generalised likelihood ratio test. ``score`` is that evidence in standard deviations of
white noise, ``size`` the estimated step.

Delay: 6 strides at least (5 in the window, and the caller asks twice). Causal. d lies above
beta/2 = 0.25 so that a series that wanders more (beta up to 0.7) still rarely alarms; the price is
a longer delay in one that wanders less. Figures: docs/overlong.md, measured by
tests/coach/test_overlong_stride.py.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from msgspec import Struct

from cued.model import Floats

ORDER = 0.33  # above beta/2 of most people's strides, see above
REMEMBERED = 200  # terms of the fractional difference
WINDOWS = range(5, 25)  # strides; shorter windows alarm by chance, longer ones add nothing
OPENING = 25  # values needed to estimate the variance
SKIPPED = 5  # first of these, whose differences have hardly any past
VARIANCE_OVER = 200  # values
OUTLIER = 3.0  # standard deviations at which values are clipped in the variance
YOUNG = 3.0  # the score is divided by 1 + YOUNG / values, as the variance is an estimate


class Evidence(Struct, frozen=True):
    """Evidence of an upward step: ``score`` in standard deviations, ``size`` as the series."""

    score: float
    size: float


def difference(order: float, terms: int) -> Floats:
    """Return the coefficients (terms,) of the fractional difference, newest value first."""
    c = [1.0]
    for k in range(1, terms):
        c.append(c[-1] * (k - 1 - order) / k)
    return np.array(c)


def _templates(c: Floats) -> tuple[Floats, Floats]:
    """Return each window's response to a step (windows, longest), oldest first, and its norm."""
    response = np.cumsum(c)
    longest = WINDOWS[-1]
    rows = np.zeros((len(WINDOWS), longest))
    for row, width in zip(rows, WINDOWS, strict=True):
        row[longest - width :] = response[:width]
    return rows, np.sqrt((rows * rows).sum(axis=1))


_C = difference(ORDER, REMEMBERED)
_ROWS, _NORMS = _templates(_C)


class Change:
    """Watches one series, whose values are deviations from a reference.

    >>> change = Change()
    >>> for n in range(40):
    ...     usual = change.update(0.01 * (-1) ** n, learn=True)
    >>> for n in range(8):  # strides that are 5 % longer
    ...     longer = change.update(0.05 + 0.01 * (-1) ** n, learn=False)
    >>> round(usual.score, 1), round(longer.score, 1), round(longer.size, 2)
    (0.2, 6.3, 0.05)
    """

    def __init__(self) -> None:
        self._values: deque[float] = deque(maxlen=REMEMBERED)
        self._white: deque[float] = deque(maxlen=WINDOWS[-1])
        self._variance = 0.0
        self._count = 0.0

    def restart(self) -> None:
        """Forget the series, but keep its variance."""
        self._values.clear()
        self._white.clear()

    def update(self, value: float, learn: bool) -> Evidence | None:
        """Process a value; return the evidence. ``learn``: the value is known to be in range."""
        self._values.append(value)
        white = self._whitened()
        if not self._variance:
            self._white.append(white)
            return self._open()
        self._white.append(white)
        evidence = self._evidence()
        if learn:
            self._count = min(self._count + 1.0, VARIANCE_OVER)
            share = min(white * white, OUTLIER**2 * self._variance)
            self._variance += (share - self._variance) / self._count
        return evidence

    def _whitened(self) -> float:
        x = np.array(self._values)[::-1]
        return float((_C[: x.size] * x).sum())

    def _open(self) -> None:
        """Estimate the variance from the opening values, once there are enough of them."""
        if len(self._values) < OPENING:
            return
        x = np.array(self._values)
        white = np.convolve(x, _C)[: x.size][SKIPPED:]
        self._variance = max(float((white * white).mean()), 1e-8)
        self._count = float(white.size)

    def _evidence(self) -> Evidence:
        usable = len(self._white) - WINDOWS[0] + 1  # windows that are full
        if usable <= 0:
            return Evidence(0.0, 0.0)
        white = np.zeros(WINDOWS[-1])
        white[-len(self._white) :] = self._white
        found = (_ROWS * white).sum(axis=1) / _NORMS
        best = int(found[:usable].argmax())
        young = 1.0 + YOUNG / self._count
        score = float(found[best]) / math.sqrt(self._variance) / young
        return Evidence(score, float(found[best] / _NORMS[best]))
