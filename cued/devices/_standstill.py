"""Does the belt still run as its treadmill says? Halts that are told apart from the speed.

Rules
-----
* A status of "paused", "stopped" or "safety key" counts from its arrival on, whatever speed is told
  beside it: many consoles repeat the last one, or the target of the ramp.
* It ends with a status of "started", with a speed that rises (again), or when the elapsed time has
  run on for ``RUNS_S`` at a speed that does not fall.
* Where the elapsed time stands still for ``STILL_S`` (or twice its longest step; at first, when its
  step is not known, for ``FIRST_S``) while a speed is told, the belt stands (Mobvoi, in a pause). A
  field that was 0 all the time is none. A distance that counts on says that the belt runs.

Delay: that of the status; by the clock 3 s, at first 6 s.
"""

from __future__ import annotations

import math

# Chosen: three steps of a clock of seconds; twice that where the step is unknown.
STILL_S, FIRST_S = 3.0, 6.0
RUNS_S = 3.0  # chosen: a belt that coasts to a halt slows within it
RISE_M_S = 0.05  # two of a console's steps of 0.1 km/h
UNUSED = (0.0, 65535.0)  # what fields hold that nobody fills


class Standstill:
    """Follows one treadmill's status and clock."""

    def __init__(self) -> None:
        self._told = ""  # by the status, and not taken back
        self._told_t = 0.0
        self._least = 0.0  # speed since then
        self._elapsed: float | None = None
        self._distance_m: float | None = None
        self._at = 0.0  # when the elapsed time last changed
        self._step_s = 0.0  # the longest that it took to change
        self._ran = False

    def halted(self, t: float, why: str, speed_m_s: float | None) -> None:
        """Note a status that says so; the speed that was told last, if any was."""
        self._told, self._told_t = why, t
        self._least = math.inf if speed_m_s is None else speed_m_s

    def started(self) -> None:
        """Note that the belt was started or resumed."""
        self._told = ""

    def ticked(self, t: float, elapsed_s: float) -> None:
        """Note the elapsed time of a report."""
        if elapsed_s == self._elapsed:
            return
        if self._elapsed is not None:
            self._ran = True
            if elapsed_s > self._elapsed:
                step_s = min(elapsed_s - self._elapsed, t - self._at)  # a jump is no step
                self._step_s = max(self._step_s, step_s)
        self._elapsed, self._at = elapsed_s, t

    def went(self, t: float, distance_m: float | None) -> None:
        """Note the distance of a report: what counts on is no belt that stands."""
        if distance_m is None or distance_m == self._distance_m:
            return
        if self._distance_m is not None and distance_m > self._distance_m:
            self._at = t
        self._distance_m = distance_m

    def doubt(self, t: float, speed_m_s: float) -> str:
        """Return why a speed that is told at ``t`` does not hold, or nothing."""
        if speed_m_s <= 0.0:
            self._least = 0.0
            return ""
        if self._told:
            self._look_whether_it_runs(t, speed_m_s)
        return self._told or ("clock" if self._still(t) else "")

    def _look_whether_it_runs(self, t: float, speed_m_s: float) -> None:
        if speed_m_s < self._least:
            self._least, self._told_t = speed_m_s, t
        counting = self._at >= self._told_t + RUNS_S and not self._still(t)
        if speed_m_s > self._least + RISE_M_S or counting:
            self._told = ""

    def _still(self, t: float) -> bool:
        if self._elapsed is None or (self._elapsed in UNUSED and not self._ran):
            return False
        return t - self._at >= (max(STILL_S, 2.0 * self._step_s) if self._ran else FIRST_S)
