"""Whether a device that sends no time has changed its sample rate.

Its samples are timed by counting them, so at half the rate a stride would seem to take half as
long. A device may change over by itself, to save its battery or after a reset.

Method: the arrivals are cut into stretches of at least ``STRETCH_S``, long enough for a radio's
batches to even out; each gives a ratio of time to samples. Stretches in a row, ``AT_LEAST`` of them
and ``SURE_S`` long, that are all slow or all fast, and alike, are another rate. A slow stretch
alone is a loss, and fast ones that only make up for it are the backlog of a stall. A ratio near a
half or a whole number is rounded to it, because the rates of a device are steps apart and one
measured so fast is not exact.

Delay: usually 1.2 s, at most 3.5 s (tests/signal/test_pace.py). In seven simulated hours of various
rates and packets, neither jitter of 30 ms nor ten stalls a minute of up to 2 s gave a false change;
with 5 % of the packets lost at random there were 6, with 20 % 339. A change of less than 1.4 is not
seen here: the clock follows it, up to 0.3 s late.
"""

from __future__ import annotations

from collections import deque
from statistics import median

STRETCH_S = 0.25  # five connection intervals of 50 ms
SURE_S, AT_LEAST = 1.0, 3  # chosen on simulated radios, see above, like the next three
OTHER = 1.4  # ratio
ALIKE = 1.4  # between stretches; those with random losses differ more
BEHIND = 0.3  # of the stretches' time, which other stretches must not make up for
NEAR = 0.12  # relative, from a half or whole number
KEPT = 16  # stretches: four seconds, and the stall before a backlog


class Pace:
    """Watches the arrivals of one device."""

    def __init__(self) -> None:
        self._begun: float | None = None  # when the present stretch began
        self._samples = 0
        self._stretches: deque[tuple[float, float]] = deque(maxlen=KEPT)  # (s, s of samples)

    def feed(self, t: float, n: int, period_s: float) -> float:
        """Return the new period over the old, now that ``n`` samples arrived at ``t``."""
        self._samples += n
        if self._begun is None:
            self._begun, self._samples = t, 0
        took = t - self._begun
        if took < STRETCH_S:
            return 1.0
        counted = self._samples * period_s
        self._stretches.append((took, counted))
        self._begun, self._samples = t, 0
        return self._ratio(1.0) if took > counted else 1.0 / self._ratio(-1.0)

    def _ratio(self, sign: float) -> float:
        """Return by how much the last stretches were all slower (sign 1) or faster (-1)."""
        ratios: list[float] = []
        lasting = 0.0
        for took, counted in reversed(self._stretches):
            ratios.append((took / counted) ** sign)
            lasting += took
            if min(ratios) < OTHER or max(ratios) > ALIKE * min(ratios):
                return 1.0
            if lasting >= SURE_S and len(ratios) >= AT_LEAST:
                late = sum(took - counted for took, counted in self._stretches)
                return _rounded(median(ratios)) if sign * late > BEHIND * lasting else 1.0
        return 1.0


def _rounded(ratio: float) -> float:
    step = round(2.0 * ratio) / 2.0
    return step if abs(ratio / step - 1.0) < NEAR else ratio
