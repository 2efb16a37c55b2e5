"""How quickly a foot turns at present, and so how slowly it turns when it rests.

The stance of a quick walker turns faster than the swing of a slow one: a backward swing at half of
gottlieb's pace (0.3 m/s) peaks at 1.5 rad/s. So rest is measured against the foot's own swings, the
largest mean rate over 0.2 s, which fades slowly enough to last through the longest stance.
"""

from __future__ import annotations

WINDOW = 20  # samples, counted from the start, so that the size of packets changes nothing
FADES = 0.98  # per window: to two thirds in a slow stance of 4 s
REST = 0.4  # share of the swings' rate; gottlieb's, stretched up to 2.5 times
REST_RAD_S = (0.25, 1.0)  # slower is rest, whatever went before; faster is none


class SwingPace:
    """Follows the rate of one foot's swings."""

    def __init__(self) -> None:
        self._level = REST_RAD_S[1] / REST
        self._limit = REST_RAD_S[1]
        self._sum = 0.0
        self._held = 0

    def rest_rate(self, turn: list[float]) -> list[float]:
        """Process turn rates and return below which rate each of the samples is at rest."""
        limits: list[float] = []
        for rate in turn:
            limits.append(self._limit)
            self._sum += rate
            self._held += 1
            if self._held == WINDOW:
                self._level = max(self._sum / WINDOW, FADES * self._level)
                self._limit = min(max(REST * self._level, REST_RAD_S[0]), REST_RAD_S[1])
                self._sum, self._held = 0.0, 0
        return limits
