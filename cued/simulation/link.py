"""The simulated link from a sensor to the host: packets, delays, losses.

A packet leaves at the next connection event after its last sample, takes a log-normal time (p99 is
ten times the median), longer during a stall or a lag, and never overtakes another. Samples taken
while the link is down are lost, as on a sensor without memory. Bursts, stalls and disconnections
follow published reports on real radios (micro:bit, Raspberry Pi, chest straps); none of it was
measured here.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from msgspec import Struct

from cued.model import Battery, Floats, Input, LinkChanged, Packet
from cued.simulation.scenario import PlannedFault, SimulatedLink, SimulatedSensor


class Window(Struct, frozen=True):
    """An interval with something wrong on the link."""

    start: float
    end: float
    what: str
    by: float = 0.0


class LinkModel:
    """One sensor's link: samples in, (arrival, input) out."""

    def __init__(
        self,
        sensor: SimulatedSensor,
        link: SimulatedLink,
        breaks: tuple[PlannedFault, ...],
        epoch_s: float,
        rng: np.random.Generator,
    ) -> None:
        self._sensor, self._link, self._rng = sensor, link, rng
        self._epoch_s = epoch_s
        ours = sorted((b for b in breaks if b.sensor in {"", sensor.name}), key=lambda b: b.at_s)
        self._script = deque(
            Window(b.at_s, b.at_s + b.lasts_s, b.what, b.size)
            for b in ours
            if b.what in {"lost", "stall", "lag", "loss", "battery"}
        )
        self._next_stall = self._wait(link.stalls_per_h)
        self._next_drop = self._wait(link.drops_per_h)
        self._now: list[Window] = []
        self._messages: list[tuple[float, Input]] = []
        self._held: list[tuple[Floats, Floats, Floats, Floats | None]] = []
        self._count = 0
        self._last = 0.0

    def connect(self) -> tuple[float, Input]:
        """Return the input that reports the link as up."""
        return 0.0, LinkChanged(0.0, self._sensor.name, True)

    def send(
        self, until: float, t: Floats, stamps: Floats, acc: Floats, gyr: Floats | None
    ) -> list[tuple[float, Input]]:
        """Return the inputs sent by the samples before ``until``, with times of arrival."""
        self._begin(until)
        alive = np.ones(t.size, dtype=bool)
        for w in self._now:
            if w.what == "lost":
                alive &= (t < w.start) | (t >= w.end)
        out, self._messages = self._messages, []
        if t.size and alive.any():
            self._held.append(
                (t[alive], stamps[alive], acc[alive], None if gyr is None else gyr[alive])
            )
            self._count += int(alive.sum())
        if self._count >= self._link.samples:
            out += self._packets()
        self._now = [w for w in self._now if w.end > until]
        return out

    def _packets(self) -> list[tuple[float, Input]]:
        t = np.concatenate([h[0] for h in self._held])
        stamps = np.concatenate([h[1] for h in self._held])
        acc = np.concatenate([h[2] for h in self._held])
        parts = [h[3] for h in self._held if h[3] is not None]
        gyr = np.concatenate(parts) if parts else None
        n = self._link.samples
        out: list[tuple[float, Input]] = []
        whole = t.size // n * n
        for start in range(0, whole, n):
            s = slice(start, start + n)
            arrival = self._arrival(float(t[start + n - 1]))
            if arrival is None:
                continue
            ticks = t[s] if self._link.synced else stamps[s] + self._epoch_s
            out.append(
                (
                    arrival,
                    Packet(
                        t=arrival,
                        sensor=self._sensor.name,
                        ticks=ticks,
                        acc=acc[s],
                        gyr=None if gyr is None else gyr[s],
                        rate_hz=self._sensor.rate_hz,
                        synced=self._link.synced,
                    ),
                )
            )
        rest = slice(whole, None)
        self._held = [(t[rest], stamps[rest], acc[rest], None if gyr is None else gyr[rest])]
        self._count = t.size - whole
        return out

    def _arrival(self, sent: float) -> float | None:
        """Return when a packet completed at ``sent`` arrives; None if it is lost."""
        link = self._link
        jitter, luck = (float(x) for x in (self._rng.standard_normal(), self._rng.random()))
        at = sent + link.delay_s
        if link.interval_s > 0.0:
            at = (math.floor(at / link.interval_s) + 1) * link.interval_s
        at += link.jitter_s * math.exp(jitter)  # e^2.33 = 10 times the median at p99
        lost = link.loss_percent
        for w in self._now:
            if not w.start <= sent < w.end:
                continue
            if w.what == "stall":
                at = max(at, w.end)
            elif w.what == "lag":
                at += w.by
            elif w.what == "loss":
                lost = max(lost, w.by)
        if luck * 100.0 < lost:
            return None
        self._last = max(at, self._last)
        return self._last

    def _begin(self, until: float) -> None:
        """Open the windows that start before ``until``, scripted and by chance."""
        while self._script and self._script[0].start < until:
            self._open(self._script.popleft())
        while self._next_stall < until:
            start = self._next_stall
            self._open(Window(start, start + float(self._rng.uniform(0.3, 2.0)), "stall"))
            self._next_stall = start + self._wait(self._link.stalls_per_h)
        while self._next_drop < until:
            start = self._next_drop
            self._open(Window(start, start + float(self._rng.uniform(3.0, 15.0)), "lost"))
            self._next_drop = start + 15.0 + self._wait(self._link.drops_per_h)

    def _open(self, w: Window) -> None:
        name = self._sensor.name
        if w.what == "battery":
            self._messages.append((w.start, Battery(w.start, name, w.by)))
            return
        self._now.append(w)
        if w.what == "lost":
            self._messages.append(
                (w.start, LinkChanged(w.start, name, False, "connection timeout"))
            )
            self._messages.append((w.end, LinkChanged(w.end, name, True)))
            self._held, self._count = [], 0  # a half-filled packet is lost too
            self._last = max(self._last, w.end) if self._last > w.start else self._last

    def _wait(self, per_h: float) -> float:
        return float(self._rng.exponential(3600.0 / per_h)) if per_h > 0.0 else math.inf
