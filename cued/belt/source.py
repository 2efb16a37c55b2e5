"""One source of the belt's state: its speed and incline as levels, and whether it still reports.

A source that reported regularly and has been silent for long is no longer used. One that reports
only changes (some consoles, typed speeds, the belt of a table recording) has no rhythm, and its
last report stays valid. A rhythm shows in reports that repeat or reverse the last one, in quick
succession or at equal intervals: a ramp reported step by step does not make one.
"""

from __future__ import annotations

import math
from collections import deque

from cued.belt.level import FOOT, INCLINE, SPEED, Level
from cued.model import Belt, BeltSource

RHYTHM_REPORTS = 5  # chosen: fewer could be a person who changes the speed
RHYTHM_S = 3.0  # treadmills report about once a second
SLOWEST_S, ALIKE = 15.0, 1.4  # beyond RHYTHM_S, intervals must be below the first and alike
BURST_S = 0.1  # reports that came together were made at other times
SILENT_S, SILENT_REPORTS = 10.0, 3.0  # chosen; whichever is longer
STANDS_S = 3.0  # longer than any stride (gait/fusion/strides.py): standing feet report nothing
MISSED_S = 10.0  # feet that step again within this, as fast as before, keep the same level
# A stride that takes as long as the last measured one is on the same belt: 10 % is 17 % of speed.
SAME_STRIDE, UNMEASURED_S = 0.1, 30.0  # forward at 0.3 m/s lengths were missed for 20 s


class SpeedSource:
    """A treadmill, a sensor on the belt, the feet, or a person who typed."""

    def __init__(self, kind: BeltSource) -> None:
        self.kind: BeltSource = kind
        self.speed = Level(FOOT if kind == "feet" else SPEED)
        self.incline = Level(INCLINE)
        self.error = 0.0
        self.doubt = ""  # the machine's own
        self.factor = 1.0  # configured
        self.quiet = False  # silent just now, but it may report again
        self._report_t = self._measured_t = float("-inf")
        self._measured_s = 0.0
        self._step = 0.0  # the last change of the reported speed, m/s
        self._reported = math.inf  # m/s
        self._rhythm = 0
        self._intervals: deque[float] = deque(maxlen=RHYTHM_REPORTS)  # s

    def report(self, belt: Belt) -> None:
        """Process a report."""
        self._follow_rhythm(belt.t, belt.speed_m_s)
        self.error, self.doubt, self.factor = belt.error, belt.doubt, belt.factor
        if self.kind == "typed":  # a person does not jitter
            self.speed.set(belt.t, belt.speed_m_s)
            self.incline.set(belt.t, belt.incline_percent)
        else:
            self.speed.feed(belt.t, belt.speed_m_s)
            self.incline.feed(belt.t, belt.incline_percent)

    def _follow_rhythm(self, t: float, speed_m_s: float) -> None:
        """Follow the intervals of the reports, and whether they repeat or reverse the last one."""
        interval, step = t - self._report_t, speed_m_s - self._reported
        self._report_t, self._reported = t, speed_m_s
        if not BURST_S <= interval < math.inf:
            return
        onward, self._step = step * self._step > 0.0, step
        before = self._intervals[-1] if self._intervals else interval
        alike = before / ALIKE < interval < before * ALIKE
        if interval > RHYTHM_S and not (interval < SLOWEST_S and alike):
            self._rhythm = 0
            self._intervals.clear()
        self._intervals.append(interval)
        self._rhythm += not onward
        for level in (self.speed, self.incline):
            level.interval_s = max(self._intervals) if self._has_rhythm else 0.0

    @property
    def _has_rhythm(self) -> bool:
        return self._rhythm >= RHYTHM_REPORTS

    def stride(self, t: float, stride_s: float, *, measured: bool) -> None:
        """Process a foot's stride time; ``measured``: the stride's length is known."""
        alike = abs(stride_s - self._measured_s) <= SAME_STRIDE * self._measured_s
        if measured:
            self._measured_t, self._measured_s = t, stride_s
        elif alike and t - self._measured_t <= UNMEASURED_S:
            self._report_t, self.quiet = t, False

    def step(self, t: float, speed_m_s: float, error: float) -> None:
        """Process a foot's speed over its last stride."""
        self._report_t, self.error, self.quiet = t, error, False
        self.speed.feed(t, speed_m_s)

    @property
    def due(self) -> float:
        """When silence leads to a conclusion: the last report stays, or the source is gone, s."""
        return min(self.speed.due, self.incline.due, self._gone_at)

    def conclude(self, t: float) -> bool:
        """Draw the conclusion due at ``t``; return whether the source is gone."""
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
            return self._report_t + (MISSED_S if self.quiet else STANDS_S)
        silent_s = max([SILENT_S, *(SILENT_REPORTS * interval for interval in self._intervals)])
        return self._report_t + silent_s if self._has_rhythm else math.inf
