"""Imprint and carry: the backward step's effect on forward strides, and how long it lasts.

Rules of this file
------------------
* The imprint is the runner's own gait by direction, mode, speed and incline bin: medians over
  clean strides, with robust spread. It is sent as an event, one per bin.
* Forward strides are compared with forward strides only. The stride to keep is the first forward
  one, limited to what a person can carry of the backward change: a step rate 5 to 10 % higher
  than before (step-rate retraining, 10.1249/MSS.0b013e3181ebedf4). Held to the full 10 %, a runner
  who keeps 6 heard in half of the simulated carries that the step was lost. If the backward stride
  was no shorter there is nothing to carry, and the first strides after turning are to be kept.
* The carried share is log(after / before) over log(backward / before), all at the same speed; it
  is unknown if no speed matches. Therefore settling in ends, and the carry begins, at the speed of
  the backward part.
* It takes ten strides per foot. If fewer came by the end of the same speed, as at 0.3 m/s with
  steps missed, four are enough, and the larger error is reported with the result.
* A runner who, error included, brings along less than a third of the change has reverted at once.
  This is not known at another speed.
* Otherwise the old pattern is back when strides lengthen against the one to keep
  (``strides/overlong.py``). The times to that and to recovery are measurements.
"""

from __future__ import annotations

import math
from collections import deque
from statistics import median

from msgspec.structs import replace

from cued.coach.known import Carried, Known
from cued.coach.strides.baseline import (
    EARLY_STRIDES,
    PERSISTENCE,
    Baseline,
    Baselines,
    bins_of,
    terms_of,
)
from cued.coach.workout.ladder import CARRY_SAME_S
from cued.gait.ordinary import SPEED_BIN_M_S, Terms
from cued.model import Belt, Imprint, Measurement, Stride

KEPT_VALUES = 60  # strides: a minute's worth
LAST_STRIDES_S = 5.0  # the last seconds before the belt is to change
FEW_STRIDES = 4  # per foot: better than no figure, but no reason for a cue
TURN_STRIDES = 2  # few, because the belt is the same and the direction known only after the turn
COMPARED = {"trunk_lean_deg": 7.0, "bounce_cm": 1.5}  # a larger loss is cued; chosen, not tuned
LEAST_CARRIED, MOST_CARRIED = 0.05, 0.10  # of step rate: 10.1249/MSS.0b013e3181ebedf4
REVERTED = 1.0 / 3.0  # of that; chosen: at a CV of 3 %, twice the error of 10 strides a foot
LEAST_SHIFT = 0.02  # less than this and there is nothing to carry
TRUNK = {"trunk_lean_deg": "lean_deg", "bounce_cm": "bounce_cm", "sway_percent": "sway_percent"}


