"""Stumbles and near-falls, seen by a sensor on the trunk.

Rules
-----
* A stumble is a jolt that is out of the wearer's own ordinary *and*, within 400 ms, a second sign:
  the support goes away for longer than it does in any ordinary step, or the trunk turns faster.
  A jolt alone happens about seven times an hour in ordinary walking.
* What is ordinary is learnt from the last six seconds of movement, so walking, running, backward
  gait and any mounting are treated alike; magnitudes are used, no axes.
* Nothing is said in the first 3 s of movement, nor of what cannot be believed. After 3 s of rest
  the ordinary is learnt anew: first steps are never ordinary.
* One stumble is one event: the next is 3 s away at least. Its score is that at the moment of
  crossing the threshold, so it says little about how bad it became.

Method: Weiss et al. 2010 (PMC2845599) found near-falls on a treadmill by the largest change of
vertical acceleration at the pelvis, above 85 % sensitivity and specificity. Here it is the change
of the magnitude over 30 ms, in multiples of the median of its half-second peaks. The median leaves
out the running half second and the one before, and those in which nobody moves. Deviations: step
time is not used, since a disturbed step is seen late or not at all by a footfall detector.

A turn has to last 50 ms, for a knock against the sensor twitches it and turns nobody.

Delay: none on purpose; the sample that completes the pair decides, 0-400 ms after the jolt.

Tuned on SisFall (waist, D18 stumbles of SA01, 02, 05, 06, 10 against its walking and jogging) and
checked on voisard, tripod, mobgap and alcantara; thresholds a fifth lower or higher catch the same
14 of 15. Those stumbles are acted, hard, and over ground. A mild stumble, one on a belt, or one in
backward gait has not been tested; jumping and the first steps of a run from a walk can look like
one. A sensor on the foot is not supported: there is no recording to test it on.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from math import inf
from statistics import median
from typing import NamedTuple

import numpy as np

from cued.frames import GRAVITY_M_S2, sizes
from cued.gait.finding import Disturbance
from cued.model import Block, Bools, Floats
from cued.signal.filters import Fir, box
from cued.signal.grid import DT_S

JOLT_RATIO = 3.2
LOSS_RATIO = 2.4
TURN_RATIO = 2.8
RATIOS = np.array([JOLT_RATIO, LOSS_RATIO, TURN_RATIO])
# Half-second peaks of change, m/s³, loss of support, m/s², and turn rate, rad/s, count as at least:
FLOOR = np.array([60.0, 1.0, 0.5])
MOVING_M_S3 = 25.0  # with a lower peak nobody walks
REST_WINDOWS = 6  # of rest, and the ordinary is learnt anew
JERK_S = 0.03
LOSS_S = 0.25
TURN_S = 0.1
TURN_LASTS_S = 0.05
WINDOW_S = 0.5
WINDOWS = 12
WINDOWS_NEEDED = 5
TOGETHER_S = 0.4
REFRACTORY_S = 3.0
DOUBT_S = 0.5


class _Sign(NamedTuple):
    """When a sign was seen and how many times the ordinary each quantity was."""

    t: float = -inf
    score: float = 0.0  # 1 = its threshold
    jolt: float = 0.0
    loss: float = 0.0
    turn: float = 0.0


class Stumbles:
    """Finds stumbles in the blocks of one trunk sensor."""

    def __init__(self, sensor: str) -> None:
        self._sensor = sensor
        steps = round(JERK_S / DT_S)
        self._change = Fir(np.array([1.0, *[0.0] * (steps - 1), -1.0]) / JERK_S)
        self._support = Fir(box(LOSS_S))
        self._turn = Fir(box(TURN_S))
        self._reset()

    def _reset(self) -> None:
        for fir in (self._change, self._support, self._turn):
            fir.reset()
        self._ordinary = _Ordinary()
        self._jolt = self._second = _Sign()
        self._doubted_t = self._last_t = -inf
        self._turning_from = self._turning_to = -inf

    def feed(self, block: Block) -> list[Disturbance]:
        """Take a block; the stumbles found in it, oldest first."""
        if block.fresh:
            self._reset()
        if not block.t.size:
            return []
        size = sizes(block.acc)
        signs = np.zeros((size.size, 3))
        signs[:, 0] = np.abs(self._change.feed(size))
        signs[:, 1] = GRAVITY_M_S2 - self._support.feed(size)
        if block.gyr is not None:
            signs[:, 2] = sizes(self._turn.feed(block.gyr))
        signs[~block.ok] = 0.0
        windows = np.rint(block.t / DT_S).astype(np.int64) // round(WINDOW_S / DT_S)
        edges = [0, *(np.flatnonzero(np.diff(windows)) + 1).tolist(), size.size]
        out: list[Disturbance] = []
        for start, end in pairwise(edges):
            self._ordinary.enter(int(windows[start]))
            part = slice(start, end)
            out += self._judge(block.t[part], signs[part], block.ok[part])
            self._ordinary.note(signs[part])
        return out

    def _judge(self, t: Floats, signs: Floats, ok: Bools) -> list[Disturbance]:
        """Look at samples of one window, in which the ordinary does not change."""
        ordinary = self._ordinary.signs
        if ordinary is None:
            return []
        ratios = signs / ordinary
        scores = ratios / RATIOS
        out: list[Disturbance] = []
        for i in np.flatnonzero(np.logical_or.reduce(scores >= 1.0, axis=1) | ~ok).tolist():
            if not ok[i]:
                self._doubted_t = t[i].item()
                continue
            jolt, loss, turn = scores[i].tolist()
            if jolt >= 1.0:
                self._jolt = _stronger(self._jolt, _Sign(t[i].item(), jolt, *ratios[i].tolist()))
            if not self._lasts(t[i].item(), turn):
                turn = 0.0
            if max(loss, turn) >= 1.0:
                sign = _Sign(t[i].item(), max(loss, turn), *ratios[i].tolist())
                self._second = _stronger(self._second, sign)
            out += self._decide(t[i].item())
        return out

    def _lasts(self, t: float, turn: float) -> bool:
        """The turn has been fast for ``TURN_LASTS_S``."""
        if turn < 1.0:
            return False
        if t - self._turning_to > 1.5 * DT_S:
            self._turning_from = t
        self._turning_to = t
        return t - self._turning_from >= TURN_LASTS_S - 0.5 * DT_S

    def _decide(self, at: float) -> list[Disturbance]:
        """A stumble, if both signs were seen shortly before and nothing speaks against it."""
        jolt, second = self._jolt, self._second
        if at - min(jolt.t, second.t) > TOGETHER_S:
            return []
        if at - self._last_t < REFRACTORY_S or at - self._doubted_t < DOUBT_S:
            return []
        self._last_t = at
        return [
            Disturbance(
                t=jolt.t,
                at=at,
                sensor=self._sensor,
                kind="stumble",
                score=min(jolt.score, second.score),
                because={"jolt": jolt.jolt, "loss": second.loss, "turn": second.turn},
            )
        ]


class _Ordinary:
    """What the signs peak at in an ordinary half second of the wearer's movement."""

    def __init__(self) -> None:
        self.signs: Floats | None = None
        self._window: int | None = None
        self._running: Floats = np.zeros(3)
        self._waiting: Floats = np.zeros(3)
        self._rest = 0
        self._kept: deque[Floats] = deque(maxlen=WINDOWS)

    def enter(self, window: int) -> None:
        """Go on to this window; the one before the last is now part of the ordinary."""
        if window == self._window:
            return
        self._window = window
        self._rest = 0 if self._waiting[0] >= MOVING_M_S3 else self._rest + 1
        if self._rest >= REST_WINDOWS:
            self._kept.clear()
            self.signs = None
        if not self._rest:
            self._kept.append(self._waiting)
            if len(self._kept) >= WINDOWS_NEEDED:
                columns = zip(*(peaks.tolist() for peaks in self._kept), strict=True)
                self.signs = np.maximum([median(column) for column in columns], FLOOR)
        self._waiting, self._running = self._running, np.zeros(3)

    def note(self, signs: Floats) -> None:
        """Take (n, 3) signs of the window that is running."""
        self._running = np.maximum(self._running, np.maximum.reduce(signs, axis=0))


def _stronger(old: _Sign, new: _Sign) -> _Sign:
    return old if new.t - old.t <= TOGETHER_S and old.score > new.score else new
