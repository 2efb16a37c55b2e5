"""Supervision of a treadmill: it must do what each request asked, and nothing else.

Rules
-----
* After a speed request the belt must start toward the new speed within ``MOVED_WITHIN_S``, keep
  moving until it is there, and neither go the other way nor overshoot by more than ``BEYOND_M_S``.
  Otherwise it is stopped and control is off until the next session: such a machine confuses
  miles and kilometres, or does not listen, and will do so again. Its speed divided by the requested
  one gives the factor that corrects it.
* The request before the last may still take effect for ``MOVED_WITHIN_S``: machines answer late.
* A report is valid for ``FRESH_S``; between slower reports the speed is unknown. A treadmill that
  was silent for ``SILENT_S`` before the request reports only changes: its silence means no change.
* A treadmill that reports in coarse steps (half a km/h) is allowed half a step.
* A stop is sent again every ``AGAIN_S`` until the reported speed falls. If it does not fall for
  ``FALLS_WITHIN_S``, that is a fault, repeated every ``REPEAT_S``: only the safety key helps.
* A treadmill that falls silent after a stop, at once or while slowing, is assumed to stand still:
  many go silent then. One that reports only changes must have slowed to half first; otherwise it
  counts as a fault for ``GIVES_UP_S``, because it may never report that it stands.

Delay: the console's, 0.5 to 2 s; then that of the next report.
"""

from __future__ import annotations

import math
from collections import deque
from itertools import pairwise

from cued.model import BeltFault

BEYOND_M_S = 0.3 / 3.6  # three of a console's steps
MOVED_WITHIN_S = 5.0  # chosen: consoles take 0.5 to 2 s, and a report one second more
MOVED_M_S = 0.02  # less than a console's step of 0.1 km/h
FRESH_S = 1.0  # the interval of most consoles
SILENT_S = 12.0  # longer than the interval of any
WATCHED_S = 15.0  # most ramps are over by then; slower ones are followed until they end
MILES = 1.609  # kilometres
UNIT_WITHIN = 0.07  # relative: a step of 0.1 km/h at 1.4, the lowest speed of many
LEAST_FACTOR, MOST_FACTOR = 1.0, 2.0  # the limits of the option (_treadmill_options.py)
AGAIN_S = 1.0  # a console's own delay: the previous stop has had time to act
FALLS_WITHIN_S = 5.0  # chosen: as MOVED_WITHIN_S
FALLS_M_S = 0.08  # three of a console's steps of 0.1 km/h
REPEAT_S = 10.0  # chosen: heard again before anybody steps off, without talking all the time
GIVES_UP_S = 60.0  # chosen: after six warnings the key has been pulled or will not be
SLOWEST_S = 20.0  # two reports of the slowest
SPEEDS = 12  # enough for a ramp, whose steps show the resolution
SAME_M_S = 0.003  # a hundredth of a km/h
STANDS_M_S = 0.02  # less than such a step
WONT_STOP = "the treadmill does not stop: pull the safety key"
STOOD = "not faster while the treadmill says that its belt was stopped"
STOPPING = "not faster while the belt is being stopped"


