"""The simulated treadmill: ramps between settings, by script or on request."""

from __future__ import annotations

import math

import numpy as np

from cued.model import Belt, BeltRequest
from cued.simulation.scenario import BeltSetting, Reporting

RAMP_M_S2 = 0.2  # treadmills change by 0.1-0.3 m/s² (assumed; few makers say)
RAMP_PERCENT_S = 0.5  # chosen
TOP_M_S = 6.0  # 21.6 km/h
STEEP_PERCENT = (-10.0, 25.0)  # of what treadmills reach
FLICKER_M_S = 0.1 / 3.6  # the last digit of most consoles
HELD_S = 8.0  # how far back the state is kept


class Treadmill:
    """Speed and incline as functions of time: final up to now, planned beyond."""

    def __init__(self, settings: tuple[BeltSetting, ...], error_percent: float) -> None:
        self._todo = sorted(settings, key=lambda s: s.at_s)
        self._factor = 1.0 + error_percent / 100.0
        # Corners of the two ramps: (t, speed, incline); linear in between, level after the last.
        self._corners: list[tuple[float, float, float]] = [(-1.0, 0.0, 0.0)]
        # Targets (t, speed, incline) of the ramps, oldest first.
        self._goals: list[tuple[float, float, float]] = [(-1.0, 0.0, 0.0)]
        self._foreseen: list[BeltSetting] = []

    def advance(self, t: float, ahead_s: float = 3.0) -> None:
        """Make everything up to ``t`` final, and plan the settings of the next ``ahead_s``."""
        while self._todo and self._todo[0].at_s <= t + ahead_s:
            self._foreseen.append(self._todo.pop(0))
            self._set(self._foreseen[-1])
        self._foreseen = [s for s in self._foreseen if s.at_s > t]
        while len(self._goals) > 1 and self._goals[1][0] <= t:
            self._goals.pop(0)
        while len(self._corners) > 2 and self._corners[1][0] < t - HELD_S:
            self._corners.pop(0)

    def request(self, request: BeltRequest, t: float) -> str:
        """Carry out a request from ``t`` on; return "" or why it was refused."""
        speed, incline = request.speed_m_s, request.incline_percent
        if speed is not None and not 0.0 <= speed <= TOP_M_S:
            return f"the treadmill does 0..{TOP_M_S:g} m/s"
        if incline is not None and not STEEP_PERCENT[0] <= incline <= STEEP_PERCENT[1]:
            return f"the treadmill does {STEEP_PERCENT[0]:g}..{STEEP_PERCENT[1]:g} %"
        self._goals = [g for g in self._goals if g[0] <= t]
        asked = BeltSetting(at_s=t, speed_m_s=speed, incline_percent=incline, ramp_m_s2=RAMP_M_S2)
        for setting in (asked, *self._foreseen):
            self._set(setting)
        return ""

    def at(self, t: float) -> tuple[float, float]:
        """Return the true speed in m/s and incline in percent."""
        _, speed, incline = self._interpolate(t)
        return speed * self._factor, incline

    def shown(self, t: float) -> tuple[float, float]:
        """Return the speed in m/s and incline in percent that the console shows."""
        _, speed, incline = self._interpolate(t)
        return round(speed, 3), round(incline, 2)

    def _set(self, s: BeltSetting) -> None:
        """Ramp from the belt's speed at the setting's time, replacing later ramps."""
        t, now = s.at_s, self._interpolate(s.at_s)
        _, speed, incline = self._goals[-1]
        speed = speed if s.speed_m_s is None else s.speed_m_s
        incline = incline if s.incline_percent is None else s.incline_percent
        self._goals.append((t, speed, incline))
        self._corners = [c for c in self._corners if c[0] < t]
        self._corners.append(now)
        fast = t + abs(speed - now[1]) / s.ramp_m_s2
        steep = t + abs(incline - now[2]) / RAMP_PERCENT_S
        for end in sorted({fast, steep}):
            part = 1.0 if fast <= t else min(1.0, (end - t) / (fast - t))
            rise = 1.0 if steep <= t else min(1.0, (end - t) / (steep - t))
            corner = (end, now[1] + part * (speed - now[1]), now[2] + rise * (incline - now[2]))
            if end > self._corners[-1][0]:
                self._corners.append(corner)
            else:
                self._corners[-1] = corner

    def _interpolate(self, t: float) -> tuple[float, float, float]:
        before = self._corners[0]
        for corner in self._corners:
            if corner[0] > t:
                span = corner[0] - before[0]
                part = 0.0 if math.isclose(span, 0.0) else max(0.0, (t - before[0]) / span)
                return (
                    t,
                    before[1] + part * (corner[1] - before[1]),
                    before[2] + part * (corner[2] - before[2]),
                )
            before = corner
        return t, before[1], before[2]


class Reporter:
    """The treadmill's reports, which need not match what the belt does."""

    def __init__(self, reporting: Reporting, belt: Treadmill, rng: np.random.Generator) -> None:
        self._reporting = reporting
        self._belt = belt
        self._rng = rng

    def report(self, t: float) -> Belt | None:
        """Return the report due at ``t``; None from a treadmill that reports nothing."""
        how = self._reporting
        noise, flicker = self._rng.standard_normal(), self._rng.random()
        speed, incline = self._belt.shown(t)
        if how.tells == "nothing":
            return None
        if how.tells == "zero":
            return Belt(t, 0.0, 0.0)
        if how.tells == "measured":
            speed = self._belt.at(t)[0]
        speed *= how.factor * (1.0 + noise * how.noise_percent / 100.0)
        if speed > 0.0 and 100.0 * flicker < how.flicker_percent:
            speed += FLICKER_M_S
        if how.resolution_m_s:
            speed = how.resolution_m_s * round(speed / how.resolution_m_s)
        measured = how.tells == "measured"
        return Belt(t, max(speed, 0.0), incline, kind="sensor" if measured else "console")
