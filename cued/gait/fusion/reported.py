"""Values that a sensor computes itself: the cadence of a foot pod, the heart rate of a strap.

A foot pod (``devices/rsc.py``) sends a smoothed step rate about once a second and about a second
late, without sides or single steps. So it gives no strides, no balance and no cues. It is passed on
as the metric ``cadence_spm`` only while no inertial sensor, which measures cadence itself, sends
data.

Each value carries its sensor's name as its source and no strides, is meant for display and history,
and ends when the sensor is silent for ``SILENT_S``, is disconnected, or reports 0.
"""

from __future__ import annotations

from msgspec.structs import replace

from cued.model import Cadence, HeartRate, Measurement

CADENCE, HEART_RATE = "cadence_spm", "heart_rate_bpm"
UNITS = {CADENCE: "spm", HEART_RATE: "bpm"}
SILENT_S = 4.0  # as for any value (ages.py); pods and straps report once a second, and skip some


class Reported:
    """Passes the values on and ends old ones. ``cadence`` : that metric is configured."""

    def __init__(self, cadence: bool) -> None:
        self._cadence = cadence
        self._current: dict[str, Measurement] = {}

    def feed(self, report: Cadence | HeartRate, better: bool) -> list[Measurement]:
        """Process a report; ``better`` : an inertial sensor sends data."""
        if isinstance(report, HeartRate):
            return self._renew(report.t, HEART_RATE, report.bpm, report.sensor)
        if not self._cadence:
            return []
        return self._renew(
            report.t, CADENCE, 0.0 if better else report.steps_per_min, report.sensor
        )

    def advance(self, t: float) -> list[Measurement]:
        """End the values of silent sensors."""
        return self._end(t, [m for m in self._current.values() if t - m.t > SILENT_S])

    def lose(self, sensor: str, t: float) -> list[Measurement]:
        """End the values of a disconnected sensor."""
        return self._end(t, [m for m in self._current.values() if m.source == sensor])

    def _renew(self, t: float, name: str, value: float, source: str) -> list[Measurement]:
        if value <= 0.0:
            return self._end(t, [m for m in self._current.values() if m.name == name])
        new = Measurement(t=t, name=name, value=value, unit=UNITS[name], strides=0, source=source)
        self._current[name] = new
        return [new]

    def _end(self, t: float, which: list[Measurement]) -> list[Measurement]:
        for last in which:
            del self._current[last.name]
        return [replace(last, t=t, value=None) for last in which]
