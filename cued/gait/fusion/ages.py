"""The age of every measured value, tracked here so that no reader of events has to.

A value ends (a measurement of None) as soon as its data are too old or no longer hold:

* 4 s after the stride, or the trunk's posture in it, that last renewed it, and after two strides
  that did not renew it. A slow backward stride lasts 2 s, so two of the slowest are 4 s;
* when the link of a sensor that it rests on is lost;
* when mode or direction change, as in a turn, and, if it depends on the belt, when the belt
  changes. The metric then starts again, so forward and backward strides never share a window.

Times are those of samples; a total lack of samples is noticed by the links.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from cued.gait.metric import Cycle, Metric
from cued.model import Gait, Measurement

OLD_S = 4.0  # two of the slowest backward strides
MISSED_STRIDES = 2.0  # as above


class HeldValue(Struct):
    """A current value: when and by which sensors it was measured, and strides without renewal."""

    measurement: Measurement
    measured_t: float
    sensors: frozenset[str]
    missed: float = 0.0


class Ages:
    """Renews the metrics' values and ends each when it is too old."""

    def __init__(self, metrics: Mapping[str, Metric]) -> None:
        self._metrics = dict(metrics)
        self._current: dict[str, HeldValue] = {}
        self._since = dict.fromkeys(metrics, float("-inf"))  # strides begun before do not count

    def feed(self, cycle: Cycle, gait: Gait, sensors: frozenset[str]) -> list[Measurement]:
        """Process a stride, seen by ``sensors``, and return the values that it renews or ends."""
        stride = cycle.stride
        share = 1.0 if stride.step_s is None else 0.5
        out: list[Measurement] = []
        for name, metric in self._metrics.items():
            if stride.t - stride.duration_s < self._since[name]:
                continue
            value = metric.update(cycle)
            if value is None:
                out += self._miss(name, share, stride.t)
                continue
            measured_t, seen_by = stride.t, sensors
            if "trunk" in metric.basis and cycle.posture is not None:
                measured_t = min(measured_t, cycle.posture.t)
                seen_by = seen_by | {cycle.posture.sensor}
            measurement = Measurement(
                t=stride.t,
                name=name,
                value=value,
                unit=metric.unit,
                strides=metric.strides,
                direction=gait.direction,
                mode=gait.mode,
            )
            self._current[name] = HeldValue(measurement, measured_t, seen_by)
            out.append(measurement)
        return out

    def advance(self, t: float) -> list[Measurement]:
        """End the values that were not renewed for ``OLD_S`` until sample time ``t``."""
        for value in self._current.values():
            if t - value.measured_t > OLD_S:
                return self._end(t, lambda _, value: t - value.measured_t > OLD_S)
        return []  # nearly always

    def lose(self, sensor: str, t: float) -> list[Measurement]:
        """End the values that rest on a lost sensor."""
        return self._restart(t, lambda _, value: sensor in value.sensors)

    def change_belt(self, t: float) -> list[Measurement]:
        """End the values that depend on the belt."""
        for name, metric in self._metrics.items():
            if "belt" in metric.basis:
                metric.reset()
                self._since[name] = t
        return self._restart(t, lambda name, _: "belt" in self._metrics[name].basis)

    def restart(self, t: float) -> list[Measurement]:
        """End all values: mode or direction changed, or all sensors are lost."""
        for metric in self._metrics.values():
            metric.reset()
        self._since = dict.fromkeys(self._metrics, t)
        return self._end(t, lambda _, __: True)

    def _miss(self, name: str, share: float, t: float) -> list[Measurement]:
        """Count a stride that did not renew a value."""
        value = self._current.get(name)
        if value is None:
            return []
        value.missed += share
        return self._end(t, lambda n, v: n == name and v.missed >= MISSED_STRIDES)

    def _restart(self, t: float, which: Callable[[str, HeldValue], bool]) -> list[Measurement]:
        """End values and reset their metrics."""
        out = self._end(t, which)
        for ended in out:
            self._metrics[ended.name].reset()
        return out

    def _end(self, t: float, which: Callable[[str, HeldValue], bool]) -> list[Measurement]:
        out: list[Measurement] = []
        for name in [n for n, value in self._current.items() if which(n, value)]:
            last = self._current.pop(name).measurement
            out.append(replace(last, t=max(t, last.t), value=None, strides=0))
        return out