class BeltGuard:
    """Follows what one treadmill does after each request. Speeds are the belt's true ones, m/s.

    off : why control is off for the session; empty while it is on.
    written_factor : true over written speed, as configured; 0 if the device has no such option.
    """

    def __init__(self, sensor: str, written_factor: float = 0.0) -> None:
        self.off = ""
        self._sensor = sensor
        self._written_factor = written_factor
        self._speed: float | None = None
        self._speed_t = float("-inf")
        self._apart_s = 0.0  # between the last two reports
        self._fresh_s = FRESH_S
        self._request: tuple[float, float, float] | None = None  # (t, from, to)
        self._moved = self._reached = False  # since the request
        self._nearest, self._nearer_t = 0.0, 0.0  # least distance to it, m/s, and when it last fell
        self._earlier: tuple[float, float] | None = None  # range of the request before, m/s
        self._reported: deque[float] = deque(maxlen=SPEEDS)  # distinct
        self._stop_t: float | None = None
        self._sent_t = 0.0
        self._lowest = self._from = 0.0  # speed: lowest since the stop, and when it was requested
        self._fell_t = 0.0
        self._fault_t = float("-inf")

    @property
    def stopping(self) -> bool:
        """Whether a stop was requested and the belt is not known to stand."""
        return self._stop_t is not None

    def requested(self, t: float, speed_m_s: float) -> None:
        """Note that a speed was written to a moving belt."""
        if self._speed is None or self._stop_t is not None:
            return
        self._note_rhythm(t)
        if self._request is not None and t - self._request[0] < MOVED_WITHIN_S:
            _, *before = self._request
            self._earlier = (min(before), max(before))
        else:
            self._earlier = None
        self._request, self._moved, self._reached = (t, self._speed, speed_m_s), False, False
        self._nearest, self._nearer_t = abs(speed_m_s - self._speed), t

    def stopped(self, t: float) -> None:
        """Note that a stop was written."""
        if self._stop_t is None:
            self._stop_t = self._fell_t = t
            self._lowest = self._from = self._speed or 0.0
            self._fault_t = float("-inf")
            self._note_rhythm(t)
        self._request, self._sent_t = None, t

    def see(self, t: float, speed_m_s: float) -> list[BeltFault]:
        """Note a reported speed and return what is wrong with it."""
        self._apart_s = t - self._speed_t if self._speed is not None else 0.0
        self._speed, self._speed_t = speed_m_s, t
        if all(abs(speed_m_s - known) > SAME_M_S for known in self._reported):
            self._reported.append(speed_m_s)
        if self._stop_t is not None:
            self._note_fall(t, speed_m_s)
        return self._judged(t)

    def tick(self, t: float) -> list[BeltFault]:
        """Return what is wrong at ``t`` though no speed was reported."""
        if self._stop_t is None:
            return self._judged(t)
        if self._is_silent(t, self._stop_t):
            self._stop_t = None
            return []
        until = min(t, self._speed_t + self._valid_s)
        if until - self._fell_t < FALLS_WITHIN_S or t - self._fault_t < REPEAT_S:
            return []
        self._fault_t = t
        return [BeltFault(t, self._sensor, "belt_wont_stop", WONT_STOP)]

    def stop_due(self, t: float) -> bool:
        """Return whether a stop has to be written now, for the first time or again."""
        if self.off and self._stop_t is None and self._request is not None:
            return True
        if self._stop_t is None:
            return False
        falling = self._fell_t > self._stop_t  # a further fall shows in the next report, 1 s later
        return t - self._sent_t >= AGAIN_S and t - self._fell_t >= (2 if falling else 1) * AGAIN_S

    @property
    def _valid_s(self) -> float:
        """For how long the last report is valid while the belt is being stopped, s."""
        steady_reports = self._fresh_s == FRESH_S or self._lowest <= self._from / 2.0
        return 2.0 * FRESH_S if steady_reports else self._fresh_s

    def _is_silent(self, t: float, stop_t: float) -> bool:
        """Return whether a belt being stopped has been silent for long enough to count as still."""
        usual_s = max(FALLS_WITHIN_S, min(2.0 * self._apart_s, SLOWEST_S))
        enough_s = usual_s if self._valid_s < math.inf else GIVES_UP_S
        return t - max(self._speed_t, stop_t) >= enough_s

    def _note_rhythm(self, t: float) -> None:
        """Note whether the treadmill was silent at a speed, and so reports only changes."""
        runs = self._speed is not None and self._speed > STANDS_M_S
        self._fresh_s = math.inf if runs and t - self._speed_t >= SILENT_S else FRESH_S

    def _note_fall(self, t: float, speed_m_s: float) -> None:
        if speed_m_s <= STANDS_M_S:
            self._stop_t = None
        elif speed_m_s < self._lowest - FALLS_M_S:
            self._lowest, self._fell_t = speed_m_s, t
        elif speed_m_s > self._lowest + FALLS_M_S:
            self._lowest = speed_m_s  # it was started again, or never slowed

    def _judged(self, t: float) -> list[BeltFault]:
        if self._request is None or self.off or self._speed is None:
            return []
        since, _, wanted = self._request
        until = min(t, self._speed_t + self._fresh_s)
        if self._speed_t <= since and until < t:  # no report since, so nothing to judge
            return []
        why = self._disobeyed(until, self._request, self._speed)
        if why:
            why += self._remedy(self._speed / wanted if wanted else 0.0)
            self.off = f"{why}; it was stopped and is asked for nothing more in this session"
            return [BeltFault(t, self._sensor, "belt_control_off", self.off)]
        if t - since > WATCHED_S and self._reached:
            self._request = None
        return []

    def _disobeyed(self, t: float, request: tuple[float, float, float], now: float) -> str:
        """Return how a belt at speed ``now``, known until ``t``, disobeys a request, or nothing."""
        since, before, wanted = request
        passed_s = t - since
        late = self._earlier if self._earlier and passed_s < MOVED_WITHIN_S else (before, before)
        half = self._half_step
        beyond = BEYOND_M_S + (half if 2.0 * half > BEYOND_M_S else 0.0)
        low, high = min(*late, before, wanted) - beyond, max(*late, before, wanted) + beyond
        asked = f"asked for {wanted * 3.6:.1f} km/h from {before * 3.6:.1f}, the treadmill"
        if not low <= now <= high:
            return f"{asked} runs {now * 3.6:.1f}"
        self._approach(t, abs(now - wanted), beyond)
        least = min(MOVED_M_S, abs(wanted - before) / 2)
        self._moved = self._moved or abs(now - before) >= least or now == wanted
        due = passed_s >= MOVED_WITHIN_S and abs(wanted - before) > max(MOVED_M_S, half)
        if due and not self._moved:
            return f"{asked} has not changed its speed in {MOVED_WITHIN_S:.0f} s"
        if not self._reached and t - self._nearer_t >= MOVED_WITHIN_S:
            return f"{asked} stays at {now * 3.6:.1f}"
        return ""

    def _approach(self, t: float, away: float, beyond: float) -> None:
        """Note how near the belt has come to the requested speed."""
        self._reached = self._reached or away <= beyond
        if away <= self._nearest - MOVED_M_S:
            self._nearest, self._nearer_t = away, t

    def _remedy(self, ratio: float) -> str:
        """Return the setting for a belt that runs at ``ratio`` times the requested speed."""
        if self._written_factor <= 0.0:
            return ""
        unit = MILES if ratio > 1.0 else 1.0 / MILES
        factor = self._written_factor * unit
        if abs(ratio / unit - 1.0) <= UNIT_WITHIN and LEAST_FACTOR <= factor + 1e-3 < MOST_FACTOR:
            return f" (set write_factor = {max(LEAST_FACTOR, factor):.3f} for it)"
        if not self._moved:
            return " (it does not listen, or reports its speed too late to be controlled safely)"
        return " (cued setup finds the unit that it takes)"

    @property
    def _half_step(self) -> float:
        """Half the smallest step between three or more reported speeds, m/s."""
        if len(self._reported) < 3:
            return 0.0
        return min(b - a for a, b in pairwise(sorted(self._reported))) / 2.0
