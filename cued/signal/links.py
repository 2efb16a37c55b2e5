"""State of each sensor's link: up, late (0.5 s without data) or lost (1 s).

The age is counted from arrivals of usable samples and judged at ticks. The Bluetooth stack's
opinion does not count, because a zombie link stays "connected" for hours (bleak-retry-
connector#228). The thresholds are chosen: more than 1 s without data while the belt moves raises an
alarm (``coach/safety.py``).
"""

from __future__ import annotations

from cued.model import Link, LinkState

LATE_S = 0.5  # chosen, not tuned
LOST_S = 1.0  # chosen, not tuned


class Links:
    """Watches the arrivals of all sensors."""

    def __init__(self, sensors: list[str]) -> None:
        self.state: dict[str, LinkState] = dict.fromkeys(sensors, "lost")
        self._arrived: dict[str, float] = {}

    def arrived(self, sensor: str, t: float) -> Link | None:
        """Process an arrival; return an event if the sensor was not up."""
        self._arrived[sensor] = t
        return self._change(sensor, "up", t, 0.0)

    def tick(self, t: float) -> list[Link]:
        """Judge ages at ``t``; sensors that never sent data are left out."""
        out: list[Link] = []
        for sensor, arrived in self._arrived.items():
            age = t - arrived
            state: LinkState = "lost" if age > LOST_S else "late" if age > LATE_S else "up"
            worse = state == "lost" or (state == "late" and self.state[sensor] == "up")
            event = self._change(sensor, state, t, age) if worse else None
            if event:
                out.append(event)
        return out

    def _change(self, sensor: str, state: LinkState, t: float, age: float) -> Link | None:
        if self.state.get(sensor) == state:
            return None
        self.state[sensor] = state
        return Link(t=t, sensor=sensor, state=state, age_s=age)
