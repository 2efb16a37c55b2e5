"""One sensor's packets into blocks: clock, quality, grid and mounting, in that order.

Delay: the grid's (at most 5 ms + one sample period). Samples that are not finite are dropped
before the grid, which then sees a hole; saturated or frozen samples stay and are marked. A sensor
that returns with another rate (without device time the rate is measured at each connection) starts
again; its times stay increasing. So does one whose rate changes while it is connected.
"""

from __future__ import annotations

from math import isfinite

import numpy as np
from numpy.typing import NDArray

from cued.frames import Matrix, rotation, to_body
from cued.model import Block, Bools, Floats, Packet, Placement
from cued.signal.clock import Clock
from cued.signal.grid import Grid

SATURATED_RUN = 3  # samples at the range's end in a row
SATURATED_ACC_M_S2 = 18.0  # the smallest common range, 2 g, less its tolerance
LYING_RAD_S = 0.2  # chosen: above a gyroscope's offset; faster, a live accelerometer would change
FLAT_S = 0.2  # chosen; noise changes the last digit of most sensors sooner


class Stream:
    """Turns the packets of one sensor into blocks."""

    def __init__(self, sensor: str, placement: Placement, mounting: Matrix | None) -> None:
        self._sensor = sensor
        self._placement: Placement = placement
        self._mounting = None if mounting is None else rotation(mounting)
        self._clock: Clock | None = None
        self._shape: tuple[Quality, Grid] | None = None
        self._gyro = False
        self._rate_hz = 0.0
        self.usable = False  # whether the last packet held a usable sample
        self.changed = False  # whether with it the sensor was noticed to have another rate

    @property
    def lag_s(self) -> float:
        """How far the newest samples lag behind, s (0 for synced sources)."""
        return self._clock.lag_s if self._clock else 0.0

    def forget(self) -> None:
        """Start again with the next samples, because the last blocks were not used."""
        self._shape = None

    def feed(self, packet: Packet) -> list[Block]:
        """Process a packet and return the blocks it completes."""
        self.usable = self.changed = False
        if not packet.acc.shape[0]:
            return []
        if packet.rate_hz != self._rate_hz:
            self._retune(packet.rate_hz)
        t = self._times(packet)
        quality, grid = self._shaped(packet)
        x = packet.acc if packet.gyr is None else np.concatenate((packet.acc, packet.gyr), axis=1)
        if not isfinite(np.add.reduce(x, axis=None)):
            rows = np.isfinite(x).all(axis=1)
            t, x = t[rows], x[rows]
        ok = quality.feed(x)
        self.usable = bool(ok.any())
        return [self._block(*part) for part in grid.feed(t, x, ok)]

    def _retune(self, rate_hz: float) -> None:
        self._rate_hz, self._shape = rate_hz, None
        if self._clock:
            self._clock.retune(rate_hz)

    def _shaped(self, packet: Packet) -> tuple[Quality, Grid]:
        """Return quality and grid, new ones if a gyroscope came or went."""
        gyro = packet.gyr is not None
        if self._shape is None or gyro != self._gyro:
            self._gyro = gyro
            rate_hz = self._clock.nominal_hz if self._clock else packet.rate_hz
            self._shape = Quality(rate_hz), Grid(rate_hz, 6 if gyro else 3)
        return self._shape

    def _times(self, packet: Packet) -> Floats:
        if packet.synced and packet.ticks is not None:
            return packet.ticks
        if self._clock is None:
            self._clock = Clock(packet.rate_hz)
        before = self._clock.nominal_hz
        t = self._clock.map(packet.t, packet.ticks, packet.acc.shape[0])
        if self._clock.nominal_hz != before:
            self._shape, self.changed = None, True
        return t

    def _block(self, t: Floats, x: Floats, ok: Bools, fresh: bool) -> Block:
        vectors = x.reshape(t.size, -1, 3)  # acceleration and, with a gyroscope, turn rate
        if self._mounting is not None:
            vectors = to_body(self._mounting, vectors)
        acc, gyr = vectors[:, 0], vectors[:, 1] if self._gyro else None
        oriented = self._mounting is not None
        return Block(self._sensor, self._placement, t, acc, gyr, ok, oriented, fresh)


class Quality:
    """Marks the samples of one stream that are finite but wrong.

    Saturated: the same large value on one axis three times in a row. Real movement peaks once; a
    clipped peak repeats the range's end. Flat: all axes exactly unchanged for 0.2 s. Even a sensor
    on a table shows noise in its last bit, if not in the acceleration's of a coarse one (10 mg),
    then in the turn rate's, which tells it from one that hangs. Without a gyroscope it cannot be
    told: lying still, it counts as lost until it is moved. Marks start at the sample at which a run
    becomes too long, so any split of the samples gives the same marks.
    """

    def __init__(self, rate_hz: float) -> None:
        self._flat_run = max(3, round(FLAT_S * rate_hz))
        self._last: Floats | None = None
        self._runs = np.zeros(0, dtype=np.int64)  # of equal samples, for each column

    def feed(self, x: Floats) -> Bools:
        """Mark finite accelerations (n, 3), or with turn rates (n, 6); True is good."""
        n = x.shape[0]
        if not n:
            return np.empty(0, dtype=np.bool_)
        if self._last is None:
            self._last, self._runs = x[:1] + 1.0, np.zeros(x.shape[1], dtype=np.int64)
        known = np.concatenate((self._last, x))
        same: Bools = known[1:] == known[:-1]
        self._last = known[-1:]
        if not np.count_nonzero(same):
            self._runs[:] = 0
            return np.isfinite(x[:, 0])  # all True
        runs, acc, gyr = self._run_lengths(same), x[:, :3], x[:, 3:]
        saturated: Bools = (runs[:, :3] >= SATURATED_RUN - 1) & (np.abs(acc) >= SATURATED_ACC_M_S2)
        flat: Bools = runs[:, :3].min(axis=1) >= self._flat_run - 1
        if gyr.size:
            flickers: Bools = runs[:, 3:].min(axis=1) < self._flat_run - 1
            flat &= ~(flickers & (np.abs(gyr).max(axis=1) < LYING_RAD_S))
        clipped: Bools = saturated[:, 0] | saturated[:, 1] | saturated[:, 2]
        good: Bools = np.logical_not(clipped | flat)
        return good

    def _run_lengths(self, same: Bools) -> NDArray[np.int64]:
        """Return for each sample and column how many samples before it had the same value."""
        n = same.shape[0]
        index: NDArray[np.int64] = np.arange(1, n + 1, dtype=np.int64)[:, None]
        breaks: NDArray[np.int64] = np.maximum.accumulate(np.where(same, 0, index), axis=0)
        runs: NDArray[np.int64] = np.where(breaks == 0, index + self._runs, index - breaks)
        self._runs = runs[-1].copy()
        return runs
