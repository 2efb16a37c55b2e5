"""What one source says of the belt: its speed and incline as levels, and whether it still speaks.

A source that told at a rhythm and has been silent for long says nothing any more. One that tells
only what changes (some consoles, typed speeds, the belt of a table recording) has no rhythm and
holds. A rhythm is told by reports that say nothing new, or the contrary of the last, one after the
other or as far apart as before: a ramp that is told step by step is none.
"""

from __future__ import annotations

import math
from collections import deque

from cued.belt.level import FOOT, INCLINE, SPEED, Level
from cued.model import Belt, BeltSource

RHYTHM_REPORTS = 5  # chosen: fewer could be a person who changes the speed
RHYTHM_S = 3.0  # treadmills tell about once a second
SLOWEST_S, ALIKE = 15.0, 1.4  # reports further apart than the former must be so, all by the same
BURST_S = 0.1  # reports that came together were made at other times
SILENT_S, SILENT_REPORTS = 10.0, 3.0  # chosen; whichever is longer
STANDS_S = 3.0  # longer than any stride (gait/fusion/strides.py): feet that stand tell nothing
MISSED_S = 10.0  # feet that step again so soon, as fast as before, go on with the same level
# A stride as long in time as the last one with a length is on the same belt: 10 % is 17 % of speed.
SAME_STRIDE, UNMEASURED_S = 0.1, 30.0  # forward at 0.3 m/s lengths were missed for 20 s


class SpeedSource:
    """A treadmill, a sensor on the belt, or a person who typed."""

    def __init__(self, kind: BeltSource) -> None:
        self.kind: BeltSource = kind
        self.speed = Level(FOOT if kind == "feet" else SPEED)
        self.incline = Level(INCLINE)
        self.error = 0.0
        self.doubt = ""  # the machine's own
        self.factor = 1.0  # configured
        self.quiet = False  # nothing is told just now, and it may be again
        self._told_t = self._measured_t = float("-inf")
        self._measured_s = 0.0
        self._step = 0.0  # the last change of what is told, m/s
        self._told = math.inf  # m/s
        self._rhythm = 0
        self._apart: deque[float] = deque(maxlen=RHYTHM_REPORTS)  # s

    def report(self, belt: Belt) -> None:
        """Process a report."""
        self._beat(belt.t, belt.speed_m_s)
        self.error, self.doubt, self.factor = belt.error, belt.doubt, belt.factor
        if self.kind == "typed":  # a person does not jitter
            self.speed.set(belt.t, belt.speed_m_s)
            self.incline.set(belt.t, belt.incline_percent)
        else:
            self.speed.feed(belt.t, belt.speed_m_s)
            self.incline.feed(belt.t, belt.incline_percent)

    def _beat(self, t: float, speed_m_s: float) -> None:
        """Follow how often it tells, and whether it tells what does not change."""
        apart, step = t - self._told_t, speed_m_s - self._told
        self._told_t, self._told = t, speed_m_s
        if not BURST_S <= apart < math.inf:
            return
        onward, self._step = step * self._step > 0.0, step
        before = self._apart[-1] if self._apart else apart
        if apart > RHYTHM_S and not (apart < SLOWEST_S and before / ALIKE < apart < before * ALIKE):
            self._rhythm = 0
            self._apart.clear()
        self._apart.append(apart)
        self._rhythm += not onward
        for level in (self.speed, self.incline):
            level.apart_s = max(self._apart) if self._has_rhythm else 0.0

    @property
    def _has_rhythm(self) -> bool:
        return self._rhythm >= RHYTHM_REPORTS

    def stride(self, t: float, stride_s: float, *, measured: bool) -> None:
        """Process how long a stride of a foot took, and whether its length is known."""
        alike = abs(stride_s - self._measured_s) <= SAME_STRIDE * self._measured_s
        if measured:
            self._measured_t, self._measured_s = t, stride_s
        elif alike and t - self._measured_t <= UNMEASURED_S:
            self._told_t, self.quiet = t, False

    def step(self, t: float, speed_m_s: float, error: float) -> None:
        """Process the speed of a foot in its last stride."""
        self._told_t, self.error, self.quiet = t, error, False
        self.speed.feed(t, speed_m_s)

    @property
    def due(self) -> float:
        """When silence means something: a last report holds, or the source is gone, s."""
        return min(self.speed.due, self.incline.due, self._gone_at)

    def gone(self, t: float) -> bool:
        """Draw the conclusion that is due at ``t``; return whether the source is gone."""
        if t >= self._gone_at:
            gone = self.quiet or self.kind != "feet"
            self.quiet = True
            return gone
        for level in (self.speed, self.incline):
            if t >= level.due:
                level.settle()
        return False

    @property
    def uncertainty(self) -> float:
        """Relative standard uncertainty of the speed."""
        speed = self.speed.value or 0.0
        return max(self.error, self.speed.error / speed) if speed > 0.0 else self.error

    @property
    def _gone_at(self) -> float:
        if self.kind == "feet":
            return self._told_t + (MISSED_S if self.quiet else STANDS_S)
        silent_s = max([SILENT_S, *(SILENT_REPORTS * apart for apart in self._apart)])
        return self._told_t + silent_s if self._has_rhythm else math.inf
