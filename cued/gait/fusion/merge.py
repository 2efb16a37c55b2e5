"""Findings of several sensors in one order, however their packets arrived.

Packets of different sensors interleave at random. A finding is passed on when every live sensor's
samples have passed the moment at which it was known (``at``); until then another sensor's finding
could still come before it. A sensor whose samples end ``WAIT_S`` before another's newest block
begins is not waited for. So a stalled link delays the others by at most that and one block, and
long blocks (a recording read in pieces of seconds) still wait for each other. Belt messages are
ordered among the findings; they wait for no sensor once all are lost, or none has sent anything for
``FIRST_S``.
"""

from __future__ import annotations

import heapq

from cued.gait.finding import Finding
from cued.model import Belt, LinkChanged

WAIT_S = 0.5  # chosen: longer than radio gaps; the others' delay when one sensor is lost
FIRST_S = 5.0  # longer than any packet


class Merge:
    """Holds findings and belt messages back until their turn."""

    def __init__(self, sensors: list[str]) -> None:
        self._order = {sensor: i for i, sensor in enumerate(sorted(sensors))}
        self._reached: dict[str, float] = {}
        self._began: dict[str, float] = {}
        self._heap: list[tuple[float, int, int, Finding | Belt | LinkChanged]] = []
        self._count = 0
        self.passed = -1e9  # sample time that every live sensor has reached
        self._silent = set(sensors)  # sent nothing yet, and not lost

    def put(self, sensor: str, began: float, reached: float, findings: list[Finding]) -> None:
        """Queue what a sensor found in samples from ``began`` up to ``reached``."""
        self._silent.clear()
        if not self._reached:  # the first block of all: wait for the other sensors from here on
            self._reached = dict.fromkeys(self._order, began)
        self._began[sensor], self._reached[sensor] = began, reached
        self._pass()
        for finding in findings:
            self._count += 1
            heapq.heappush(self._heap, (finding.at, self._order[sensor], self._count, finding))

    def belt(self, belt: Belt | LinkChanged) -> None:
        """Queue a message about the belt."""
        self._count += 1
        heapq.heappush(self._heap, (belt.t, -1, self._count, belt))
        if self._silent and belt.t - self._heap[0][0] > FIRST_S:
            self._silent.clear()

    def drop(self, sensor: str) -> None:
        """Stop waiting for a lost sensor."""
        self._silent.discard(sensor)
        self._reached.pop(sensor, None)
        self._began.pop(sensor, None)
        self._pass()

    def drain(self) -> list[Finding | Belt | LinkChanged]:
        """Return the findings and belt messages that are due, in order."""
        out: list[Finding | Belt | LinkChanged] = []
        until = self.passed if self._reached or self._silent else float("inf")
        while self._heap and self._heap[0][0] <= until:
            out.append(heapq.heappop(self._heap)[3])
        return out

    def _pass(self) -> None:
        awaited = max(self._began.values(), default=-1e9) - WAIT_S
        self.passed = min([t for t in self._reached.values() if t >= awaited], default=-1e9)
