"""Device time to host time: when each sample really happened.

A notification arrives late by a varying amount (connection interval, batching, a busy radio) and
never early. So the smallest delay seen, the lower envelope of arrival minus device time, is the
best estimate without a round trip. The radio's least delay cannot be seen and is part of every time
here (batching of 180 ms is not an error of 180 ms, because a packet is timed by its last sample).

Rules
-----
* The times returned are strictly increasing over the life of the object, for any input: device time
  is stretched or squeezed, never stepped back.
* With device ticks the envelope may rise by ``RISE`` a second, to follow a slow device clock; a
  fast one pushes the envelope down anyway. A tick that goes back, or an arrival ``RESTART_S``
  earlier than the envelope allows, is a restarted device, and the mapping starts again.
* Without ticks, samples are counted. A wrong sample period or lost samples then look like delay at
  first: the envelope is the smallest delay of the last ``WINDOW_S``, and the period is learnt from
  it, within ``PERIOD_SHARE`` of the nominal one. A loss shows as a hole within ``WINDOW_S``. At
  another rate altogether (``pace.py``) the mapping starts again with that one as the nominal rate.
* ``lag_s`` is how much older the newest sample was on arrival than the envelope requires. A link
  that falls behind shows here, and nowhere else.
* No clock is read and nothing is random: a copy continues identically.

Accuracy, from tests/signal/test_clock.py, after 10 s, beyond the constant least delay: with
ticks, 200 ppm and exponential delays of mean 30 ms, within 5 ms; without ticks, the rate 3 % off
its nominal value, within 5 ms at delays of mean 10 ms and within 20 ms at 30 ms. Times depend on
the arrivals, so they cannot be the same for every split of the same samples. While a backlog from
before the first good arrival is worked off, times may lie ahead of the arrival.

Similar: Klipper's clocksync.py ages its best round trip in the same way (GPL-3; idea only); the
lower envelope is the classical one-way estimator (Moon, Skelly, Towsley 1999,
doi:10.1109/INFCOM.1999.749287). We follow it with a slope limit instead of fitting a hull, because
a fitted line may step back when a new point changes it.
"""

from __future__ import annotations

from collections import deque
from math import exp

import numpy as np

from cued.model import Floats
from cued.signal.pace import Pace

RISE = 250e-6  # above the 200 ppm by which two cheap crystals differ at most
RESTART_S = 1.0  # chosen: no radio delivers this early, a device that restarts is far earlier
SETTLE_S = 0.25  # time constant of corrections
SQUEEZE = 0.99  # time may be slowed to a hundredth, not stopped
WINDOW_S = 1.0  # chosen: some twenty packets, one of which was not late
SKIP_S = 0.05  # a correction upward of more than this is a hole, not a slope
PERIOD_SHARE = 0.05  # inertial sensors' oscillators are within 5 % (e.g. BMI160: 1 %)
LEARN_S = 5.0  # chosen
LEAST_STEP_S = 1e-6  # so that times increase; far below a sample


