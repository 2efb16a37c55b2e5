"""The left axis of a foot or shank whose mounting is not known, from how it turns in walking.

A foot turns mostly about the axis across it, so the principal axis of its turn rates is that axis,
but for its sign: forward gait seen with one sign looks like backward gait seen with the other, so
a segment without mounting never says a direction. Updated every ``WINDOW`` samples in which the
foot moves, remembered over some five seconds of movement.
"""

from __future__ import annotations

import numpy as np

from cued.model import Floats

WINDOW = 50
KEEP = 0.9
MOVING = 0.5  # mean squared turn rate of a window with a swing in it, (rad/s)²; standing: < 0.01
LEAD = 0.6  # share of all turning that the axis must explain


class Axis:
    """Finds the dominant turn axis; ``share`` says how dominant, ``axis`` is None until known."""

    def __init__(self) -> None:
        self.axis: Floats | None = None
        self.share = 0.0
        self._sum = np.zeros((3, 3))
        self._window: list[Floats] = []
        self._held = 0

    @property
    def room(self) -> int:
        """Samples until the axis may change."""
        return WINDOW - self._held

    def feed(self, gyr: Floats) -> None:
        """Take up to ``room`` samples (n, 3), rad/s."""
        self._window.append(gyr)
        self._held += gyr.shape[0]
        if self._held < WINDOW:
            return
        window = np.ascontiguousarray(np.concatenate(self._window))
        self._window, self._held = [], 0
        if float((window * window).sum()) / WINDOW < MOVING:
            return
        self._sum = KEEP * self._sum + window.T @ window
        values, vectors = np.linalg.eigh(self._sum)
        self.share = float(values[2] / values.sum())
        if self.share < LEAD:
            return
        axis = vectors[:, 2]
        if self.axis is not None and float(axis @ self.axis) < 0.0:
            axis = -axis
        self.axis = axis
