"""Strides from footfalls: duration, step, stance, and length from the belt.

A stride runs from one contact of a foot to its next contact. Its length is the distance the belt
runs in that time, ``belt speed x stride time`` (integrated if the speed changed), because the
person stays on the treadmill; its relative uncertainty is the belt's. Drift forward or back on the
belt is not seen: 0.5 m over 20 strides is 2.5 cm each, about 4 % of a backward stride (estimated,
not measured), so single lengths are that much less certain.

Without a belt speed the length is the foot's trajectory (``Travel``), else None. A trajectory is
complete only at the rest after the contact, up to about 0.5 s later, so while trajectories come in,
a stride waits for its own, but no longer than ``WAIT_S``; with a belt speed nothing waits.

Contacts of an unknown foot (a trunk sensor without lateral axis) give strides of unknown side from
every second contact.

No stride spans a time of which its foot's sensor gave no samples, or gave them too late: a contact
may be missing there, so two strides would look like one of twice the length.

``clean`` is False if the belt was changing during the stride or is at another level at its end
(``BeltState.since``), if a contact had low confidence, or if only one of the two was flat: such
strides are real, but no baseline is built from them.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise

from msgspec.structs import replace

from cued.gait.finding import LiftOff, Travel
from cued.model import BeltState, Direction, Footfall, Mode, Side, Stride

LONGEST_S = 4.0  # of two steps at 0.2 m/s, 38 steps/min; slower is standing and stepping
SHORTEST_S = 0.4  # 300 steps a minute
UNSURE = 0.5  # confidence below which a contact makes a stride not clean
FLAT = 0.75  # confidence below which a foot landed flat, which is seen up to 0.14 s early
WAIT_S = 0.8  # for a foot's rest after its contact
RECENT_S = 4.0  # since the last trajectory, while more are expected
OTHER: dict[Side, Side] = {"left": "right", "right": "left", "unknown": "unknown"}


class Strides:
    """Pairs the footfalls of each foot and adds the belt's movement between them."""

    def __init__(self) -> None:
        self._belt: deque[BeltState] = deque(maxlen=64)
        self._contacts: deque[Footfall] = deque(maxlen=8)
        self._lifts: dict[Side, float] = {}
        self._travelled: dict[Side, float] = {}
        self._waiting: dict[Side, Stride] = {}
        self._last: dict[Side, Stride] = {}
        self._unbroken_since: dict[str, float] = {}  # by sensor

    def belt(self, belt: BeltState) -> None:
        """Use this state of the belt from ``belt.t`` on; feet that miss a speed change nothing."""
        missed = belt.speed_m_s is None and not belt.watched
        if missed and self._belt and self._belt[-1].source == "feet":
            belt = replace(belt, since=self._belt[-1].since)
        self._belt.append(belt)

    def lift(self, lift: LiftOff) -> None:
        """Process a terminal contact."""
        self._lifts[lift.side] = lift.t

    def travel(self, travel: Travel) -> list[Stride]:
        """Process a foot's trajectory; return the stride that waited for it."""
        self._travelled[travel.side] = travel.at
        stride = self._waiting.get(travel.side)
        if stride is None or travel.t < stride.t:
            return []
        del self._waiting[travel.side]
        length, error = travel.length_m, travel.error_m
        speed = length / stride.duration_s
        return [replace(stride, length_m=length, length_error_m=error, speed_m_s=speed)]

    def foot_speed(self, travel: Travel) -> float | None:
        """Return the mean speed over the stride of a trajectory, m/s."""
        stride = self._last.get(travel.side)
        if stride is None or not 0.0 <= travel.t - stride.t < WAIT_S:
            return None
        return travel.length_m / stride.duration_s

    def overdue(self, t: float) -> list[Stride]:
        """Return the strides whose trajectories did not come by ``t``, with unknown length."""
        if not self._waiting:
            return []
        late: list[Side] = [side for side, stride in self._waiting.items() if t - stride.t > WAIT_S]
        return [self._waiting.pop(side) for side in late]

    def reset(self) -> None:
        """Forget the contacts so far: the next ones begin new strides."""
        self._contacts.clear()
        self._lifts.clear()
        self._waiting.clear()

    def interrupt(self, sensor: str, t: float) -> None:
        """Let no stride to this sensor's contacts span ``t``, where its samples begin again."""
        self._unbroken_since[sensor] = t

    def feed(self, footfall: Footfall, mode: Mode, direction: Direction) -> Stride | None:
        """Process a footfall; return the stride that it ends, unless that must wait."""
        start = self._start(footfall)
        self._contacts.append(footfall)
        if start is None or start.t < self._unbroken_since.get(footfall.sensor, start.t):
            return None
        duration = footfall.t - start.t
        if not SHORTEST_S <= duration <= LONGEST_S:
            return None
        length, error, changed = self._length(start.t, footfall.t)
        incline = self._belt[-1].incline_percent if self._belt else None
        stride = Stride(
            t=footfall.t,
            side=footfall.side,
            duration_s=duration,
            length_m=length,
            speed_m_s=None if length is None else length / duration,
            mode=mode,
            direction=direction,
            length_error_m=error,
            step_s=self._step(start, footfall),
            stance_s=self._stance(start, footfall),
            incline_percent=incline,
            clean=not changed and _alike(start, footfall),
        )
        self._last[footfall.side] = stride
        if length is None and footfall.t - self._travelled.get(footfall.side, -1e9) < RECENT_S:
            self._waiting[footfall.side] = stride
            return None
        return stride

    def _start(self, footfall: Footfall) -> Footfall | None:
        if footfall.side == "unknown":
            return self._contacts[-2] if len(self._contacts) >= 2 else None
        same = (c for c in reversed(self._contacts) if c.side == footfall.side)
        return next(same, None)

    def _step(self, start: Footfall, end: Footfall) -> float | None:
        last = self._contacts[-2] if len(self._contacts) >= 2 else None
        between = last is not None and start.t < last.t < end.t and last.side == OTHER[end.side]
        return end.t - last.t if last is not None and between else None

    def _stance(self, start: Footfall, end: Footfall) -> float | None:
        lift = self._lifts.get(end.side, start.t)
        return lift - start.t if start.t < lift < end.t else None

    def _length(self, start_t: float, end_t: float) -> tuple[float | None, float | None, bool]:
        """Return the length by the belt, its standard error, and whether the belt changed."""
        during = [b for b in self._belt if start_t < b.t <= end_t]
        before = next((b for b in reversed(self._belt) if b.t <= start_t), None)
        pieces = [*([before] if before else []), *during]
        changed = len({b.since for b in pieces}) > 1 or not all(b.steady for b in pieces)
        speeds = [b.speed_m_s for b in pieces if b.speed_m_s is not None and b.source != "feet"]
        if before is None or len(speeds) < len(pieces) or not any(speeds):
            return None, None, changed
        edges = [start_t, *(b.t for b in during), end_t]
        spans = zip(speeds, pairwise(edges), strict=True)
        length = sum(speed * (t1 - t0) for speed, (t0, t1) in spans)
        return length, length * max(b.error for b in pieces), changed


def flat(contact: Footfall) -> bool:
    """Return whether a foot landed flat."""
    return UNSURE < contact.confidence < FLAT


def _alike(start: Footfall, end: Footfall) -> bool:
    """Return whether both contacts are sure, and both or neither landed flat."""
    return min(start.confidence, end.confidence) >= UNSURE and flat(start) == flat(end)
