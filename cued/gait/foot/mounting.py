"""Mounting of a foot or shank sensor: finds an unknown left axis and checks a given mounting.

A foot turns mostly about the axis across it, so the principal axis of its turn rates is that axis,
up to its sign: forward gait seen with one sign looks like backward gait seen with the other, and a
sensor turned back to front on the foot cannot be distinguished from a foot that walks the other
way. So a segment without a given mounting never gives a direction. A given mounting can be seen to
be upside down (by gravity) or turned sideways (the swings are not about its left axis).

Back to front can only be suspected, from the form of strides: forward, most of the sole's turn
comes with the push-off and little with the landing, 0.64-0.88 of the swing's turn (medians of
tripod, gottlieb, voisard, pyshoe, bandai); backward most comes with the landing, 0.24-0.47
(gottlieb toe and heel, bandai). A form that contradicts the direction of travel raises a doubt.
Because only one person's backward strides were measured with a real sensor, this doubt silences
nothing.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Literal

import numpy as np

from cued.model import Floats

WINDOW = 20  # samples between looks at the axis
KEEP = 0.96  # from one window to the next: some five seconds of movement are remembered
SAME = 0.97  # cosine of 14 degrees: a foot's swings are 7 off its axis (gottlieb), plus mounting
ANOTHER = 0.7  # cosine of 45 degrees: a sensor turned further is doubted, not corrected
SWUNG = 15  # windows of movement before a given axis is corrected, some three strides
MOVING = 0.5  # mean squared turn rate of a window with a swing in it, (rad/s)²; standing: < 0.01
LEAD = 0.6  # share of all turning that the axis must explain
UPRIGHT = 0.26  # cosine of 75 degrees; a heel's or toe's slope is 45 at the most
ACROSS = 0.4  # least share of a stride's turning about the left axis; swings measure 0.8-0.98
FORWARD_FORM = 0.65  # a median form of this or more is forward ...
BACKWARD_FORM = 0.40  # ... and of this or less backward
FORMS = 8  # strides; chosen: their median does not move with one odd stride
AGREE = 3  # rests or strides in a row before a doubt is raised or dropped

State = Literal["unknown", "level", "known", "doubtful"]


class Axis:
    """The dominant turn axis of a segment, as known at each sample."""

    def __init__(self) -> None:
        self._n = 0
        self._known: list[tuple[int, Floats]] = []  # first sample that it holds for, axis
        self._sum = np.zeros((3, 3))
        self._window: list[Floats] = []
        self._held = 0
        self._given: Floats | None = None
        self._windows = 0

    def at(self, n: int) -> Floats | None:
        """Return the axis (3,) at sample ``n`` of the last ``rate`` call, or None if unknown."""
        for since, axis in reversed(self._known):
            if since <= n:
                return axis
        return None

    def rate(self, gyr: Floats, given: Floats | None = None) -> list[float]:
        """Return turn rates about the axis as known at each sample, from (n, 3); 0 before that.

        given : the mounting's axis, which is kept unless the swings are clearly off it.
        """
        if given is not None and self._given is None:
            self._given = given
            self._known.append((self._n, given))
        del self._known[:-1]
        rates: list[float] = []
        while len(rates) < len(gyr):
            start = len(rates)
            piece = gyr[start : start + WINDOW - self._held]
            ax, ay, az = self._known[-1][1].tolist() if self._known else (0.0, 0.0, 0.0)
            rates += [x * ax + y * ay + z * az for x, y, z in piece.tolist()]
            self._learn(piece)
        return rates

    def skip(self, samples: int) -> None:
        """Pass over samples in a gap."""
        self._n += samples

    def _learn(self, piece: Floats) -> None:
        self._n += len(piece)
        self._window.append(piece)
        self._held += len(piece)
        if self._held < WINDOW:
            return
        window = np.ascontiguousarray(np.concatenate(self._window))
        self._window, self._held = [], 0
        if float((window * window).sum()) / WINDOW < MOVING:
            return
        self._sum = KEEP * self._sum + window.T @ window
        values, vectors = np.linalg.eigh(self._sum)
        if float(values[2]) < LEAD * float(values.sum()):
            return
        axis: Floats = vectors[:, 2]
        self._windows += 1
        if self._given is not None:
            axis = self._corrected(self._given, axis)
        elif self._known and float(axis @ self._known[-1][1]) < 0.0:
            axis = -axis
        self._known.append((self._n, axis))

    def _corrected(self, given: Floats, axis: Floats) -> Floats:
        """Return the swings' axis where the given one is off by more than careless mounting."""
        along = float(axis @ given)
        if self._windows < SWUNG or not ANOTHER < abs(along) < SAME:
            return given
        return axis if along > 0.0 else -axis


class MountingCheck:
    """Checks a given mounting against gravity at rest and the turning of strides."""

    def __init__(self) -> None:
        self.state: State = "unknown"
        self.why = ""
        self._forms: deque[tuple[bool, float]] = deque(maxlen=FORMS)
        self._reversed = False  # by the forms
        self._upside = 0  # rests in a row that contradict (> 0) or agree with (< 0) the mounting
        self._across = 0  # the same for strides

    def rest(self, up: Floats, oriented: bool) -> bool:
        """Process gravity's reaction at a rest and return whether the state changed."""
        if not oriented:
            return self._become("level", "up is known from gravity, forward is not")
        x, y, z = up.tolist()
        wrong = z < UPRIGHT * math.sqrt(x * x + y * y + z * z)
        self._upside = _counted(self._upside, wrong)
        return self._judge()

    def stride(self, share: float) -> bool:
        """Process the share of a stride's turning about the left axis; return as ``rest``."""
        self._across = _counted(self._across, share < ACROSS)
        return self._judge()

    def form(self, form: float, forward: bool) -> bool:
        """Process the form and direction of a walking stride; return as ``rest``."""
        self._forms.append((forward, form))
        self._reversed = self._looks_reversed()
        return self._judge()

    @property
    def silent(self) -> bool:
        """The given axes are wrong, so no direction may be given."""
        return self._upside >= AGREE or self._across >= AGREE

    def _looks_reversed(self) -> bool:
        if len(self._forms) < FORMS:
            return False
        directions = {forward for forward, _ in self._forms}
        if len(directions) > 1:
            return False
        form = sorted(form for _, form in self._forms)[FORMS // 2]
        return form <= BACKWARD_FORM if True in directions else form >= FORWARD_FORM

    def _judge(self) -> bool:
        if self._upside >= AGREE:
            return self._become("doubtful", "gravity says that the sensor is upside down")
        if self._across >= AGREE:
            return self._become("doubtful", "the foot does not swing about the given left axis")
        if self._reversed:
            return self._become("doubtful", "strides look reversed: is the sensor back to front?")
        if self._upside <= -AGREE:
            return self._become("known", "gravity and swings agree with the given mounting")
        return False

    def _become(self, state: State, why: str) -> bool:
        changed = state != self.state
        self.state, self.why = state, why
        return changed


def _counted(count: int, wrong: bool) -> int:
    if wrong:
        return count + 1 if count > 0 else 1
    return count - 1 if count < 0 else -1
