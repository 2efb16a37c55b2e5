"""One sensor's packets into blocks on the common grid: clock, quality, grid, mounting, in that order.

Delay: the grid's (at most 5 ms + one sample period). Samples that are not finite are dropped
before the grid, which then sees a hole; samples of impossible size stay and are marked.
"""

from __future__ import annotations

import numpy as np

from cued.frames import Matrix, rotation, to_body
from cued.model import Block, Floats, Packet, Placement
from cued.signal.clock import Clock
from cued.signal.grid import Grid
from cued.signal.quality import Quality


class Stream:
    """Turns the packets of one sensor into blocks."""

    def __init__(self, sensor: str, placement: Placement, mounting: Matrix | None) -> None:
        self._sensor = sensor
        self._placement: Placement = placement
        self._mounting = None if mounting is None else rotation(mounting)
        self._clock: Clock | None = None
        self._grid: Grid | None = None
        self._quality: Quality | None = None
        self._gyro = False

    @property
    def lag_s(self) -> float:
        """How much later than fresh the newest samples arrive, s (0 for synced sources)."""
        return self._clock.lag_s if self._clock else 0.0

    def feed(self, packet: Packet) -> list[Block]:
        """Give the blocks that the packet completes."""
        if not packet.acc.shape[0]:
            return []
        if self._grid is None or self._gyro != (packet.gyr is not None):
            self._begin(packet)
        assert self._grid and self._quality
        t = self._times(packet)
        x = packet.acc if packet.gyr is None else np.concatenate((packet.acc, packet.gyr), axis=1)
        finite = np.isfinite(x).all(axis=1)
        if not finite.all():
            t, x = t[finite], x[finite]
        ok = self._quality.feed(x[:, :3])
        return [self._block(*part) for part in self._grid.feed(t, x, ok)]

    def _begin(self, packet: Packet) -> None:
        self._gyro = packet.gyr is not None
        self._grid = Grid(packet.rate_hz, 6 if self._gyro else 3)
        self._quality = Quality(packet.rate_hz)
        self._clock = self._clock or Clock(packet.rate_hz)

    def _times(self, packet: Packet) -> Floats:
        if packet.synced and packet.ticks is not None:
            return packet.ticks
        assert self._clock
        return self._clock.map(packet.t, packet.ticks, packet.acc.shape[0])

    def _block(self, t: Floats, x: Floats, ok: np.ndarray, fresh: bool) -> Block:
        acc, gyr = x[:, :3], x[:, 3:] if self._gyro else None
        if self._mounting is not None:
            acc = to_body(self._mounting, acc)
            gyr = None if gyr is None else to_body(self._mounting, gyr)
        oriented = self._mounting is not None
        return Block(self._sensor, self._placement, t, acc, gyr, ok, oriented, fresh)