class Imprints:
    """Gathers the trunk's part of the imprints."""

    def __init__(self) -> None:
        self._values: dict[tuple[Terms, str], deque[float]] = {}

    def feed(self, stride: Stride, known: Known) -> None:
        """Keep the trunk's measurements of a settled stride."""
        key = terms_of(stride, known.belt)
        if key is None or not known.settled(stride.side):
            return
        for name, field in TRUNK.items():
            measured = known.measured.get(name)
            if measured is not None and measured.value is not None:
                values = self._values.setdefault((key.sideless, field), deque(maxlen=KEPT_VALUES))
                values.append(measured.value)

    def events(self, own: Baselines, carried: Baselines, now: float) -> list[Imprint]:
        """Return the imprint of every bin, both feet together."""
        feet: dict[Terms, list[Baseline]] = {}
        for key, learned in {**own.all(), **carried.all()}.items():
            feet.setdefault(key.sideless, []).append(learned)
        return [self._event(key, owns, now) for key, owns in sorted(feet.items())]

    def posture(self, forward: Terms) -> dict[str, float]:
        """Return the backward trunk figures to keep, if forward gait before was not far off."""
        out: dict[str, float] = {}
        back = _back(forward.sideless)
        for name, limit in COMPARED.items():
            values = self._values.get((back, TRUNK[name]))
            before = self._values.get((forward.sideless, TRUNK[name]))
            if values and before and median(before) - median(values) < limit / 2.0:
                out[name] = median(values)
        return out

    def _event(self, key: Terms, owns: list[Baseline], now: float) -> Imprint:
        trunk = {f: self._values.get((key, f)) for f in TRUNK.values()}
        middle = {f: round(median(v), 3) if v else None for f, v in trunk.items()}
        return Imprint(
            t=now,
            direction=key.direction,
            mode=key.mode,
            speed_m_s=round(key.speed * SPEED_BIN_M_S, 1),
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

    def __init__(self, before: Baselines, imprints: Imprints, now: float) -> None:
        self._before = before
        self._imprints = imprints
        self.began = now
        self.kept = Baselines()  # from the forward strides after turning round
        self._shift: float | None = None
        self._reported: set[Terms] = set()
        self._targets: dict[Terms, Baseline] = {}
        self._bin: Terms | None = None
        self._drifted: float | None = None
        self.first_drift_s: float | None = None
        self.state = Carried()

    @property
    def has_short_step(self) -> bool:
        """Return whether the backward step is known to have been shorter, so worth keeping."""
        return self._shift is not None

    def backward_spm(self, belt: Belt | None) -> float | None:
        """Return the backward step rate at the belt's speed; None if it was no quicker."""
        if belt is None:
            return None
        speed, incline = bins_of(belt)
        forward = Terms("unknown", "forward", "walking", speed, incline)
        before = _both(self._before, forward)
        back = _both(self._before, _back(forward))
        if back is None or (before and before.stride_s / back.stride_s - 1.0 < LEAST_SHIFT):
            return None
        return 120.0 / back.stride_s

    def feed(self, stride: Stride, known: Known) -> list[Measurement]:
        """Process a stride; return the resulting measurements."""
        key = terms_of(stride, known.belt)
        if key is None or known.belt is None or key.direction != "forward":
            return []
        if not known.settled(stride.side, TURN_STRIDES) or not stride.clean:
            return []
        self._at(key.sideless)
        self.kept.learn(key, stride.duration_s)
        out = self._carried(key, known.now)
        self.state = replace(
            self.state,
            target=self._target(key, known.belt.speed_m_s),
            posture=self._imprints.posture(key),
        )
        return out

    def slipped(self, since: float | None, now: float) -> list[Measurement]:
        """Measure when the old pattern came back, and when it was gone again."""
        after = 0.0 if since is None else round(since - self.began, 1)
        since = since if since is not None else self.state.reverted
        if since is not None and self._drifted is None:
            self._drifted = since
            if self.first_drift_s is None:
                self.first_drift_s = after
            return [_measured("time_to_drift_s", after, "s", 1, now)]
        if since is None and self._drifted is not None:
            lasted, self._drifted = round(now - self._drifted, 1), None
            return [_measured("recovery_s", lasted, "s", 1, now)]
        return []

    def _at(self, bin_: Terms) -> None:
        """Forget the findings at another speed."""
        if bin_ != self._bin:
            self._bin, self._drifted = bin_, None
            self.state = replace(self.state, reverted=None)

    def _target(self, key: Terms, speed_m_s: float) -> Baseline | None:
        """Return the stride to keep, once the carried change is known."""
        before, after = self._before.opening(key), self.kept.opening(key)
        if before is None or self._shift is None:
            return self.kept.of(key, speed_m_s)
        if key not in self._targets and after is not None:
            brought = before.stride_s / after.stride_s - 1.0
            kept = before.stride_s / (1.0 + min(self._shift, max(brought, LEAST_CARRIED)))
            self._targets[key] = replace(before, stride_s=kept, opened_s=kept)
        return self._targets.get(key)

    def _carried(self, key: Terms, now: float) -> list[Measurement]:
        """Measure, once per bin, the share of the backward change in the forward stride."""
        late = now - self.began > CARRY_SAME_S - LAST_STRIDES_S
        least = FEW_STRIDES if late else EARLY_STRIDES
        before, back = (_both(self._before, terms, least) for terms in (key, _back(key)))
        after = _both(self.kept, key, least)
        if before is None or after is None:
            return []
        if back is not None and self._shift is None:
            change = before.stride_s / back.stride_s - 1.0
            if change >= LEAST_SHIFT:
                self._shift = min(max(change, LEAST_CARRIED), MOST_CARRIED)
        bin_ = key.sideless
        if back is None or self._shift is None or before.stride_s / back.stride_s - 1 < LEAST_SHIFT:
            if bin_ in self._reported or self._shift is not None:
                return []
            self._reported.add(bin_)
            return [_measured("carried_percent", None, "%", 0, now)]
        whole = math.log(back.stride_s / before.stride_s)
        part = math.log(after.stride_s / before.stride_s)
        share = 100.0 * part / whole
        error = math.hypot(_error(before), _error(after))
        if _both(self.kept, key):  # ten strides a foot
            wanted = math.log1p(self._shift)
            self._revert(-part / wanted, error / wanted, share, now)
        if bin_ in self._reported:
            return []
        self._reported.add(bin_)
        found = _measured("carried_percent", round(share, 1), "%", after.strides, now)
        return [replace(found, error=round(100.0 * error / abs(whole), 1))]

    def _revert(self, wanted: float, error: float, share: float, now: float) -> None:
        """Note that hardly anything was carried, or that it came after all."""
        since = self.state.reverted
        if wanted + 2.0 * error < REVERTED and since is None:
            since = now
        elif wanted > 2 * REVERTED:
            since = None
        because: dict[str, float | str | None] = {
            "carried_percent": round(share, 1),
            "reverted_below": round(100.0 * REVERTED, 1),
        }
        self.state = replace(self.state, reverted=since, because=because)


def _both(own: Baselines, key: Terms, least: int = EARLY_STRIDES) -> Baseline | None:
    """Return the known feet combined: mean stride time and spread, and all strides."""
    known = [b for b in (own.opening(foot, least) for foot in key.feet) if b is not None]
    if not known:
        return None
    stride_s = sum(b.stride_s for b in known) / len(known)
    cv = sum(b.cv for b in known) / len(known)
    strides = sum(own.values(foot) for foot in key.feet)
    return Baseline(stride_s=stride_s, opened_s=stride_s, cv=cv, strides=strides)


def _error(own: Baseline) -> float:
    """Return the relative standard error of a wandering stride time (strides/baseline.py)."""
    return own.cv * own.strides ** ((PERSISTENCE - 1.0) / 2.0)


def _back(key: Terms) -> Terms:
    """Return the backward bin at a forward bin's speed."""
    return key._replace(direction="backward", incline=0)


def _measured(name: str, value: float | None, unit: str, strides: int, now: float) -> Measurement:
    return Measurement(t=now, name=name, value=value, unit=unit, strides=strides)
