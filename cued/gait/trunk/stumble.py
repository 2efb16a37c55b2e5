"""Stumbles and near-falls, seen by a trunk sensor.

Rules
-----
* A stumble exceeds the wearer's usual movement in three ways within 0.4 s: acceleration changes
  abruptly, the trunk is pushed sideways or along, and it tilts fast. Each sign is expressed as a
  multiple of its peak in a usual half second; the geometric mean of the three is the score. One
  sign alone is a hard step, a knock or a turn.
* It does not repeat. A jolt that comes again in the next two steps, with a flight in each and
  little rest between, is the beginning of a run. Nothing else distinguishes that from a stumble.
* It has no long flight. Support is gone for nearly a quarter of a second in a jump, but never that
  long in a stumble, in walking or in running.
* What is usual is learnt from the last six seconds of movement, so walking, running and backward
  gait are treated alike. Up is the mean acceleration of the last four seconds; nothing else of the
  mounting is used. Without a gyroscope the first two signs are used alone.
* Nothing is reported in the first 3 s of movement or near bad samples. After 2 s of rest, what is
  usual is learnt again, because first steps are never usual.
* One stumble is one event, dated by its largest jolt; the next is at least 3 s later.

Method: Weiss et al. 2010 (PMC2845599) found near-falls on a treadmill by the largest change of
acceleration at the pelvis, above 85 % sensitivity and specificity. In ordinary walking that alone
is exceeded about seven times an hour, which is why the two other signs are needed. Deviation: step
time is not used, since a footfall detector sees a disturbed step late or not at all.

Delay: 0.9 s after the jolt, to see whether the jolt repeats. ``falls.py`` does not wait for that.

Found on SisFall (waist; D18 stumbles of 13 people against their walks, jogs and jumps) and on walks
joined to jogs of the same people; ``scripts/cross-validate`` finds ``SCORE`` again with each person
left out. Those stumbles are acted, hard, and over ground: mild ones and those on a belt or in
backward gait have not been measured. A sensor on the foot is not supported, because there is no
recording to test it on.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from math import inf
from statistics import median

import numpy as np
from msgspec.structs import replace

from cued.frames import GRAVITY_M_S2, sizes
from cued.gait.finding import Disturbance
from cued.model import Block, Bools, Floats
from cued.signal.filters import Fir, box
from cued.signal.grid import DT_S

SCORE = 3.3  # geometric mean of the multiples; from 3.0 to 3.4 the same stumbles are flagged
# Least usual peak of each sign (slow walks of SisFall, D01): m/s³, m/s², rad/s.
FLOOR = np.array([90.0, 2.0, 0.5])
NOTABLE = 1.5  # times the usual peak, which each sign must reach; 55 stumbles: 1.6 at least
TOGETHER_S = 0.4  # science.md's window for a second sign
# How the signs are measured: change of acceleration, horizontal acceleration, tilting.
JERK_S = 0.03  # as Weiss et al.
PUSH_S = 0.03  # as the jerk
TILT_S = 0.1  # found with SCORE, see above
TILT_LASTS_S = 0.05  # a knock against the sensor twitches it for less
# After the jolt: two steps of a run at 130 to 190 a minute fall into these windows.
NEXT_STEPS_S = ((0.25, 0.55), (0.55, 0.9))
FLIGHT_M_S2 = 5.0  # acceleration of a person nearly in the air, mean of FLIGHT_MEAN_S
FLIGHT_MEAN_S = 0.05  # found with RUN on the walks joined to jogs, like the next four
FLIGHT_APART_S = 0.15  # as above
FLIGHTS_BEFORE_S = 0.5  # as above
FLIGHT_COUNTS = 0.15  # as above
GOES_ON_COUNTS = 4.0  # as above
RUN = 1.5  # 51 of 55 stumbles are below, 2 of 132 sudden beginnings of a run
# A jump: the amount of gravity missing in the mean of a quarter of a second.
JUMP_M_S2 = 5.6  # 34 jumps: 5.9 at least; 55 stumbles: 5.3 at most
JUMP_MEAN_S = 0.25  # see above
JUMP_BEFORE_S = 0.6  # a jump's flight, before the jolt of its landing
# What is usual.
WINDOW_S = 0.5  # a step, at 120 a minute
WINDOWS = 12  # six seconds, see above
WINDOWS_NEEDED = 4  # 2 s, for the median
UP_WINDOWS = 8  # longer than the sway of a stride, shorter than a sensor takes to settle
MOVING_M_S3 = 25.0  # a lower peak of change is no walking
REST_WINDOWS = 4  # 2 s, see above
STRONGER_WITHIN_S = 0.5  # a larger jolt this soon belongs to the same stumble
REFRACTORY_S = 3.0  # see above
DOUBT_S = 0.5  # chosen: as long as a window

SIGNS: tuple[str, ...] = ("jolt", "push", "tilt")
AFTER_S = NEXT_STEPS_S[-1][1]  # the second step is over
BATCH = 50  # samples processed at a time: a stumble is decided long after its jolt
KEPT = round((max(FLIGHTS_BEFORE_S, JUMP_BEFORE_S) + AFTER_S + STRONGER_WITHIN_S) / DT_S)


class Stumbles:
    """Finds stumbles in the blocks of one trunk sensor."""

    def __init__(self, sensor: str) -> None:
        self._sensor = sensor
        self._scored = (np.empty(0), np.empty((0, len(SIGNS))))  # times and ratios of the last
        steps = round(JERK_S / DT_S)
        self._change = Fir(np.array([1.0, *[0.0] * (steps - 1), -1.0]) / JERK_S)
        self._push = Fir(box(PUSH_S))
        self._turn = Fir(box(TILT_S))
        late = np.concatenate((np.zeros(round(TILT_LASTS_S / DT_S)), box(TILT_S)))
        self._late_turn = Fir(late)
        self._support = Fir(box(JUMP_MEAN_S))
        self._short = Fir(box(FLIGHT_MEAN_S))
        self._reset()

    def _reset(self) -> None:
        for fir in (self._change, self._push, self._turn, self._late_turn):
            fir.reset()
        self._support.reset()
        self._short.reset()
        self._usual = _Usual()
        self._recent = [(-inf, 1.0)] * len(SIGNS)  # each sign's latest maximum, time and ratio
        self._jolts = deque[tuple[float, float]]()  # of the last TOGETHER_S
        self._kept = np.empty((0, 4))  # t, jolt, size, support
        self._jolt: tuple[float, float] | None = None  # time and size of what may be a stumble
        self._score = 0.0
        self._because: dict[str, float] = {}
        self._doubted_t = self._last_t = -inf
        self._blocks: list[Block] = []  # waiting for a batch

    @property
    def last(self) -> tuple[Floats, dict[str, Floats]]:
        """Times of the last samples processed, and each sign as a multiple of the threshold."""
        t, ratios = self._scored
        return t, {f"stumble: {sign}": ratios[:, k] / SCORE for k, sign in enumerate(SIGNS)}

    def feed(self, block: Block) -> list[Disturbance]:
        """Process the next samples and return the stumbles they complete, oldest first."""
        if block.fresh:
            self._reset()
        self._scored = (block.t[:0], self._scored[1][:0])
        if not block.t.size:
            return []
        self._blocks.append(block)
        if not self._is_due(block.t[-1].item()):
            return []
        blocks, self._blocks = self._blocks, []
        return self._look(blocks[0] if len(blocks) == 1 else _joined(blocks))

    def _is_due(self, until: float) -> bool:
        """Return whether the waiting blocks complete a batch or a possible stumble."""
        if self._jolt is not None and until >= self._jolt[0] + AFTER_S - DT_S / 2:
            return True
        return round(until / DT_S + 1) // BATCH > round(self._blocks[0].t[0] / DT_S) // BATCH

    def _look(self, block: Block) -> list[Disturbance]:
        size = sizes(block.acc)
        gyr = np.zeros_like(block.acc) if block.gyr is None else block.gyr
        turn, late_turn = self._turn.feed(gyr), self._late_turn.feed(gyr)
        jolt = sizes(self._change.feed(block.acc))
        jolt[~block.ok] = 0.0
        push = self._push.feed(block.acc)
        columns = (block.t, jolt, self._short.feed(size), self._support.feed(size))
        self._kept = np.concatenate((self._kept[-KEPT:], np.stack(columns, axis=1)))
        windows = np.rint(block.t / DT_S).astype(np.int64) // round(WINDOW_S / DT_S)
        edges = [0, *(np.flatnonzero(np.diff(windows)) + 1).tolist(), size.size]
        out: list[Disturbance] = []
        every: list[Floats] = []
        for start, end in pairwise(edges):
            self._usual.enter(int(windows[start]))
            part = slice(start, end)
            signs = self._usual.signs(jolt[part], push[part], turn[part], late_turn[part])
            signs[~block.ok[part]] = 0.0
            every.append(signs / self._usual.peaks)
            ok = block.ok[part]
            out += self._judge(block.t[part], signs, every[-1], ok, block.gyr is not None)
            self._usual.note(signs, block.acc[part])
        self._scored = (block.t, np.concatenate(every))
        return out

    def _judge(
        self, t: Floats, signs: Floats, ratios: Floats, ok: Bools, gyro: bool
    ) -> list[Disturbance]:
        """Judge samples of one window, in which the usual peaks do not change."""
        out: list[Disturbance] = []
        for i in np.flatnonzero(np.logical_or.reduce(ratios >= NOTABLE, axis=1) | ~ok).tolist():
            at = t[i].item()
            out += self._settle(at)
            if not ok[i]:
                self._doubted_t = at
                continue
            self._note(at, ratios[i].tolist(), signs[i, 0].item())
            self._suspect(at, gyro)
        return out + self._settle(t[-1].item())

    def _note(self, at: float, ratios: list[float], jolt: float) -> None:
        """Remember the maximum of each sign within ``TOGETHER_S``."""
        for k, ratio in enumerate(ratios):
            since, strongest = self._recent[k]
            if ratio >= NOTABLE and (ratio >= strongest or at - since > TOGETHER_S):
                self._recent[k] = (at, ratio)
        self._jolts.append((at, jolt))
        while at - self._jolts[0][0] > TOGETHER_S:
            self._jolts.popleft()

    def _suspect(self, at: float, gyro: bool) -> None:
        """Begin to watch a jolt, or continue with a larger one."""
        count = len(SIGNS) if gyro else len(SIGNS) - 1
        now = [r if at - since <= TOGETHER_S else 1.0 for since, r in self._recent[:count]]
        score = float(np.prod(now)) ** (1.0 / count) / SCORE
        largest = max(self._jolts, key=lambda jolt: jolt[1])
        if self._jolt is None:
            too_soon = largest[0] - self._last_t < REFRACTORY_S
            if score < 1.0 or min(now) < NOTABLE or too_soon:
                return
            self._jolt = largest
        elif largest[1] > self._jolt[1] and largest[0] - self._jolt[0] <= STRONGER_WITHIN_S:
            self._jolt = largest
        if score > self._score:
            self._score, self._because = score, dict(zip(SIGNS, now, strict=False))

    def _settle(self, until: float) -> list[Disturbance]:
        """Decide once the steps after the jolt are over."""
        if self._jolt is None or until < self._jolt[0] + AFTER_S - DT_S / 2:
            return []
        t, score, because = self._jolt[0], self._score, self._because
        self._jolt, self._score = None, 0.0
        if abs(t - self._doubted_t) < DOUBT_S or _is_jump_or_run(self._kept, t):
            return []
        self._last_t = t
        return [Disturbance(t, t + AFTER_S, self._sensor, "stumble", score, because)]


class _Usual:
    """The signs' peaks in a usual half second of the wearer's movement, and which way is up."""

    def __init__(self) -> None:
        self.peaks: Floats = np.full(len(SIGNS), inf)  # until they are known
        self._window: int | None = None
        self._current: Floats = np.zeros(len(SIGNS))  # peaks in this window
        self._previous: Floats = np.zeros(len(SIGNS))  # and in the one before
        self._rest = 0  # windows in a row
        self._kept: deque[Floats] = deque(maxlen=WINDOWS)
        self._up: Floats | None = None
        self._sum: list[float] = [0.0, 0.0, 0.0]
        self._ups: deque[list[float]] = deque(maxlen=UP_WINDOWS)

    def signs(self, jolt: Floats, push: Floats, turn: Floats, late_turn: Floats) -> Floats:
        """Return (n, 3) signs: jolt, horizontal push, and a tilt that lasts ``TILT_LASTS_S``."""
        up = self._up
        if up is None:
            return np.zeros((jolt.size, len(SIGNS)))
        tilt = np.minimum(_across(turn, up), _across(late_turn, up))
        return np.stack((jolt, _across(push, up), tilt), axis=1)

    def enter(self, window: int) -> None:
        """Begin a window if it is new; the one before the last now counts as usual."""
        if window == self._window:
            return
        self._window = window
        self._rest = 0 if self._previous[0] >= MOVING_M_S3 else self._rest + 1
        if self._rest >= REST_WINDOWS:
            self._kept.clear()
            self.peaks = np.full(len(SIGNS), inf)
        if not self._rest:
            self._kept.append(self._previous)
            if len(self._kept) >= WINDOWS_NEEDED:
                columns = zip(*(peaks.tolist() for peaks in self._kept), strict=True)
                self.peaks = np.maximum([median(column) for column in columns], FLOOR)
        self._previous, self._current = self._current, np.zeros(len(SIGNS))
        self._ups.append(self._sum)
        self._sum = [0.0, 0.0, 0.0]
        x, y, z = (sum(column) for column in zip(*self._ups, strict=True))
        size = (x * x + y * y + z * z) ** 0.5
        self._up = np.array([x, y, z]) / size if size else None

    def note(self, signs: Floats, acc: Floats) -> None:
        """Add signs and accelerations, (n, 3) each, to the current window."""
        self._current = np.maximum(self._current, np.maximum.reduce(signs, axis=0))
        for x, y, z in acc.tolist():
            self._sum[0] += x
            self._sum[1] += y
            self._sum[2] += z


def _joined(blocks: list[Block]) -> Block:
    turns = [block.gyr for block in blocks if block.gyr is not None]
    return replace(
        blocks[0],
        t=np.concatenate([block.t for block in blocks]),
        acc=np.concatenate([block.acc for block in blocks]),
        gyr=np.concatenate(turns) if turns else None,
        ok=np.concatenate([block.ok for block in blocks]),
    )


def _across(v: Floats, up: Floats) -> Floats:
    """Return the size of (n, 3) vectors' parts perpendicular to up."""
    x, y, z = up.tolist()
    along = v[:, 0] * x + v[:, 1] * y + v[:, 2] * z
    return np.sqrt(np.maximum(v[:, 0] ** 2 + v[:, 1] ** 2 + v[:, 2] ** 2 - along**2, 0.0))


