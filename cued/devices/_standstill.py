"""Detection of a belt that stands while its treadmill still reports a speed.

Rules
-----
* A status of "paused", "stopped" or "safety key" counts from its arrival, whatever speed is
  reported with it: many consoles repeat the last speed, or the target of the ramp.
* It ends with a status of "started", when the speed rises (again), or when the elapsed time has
  advanced for ``RUNS_S`` at a speed that does not fall.
* The belt also stands if a speed is reported but the elapsed time has not changed for ``STILL_S``
  (or twice its longest step; ``FIRST_S`` while its step is unknown), as on a Mobvoi in a pause. A
  field that has always been 0 is unused. A distance that increases shows that the belt runs.

Delay: that of the status; by the clock 3 s, at first 6 s.
"""

from __future__ import annotations

import math

# Chosen: three steps of a clock of seconds; twice that where the step is unknown.
STILL_S, FIRST_S = 3.0, 6.0
RUNS_S = 3.0  # chosen: a belt that coasts to a halt slows within it
RISE_M_S = 0.05  # two of a console's steps of 0.1 km/h
UNUSED = (0.0, 65535.0)  # values of a field that the machine does not fill


class Standstill:
    """Follows one treadmill's status and clock."""

    def __init__(self) -> None:
        self._halt = ""  # why, from the last status; empty once it has ended
        self._halt_t = 0.0
        self._least = 0.0  # lowest speed since then
        self._elapsed: float | None = None
        self._distance_m: float | None = None
        self._at = 0.0  # when the elapsed time last changed
        self._step_s = 0.0  # the longest time between changes
        self._ran = False

    def halted(self, t: float, why: str, speed_m_s: float | None) -> None:
        """Note a halt by status, and the last reported speed if there is one."""
        self._halt, self._halt_t = why, t
        self._least = math.inf if speed_m_s is None else speed_m_s

    def started(self) -> None:
        """Note that the belt was started or resumed."""
        self._halt = ""

    def ticked(self, t: float, elapsed_s: float) -> None:
        """Note the elapsed time of a report."""
        if elapsed_s == self._elapsed:
            return
        if self._elapsed is not None:
            self._ran = True
            if elapsed_s > self._elapsed:
                step_s = min(elapsed_s - self._elapsed, t - self._at)  # not a jump of the clock
                self._step_s = max(self._step_s, step_s)
        self._elapsed, self._at = elapsed_s, t

    def went(self, t: float, distance_m: float | None) -> None:
        """Note the distance of a report; an increase shows that the belt runs."""
        if distance_m is None or distance_m == self._distance_m:
            return
        if self._distance_m is not None and distance_m > self._distance_m:
            self._at = t
        self._distance_m = distance_m

    def doubt(self, t: float, speed_m_s: float) -> str:
        """Return why a speed reported at ``t`` is not to be trusted, or nothing."""
        if speed_m_s <= 0.0:
            self._least = 0.0
            return ""
        if self._halt:
            self._end_halt_if_running(t, speed_m_s)
        return self._halt or ("clock" if self._still(t) else "")

    def _end_halt_if_running(self, t: float, speed_m_s: float) -> None:
        if speed_m_s < self._least:
            self._least, self._halt_t = speed_m_s, t
        counting = self._at >= self._halt_t + RUNS_S and not self._still(t)
        if speed_m_s > self._least + RISE_M_S or counting:
            self._halt = ""

    def _still(self, t: float) -> bool:
        if self._elapsed is None or (self._elapsed in UNUSED and not self._ran):
            return False
        return t - self._at >= (max(STILL_S, 2.0 * self._step_s) if self._ran else FIRST_S)
