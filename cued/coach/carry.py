"""Imprint and carry: what the backward step left, whether it lasts forward, and when it slips.

Rules of this file
------------------
* The imprint is the runner's own gait by direction, mode, speed and incline bin: medians over
  clean strides, with robust spread. It is told as an event, one a bin.
* Forward strides are compared with forward strides only. The stride to keep is the median of the
  first 25 settled strides after turning round; if these are no shorter than the forward strides
  before the backward step, the latter's stride is the one to keep, and nothing was carried.
* How much was carried is told by difference: log(after / before) as a share of
  log(backward / before), all at the same speed; unknown where no speed matches.
* The old pattern is back when strides lengthen against the one to keep, by the statistic of
  ``lengthening.py``. Time to that and time to recovery are told as measurements.
"""

from __future__ import annotations

import math
from collections import deque
from statistics import median

from msgspec.structs import replace

from cued.coach.known import View
from cued.coach.rule import Carried
from cued.coach.strides.baseline import Baseline, Baselines, Bin, bin_of
from cued.coach.strides.overlong import Lengthening, Limits
from cued.model import Imprint, Measurement, Stride

RETENTION_S = 60.0
RETAINED_WITHIN = 0.025  # half of the least threshold of a cue
LEAST_RETENTION_STRIDES = 20
KEPT_VALUES = 60
LEAST_SHIFT = 0.02  # a backward stride hardly shorter than the forward one has nothing to carry
TRUNK = {"trunk_lean_deg": "lean_deg", "bounce_cm": "bounce_cm", "sway_percent": "sway_percent"}


class Imprints:
    """Gathers what belongs to an imprint beside stride time."""

    def __init__(self) -> None:
        self._values: dict[tuple[Bin, str], deque[float]] = {}

    def take(self, stride: Stride, view: View) -> None:
        """Take what the trunk did in a settled stride."""
        key = bin_of(stride, view.belt)
        if key is None or not view.settled(stride.side):
            return
        for name, field in TRUNK.items():
            measured = view.measured.get(name)
            if measured is not None and measured.value is not None:
                values = self._values.setdefault((_sideless(key), field), deque(maxlen=KEPT_VALUES))
                values.append(measured.value)

    def events(self, baselines: dict[Bin, Baseline], now: float) -> list[Imprint]:
        """Tell the imprint of every bin, both feet as one."""
        feet: dict[Bin, list[Baseline]] = {}
        for key, own in baselines.items():
            feet.setdefault(_sideless(key), []).append(own)
        return [self._event(key, owns, now) for key, owns in sorted(feet.items())]

    def _event(self, key: Bin, owns: list[Baseline], now: float) -> Imprint:
        trunk = {f: self._values.get((key, f)) for f in TRUNK.values()}
        middle = {f: round(median(v), 3) if v else None for f, v in trunk.items()}
        return Imprint(
            t=now,
            direction=key.direction,
            mode=key.mode,
            speed_m_s=round(key.speed * 0.1, 1),
            incline_percent=float(key.incline),
            strides=sum(o.strides for o in owns),
            stride_s=round(sum(o.stride_s for o in owns) / len(owns), 4),
            cv=round(sum(o.cv for o in owns) / len(owns), 4),
            lean_deg=middle["lean_deg"],
            bounce_cm=middle["bounce_cm"],
            sway_percent=middle["sway_percent"],
        )


class Carry:
    """One forward carry."""

    def __init__(self, before: dict[Bin, Baseline], now: float) -> None:
        self._before = before
        self._began = now
        self._fresh = Baselines()
        self._watch = Lengthening(Limits())
        self._drifted: float | None = None
        self._told: set[Bin] = set()
        self.state = Carried()

    def take(self, stride: Stride, view: View, now: float) -> list[Measurement]:
        """Take a stride; what is measured because of it."""
        key = bin_of(stride, view.belt)
        if key is None or view.belt is None or key.direction != "forward":
            return []
        if not view.settled(stride.side) or not stride.clean:
            return []
        target = self._target(key, view.belt.speed_m_s)
        self._fresh.learn(key, stride.duration_s)
        if target is None:
            self._watch.before(stride.side, stride.duration_s)
            return []
        off = self._watch.take(stride.side, stride.duration_s, target, now)
        because = self._watch.because(stride.side, stride.duration_s, target)
        since = self._watch.since if self._watch.tells(target) else None
        self.state = Carried(target=target, since=since if off else None, because=because)
        return [*self._carried(key, target, now), *self._slipped(since, now)]

    @property
    def kept(self) -> dict[Bin, Baseline]:
        """The forward strides after turning round."""
        return self._fresh.all()

    def restart(self) -> None:
        """Begin the series anew: the belt changed, or a stumble."""
        self._watch.restart()

    def _target(self, key: Bin, speed_m_s: float) -> Baseline | None:
        fresh = self._fresh.of(key, speed_m_s)
        before = self._before.get(key)
        if fresh is None or before is None or fresh.stride_s <= before.stride_s:
            return fresh
        return replace(fresh, stride_s=before.stride_s, opened_s=before.stride_s)

    def _carried(self, key: Bin, target: Baseline, now: float) -> list[Measurement]:
        """Tell once a bin how much of the backward change is in the forward stride."""
        before = self._before.get(key)
        backward = self._before.get(key._replace(direction="backward", incline=0))
        if _sideless(key) in self._told or before is None:
            return []
        self._told.add(_sideless(key))
        if backward is None or backward.stride_s > (1.0 - LEAST_SHIFT) * before.stride_s:
            return [_measured("carried_percent", None, "%", target.strides, now)]
        carried = math.log(target.stride_s / before.stride_s)
        share = 100.0 * carried / math.log(backward.stride_s / before.stride_s)
        return [_measured("carried_percent", round(share, 1), "%", target.strides, now)]

    def _slipped(self, since: float | None, now: float) -> list[Measurement]:
        out: list[Measurement] = []
        if since is not None and self._drifted is None:
            self._drifted = since
            out.append(_measured("time_to_drift_s", round(since - self._began, 1), "s", 1, now))
        elif since is None and self._drifted is not None:
            out.append(_measured("recovery_s", round(now - self._drifted, 1), "s", 1, now))
            self._drifted = None
        return out


def _sideless(key: Bin) -> Bin:
    return key._replace(side="unknown")


def _measured(name: str, value: float | None, unit: str, strides: int, now: float) -> Measurement:
    return Measurement(t=now, name=name, value=value, unit=unit, strides=strides)


class Retention:
    """What has stayed since the last session, told from the first minute of easy walking."""

    def __init__(self, imprint: tuple[Imprint, ...], began: float) -> None:
        self._kept = {
            (i.mode, round(i.speed_m_s * 10.0)): i for i in imprint if i.direction == "forward"
        }
        self._began = began
        self._strides = 0
        self._short = 0
        self._told = False

    def take(self, stride: Stride, view: View, now: float) -> list[Measurement]:
        """Take a stride; after a minute, the share that was as short as those carried last time."""
        key = bin_of(stride, view.belt)
        if self._told or key is None or key.direction != "forward" or not stride.clean:
            return []
        kept = self._kept.get((key.mode, key.speed))
        if kept is not None and view.settled(stride.side):
            self._strides += 1
            self._short += stride.duration_s < kept.stride_s * (1.0 + RETAINED_WITHIN)
        if now - self._began < RETENTION_S or self._strides < LEAST_RETENTION_STRIDES:
            return []
        self._told = True
        share = round(100.0 * self._short / self._strides, 1)
        return [_measured("retention_percent", share, "%", self._strides, now)]
