"""Numbers that a sensor counts by itself: the cadence of a foot pod, the heart rate of a strap.

A foot pod (``devices/rsc.py``) sends its own smoothed step rate about once a second and about a
second late, without sides or single steps. So no stride, no balance and no cue is made of it. It is
passed on as the metric ``cadence_spm`` as long as no inertial sensor is heard; one that is heard
counts by itself.

Each number carries its sensor's name as its source and no strides, is meant for display and
history, and ends when the sensor is silent for ``SILENT_S``, is disconnected, or reports nothing.
"""

from __future__ import annotations

from msgspec.structs import replace

from cued.model import Cadence, HeartRate, Measurement

CADENCE, HEART_RATE = "cadence_spm", "heart_rate_bpm"
UNITS = {CADENCE: "spm", HEART_RATE: "bpm"}
SILENT_S = 4.0  # as of any value (ages.py); pods and straps report once a second, and skip some


class Reported:
    """Passes the numbers on and ends each in its time. ``cadence`` : that metric is on."""

    def __init__(self, cadence: bool) -> None:
        self._cadence = cadence
        self._standing: dict[str, Measurement] = {}

    def feed(self, report: Cadence | HeartRate, better: bool) -> list[Measurement]:
        """Process a report; ``better`` : an inertial sensor is heard."""
        if isinstance(report, HeartRate):
            return self._renew(report.t, HEART_RATE, report.bpm, report.sensor)
        if not self._cadence:
            return []
        return self._renew(
            report.t, CADENCE, 0.0 if better else report.steps_per_min, report.sensor
        )

    def advance(self, t: float) -> list[Measurement]:
        """End what a sensor that is silent reported."""
        return self._end(t, [m for m in self._standing.values() if t - m.t > SILENT_S])

    def lose(self, sensor: str, t: float) -> list[Measurement]:
        """End what a sensor reported that is disconnected."""
        return self._end(t, [m for m in self._standing.values() if m.source == sensor])

    def _renew(self, t: float, name: str, value: float, source: str) -> list[Measurement]:
        if value <= 0.0:
            return self._end(t, [m for m in self._standing.values() if m.name == name])
        told = Measurement(t=t, name=name, value=value, unit=UNITS[name], strides=0, source=source)
        self._standing[name] = told
        return [told]

    def _end(self, t: float, which: list[Measurement]) -> list[Measurement]:
        for told in which:
            del self._standing[told.name]
        return [replace(told, t=t, value=None) for told in which]