def _is_jump_or_run(kept: Floats, t: float) -> bool:
    """Return whether the jolt at ``t`` is a jump's landing or the beginning of a run."""
    times, support = kept[:, 0], kept[:, 3]
    near = (times > t - JUMP_BEFORE_S) & (times < t + STRONGER_WITHIN_S)
    jumped = bool(np.any(GRAVITY_M_S2 - support[near] >= JUMP_M_S2))
    return jumped or _run_score(kept, t) >= RUN


def _run_score(kept: Floats, t: float) -> float:
    """Return how much a run follows the jolt at ``t``: by repeats, flights and little rest."""
    times, jolt, size, _ = kept.T
    own = jolt[np.argmin(np.abs(times - t))]
    steps = [_between(times, t + a, t + b) for a, b in NEXT_STEPS_S]
    again = min(float(np.max(jolt[step], initial=0.0) / own) for step in steps)
    light = times[_between(times, t - FLIGHTS_BEFORE_S, t + AFTER_S) & (size < FLIGHT_M_S2)]
    flights = light.size and 1 + int(np.count_nonzero(np.diff(light) > FLIGHT_APART_S))
    after = np.sort(jolt[_between(times, t + FLIGHT_MEAN_S, t + AFTER_S)])
    goes_on = float(after[after.size // 2] / own) if after.size else 0.0
    return again + FLIGHT_COUNTS * flights + GOES_ON_COUNTS * goes_on


def _between(times: Floats, start: float, end: float) -> Bools:
    """Return a mask of the samples from ``start`` up to but not including ``end``."""
    return (times > start - DT_S / 2) & (times < end - DT_S / 2)