class Clock:
    """Maps the samples of one connection, packet by packet.

    >>> clock = Clock(100.0)
    >>> clock.map(10.00, np.array([0.00, 0.01]), 2).round(3).tolist()
    [9.99, 10.0]
    >>> clock.map(10.05, np.array([0.02, 0.03]), 2).round(3).tolist()  # 30 ms late
    [10.01, 10.02]
    """

    def __init__(self, rate_hz: float) -> None:
        self._last_host = -np.inf
        self._lag_s = 0.0
        self.retune(rate_hz)

    @property
    def lag_s(self) -> float:
        """How old the newest sample was on arrival, beyond the least delay, s."""
        return self._lag_s

    @property
    def rate_hz(self) -> float:
        """The sample rate: learnt for a device without ticks, else the nominal one."""
        return 1.0 / self._period_s

    @property
    def nominal_hz(self) -> float:
        """The sample rate as given, or as noticed for a device without ticks."""
        return 1.0 / self._nominal_s

    def retune(self, rate_hz: float) -> None:
        """Start again with another nominal rate."""
        self._nominal_s = self._period_s = 1.0 / rate_hz
        self._pace = Pace()
        self.restart()

    def restart(self) -> None:
        """Forget the device's time (a new connection); returned times stay increasing."""
        self._tick: float | None = None  # of the newest sample
        self._envelope = 0.0  # estimate of host minus device time
        self._offset = 0.0  # the same as used, on its way to the estimate
        self._arrival = -np.inf
        self._delays: deque[tuple[float, float]] = deque()  # (tick, arrival - tick), no ticks only
        self._anchor: tuple[float, float, float] | None = None  # (count, tick, host)
        self._count = 0

    def map(self, t_arrival: float, ticks: Floats | None, n: int) -> Floats:
        """Return the (n,) host times of samples that arrived at ``t_arrival``, oldest first.

        ticks : (n,) the device's sample times, s; None to count samples at the nominal rate.
        """
        if n <= 0:
            return np.empty(0)
        counted = ticks is None
        if ticks is None:
            ticks = self._counted(t_arrival, n)
        if self._restarted(t_arrival, float(ticks[0]), float(ticks[-1])):
            self.restart()
        if self._tick is None:
            host = self._begin(t_arrival, ticks)
        else:
            host = self._continue(t_arrival, ticks, self._tick, counted)
        self._tick, self._arrival = float(ticks[-1]), t_arrival
        if counted:
            self._count += n
            self._learn(float(ticks[-1]))
        return self._increasing(t_arrival, host)

    def _counted(self, t_arrival: float, n: int) -> Floats:
        if t_arrival - self._arrival > RESTART_S:
            self.restart()  # samples lost meanwhile cannot be counted
        ratio = self._pace.feed(t_arrival, n, self._period_s)
        if ratio != 1.0:
            self.retune(1.0 / (self._period_s * ratio))
        start = 0.0 if self._tick is None else self._tick
        return start + self._period_s * np.arange(1.0, n + 1.0, dtype=np.float64)

    def _restarted(self, t_arrival: float, first: float, last: float) -> bool:
        if self._tick is None:
            return False
        return first <= self._tick or t_arrival - last < self._envelope - RESTART_S

    def _begin(self, t_arrival: float, ticks: Floats) -> Floats:
        last = float(ticks[-1])
        self._envelope = self._offset = t_arrival - last
        self._delays.append((last, self._envelope))
        return ticks + self._offset

    def _continue(self, t_arrival: float, ticks: Floats, before: float, counted: bool) -> Floats:
        last = float(ticks[-1])
        span = last - before
        delay = t_arrival - last
        if counted:
            self._envelope = self._least_recent(last, delay)
        else:
            self._envelope = min(self._envelope + RISE * span, delay)
        error = self._envelope - self._offset
        if error > SKIP_S:
            self._offset = self._envelope
            return ticks + self._offset
        change = max(error * (1.0 - exp(-span / SETTLE_S)), -SQUEEZE * span)
        if error < -SETTLE_S:  # a backlog before the first good arrival: correct it quickly
            change = max(error, -SQUEEZE * span)
        start, self._offset = self._offset, self._offset + change
        return ticks + (start + change / span * (ticks - before))

    def _least_recent(self, last: float, delay: float) -> float:
        self._delays.append((last, delay))
        while self._delays[0][0] < last - WINDOW_S:
            self._delays.popleft()
        return min(d for _, d in self._delays)

    def _learn(self, tick: float) -> None:
        """Adjust the period by the envelope's drift over ``LEARN_S`` of samples."""
        host = tick + self._envelope
        if self._anchor is None:
            if self._count * self._nominal_s > WINDOW_S:
                self._anchor = (self._count, tick, host)
            return
        count, at, was = self._anchor
        drift = (host - was) - (tick - at)
        if abs(drift) > PERIOD_SHARE * (tick - at) + SKIP_S:
            self._anchor = None  # a hole, not a drift
            return
        if tick - at < LEARN_S:
            return
        period = (host - was) / (self._count - count)
        low, high = (1 - PERIOD_SHARE) * self._nominal_s, (1 + PERIOD_SHARE) * self._nominal_s
        self._period_s += 0.5 * (min(max(period, low), high) - self._period_s)
        self._anchor = (self._count, tick, host)

    def _increasing(self, t_arrival: float, host: Floats) -> Floats:
        least = self._last_host + LEAST_STEP_S
        if host[0] < least or (host.size > 1 and (host[1:] - host[:-1]).min() < LEAST_STEP_S):
            step: Floats = LEAST_STEP_S * np.arange(host.size, dtype=np.float64)
            host = np.maximum.accumulate(np.maximum(host - step, least)) + step
        self._last_host = float(host[-1])
        self._lag_s = max(0.0, t_arrival - self._last_host)
        return host
