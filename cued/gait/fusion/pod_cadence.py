"""The cadence that a foot pod reports, for who wears no better sensor.

A foot pod (``devices/rsc.py``) sends its own smoothed step rate about once a second and about a
second late, without sides or single steps. So no stride, no balance and no cue is made of it. It is
passed on as the metric ``cadence_spm``, with the pod's name as its source and no strides, for the
display and the history, as long as no inertial sensor is heard; one that is heard counts by itself.

A pod that falls silent for ``SILENT_S``, or reports no steps, makes the value unknown.
"""

from __future__ import annotations

from cued.model import Cadence, Measurement

NAME, UNIT = "cadence_spm", "spm"
SILENT_S = 5.0  # pods report once a second, and skip some


class Reported:
    """Passes the cadence on. ``wanted`` : the metric is on."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted
        self._source = ""  # of the value that stands, if it is a pod's
        self._t = 0.0

    def feed(self, report: Cadence, better: bool) -> list[Measurement]:
        """Take a report; ``better`` : an inertial sensor is heard."""
        if not self._wanted:
            return []
        if better:
            self._source = ""
            return []
        if report.steps_per_min <= 0.0:
            return self._unknown(report.t)
        self._source, self._t = report.sensor, report.t
        return [_value(report.t, report.steps_per_min, report.sensor)]

    def tick(self, t: float) -> list[Measurement]:
        """Notice the pod's silence."""
        return self._unknown(t) if t - self._t > SILENT_S else []

    def _unknown(self, t: float) -> list[Measurement]:
        source, self._source = self._source, ""
        return [_value(t, None, source)] if source else []


def _value(t: float, value: float | None, source: str) -> Measurement:
    return Measurement(t=t, name=NAME, value=value, unit=UNIT, strides=0, source=source)
