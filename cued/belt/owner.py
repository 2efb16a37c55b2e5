"""The owner of the belt's state: merges every source into one ``BeltState``, sent on change.

Rules of this file
------------------
* One source is used at a time: the console of the treadmill, else a sensor on the belt, else the
  wearer's feet, else what a person typed. The first of a kind stays until it falls silent.
* A new source that agrees with the one before (``AGREES``) keeps its level: the change of source is
  reported, but not as a change of the belt.
* Belt speeds are compared here only. A level with a different ``since`` means that the belt
  changed; ``other_terms`` decides whether by enough to begin new comparisons.
* A speed that the machine itself or the feet contradict (``crosscheck``) is not used. A belt sensor
  replaces it, else the feet, while they walk. Each doubt is reported once, with advice.
* A sudden drop that contradicts the last stride is held back until the next ones: nobody should
  turn round on a fast belt because its console said 0 for a moment, or already reports its target.
* Without a source there is no speed: nothing is guessed. The belt is assumed constant until a
  change is marked (``mark``) or seen on the trunk (``unreported``), which begins a new level.
"""

from __future__ import annotations

import math
from collections import deque

from msgspec.structs import replace

from cued.belt.crosscheck import (
    FITS,
    LAGS_S,
    REMEMBERED,
    STANDS_M_S,
    WALKS_M_S,
    CrossCheck,
    advice,
)
from cued.belt.source import STANDS_S, SpeedSource
from cued.belt.unreported import Unreported
from cued.model import Belt, BeltSource, BeltState, Notice

# Order of precedence: what drives the belt, what sees it, what feels it, what a person typed.
RANK: dict[BeltSource, int] = {"console": 0, "sensor": 1, "feet": 2, "typed": 3}
AGREES = 0.05  # relative; real belts averaged 98-103 % of target (Willwacher, Sci Rep)
# Reported again when the mean has moved by this much, relative, or the error by this factor.
RESTATED, SURER = 0.01, 2.0
OTHER_M_S, OTHER_PERCENT = 0.05, 0.5  # half a bin of the baselines (coach/strides/baseline.py)
JUDGED_S = 2.0 * LAGS_S  # by then a contradiction is a doubt, unless it grew or shrank
WALKED_S = 8.0  # without standing or turning; few rooms are that long
FEET = " feet"  # no sensor has this name
# Measured (docs/accuracy.md): single strides scatter by 4.5 % backward, mostly because the walker
# varies; without the sensor's bias, a mean over ten scatters by 1.5 % backward and 0.9 forward.
FOOT_ERROR, CALIBRATED_ERROR = 0.045, 0.015

Changes = list[BeltState | Notice]


class Owner:
    """Processes every report and returns the belt's state when it changes."""

    def __init__(self) -> None:
        self._sources: dict[str, SpeedSource] = {}
        self._used: str | None = None
        self._taken_over = (0.0, 0.0)  # the new source's own ``since``, and the one reported for it
        self._state: BeltState | None = None
        self._check = CrossCheck()
        self._unreported = Unreported()
        self._walking_since: float | None = None  # a trunk, on a belt that reports 0
        self._compared_since = 0.0
        # Strides made while it was not yet known whether the treadmill's speed is level.
        self._uncompared: deque[tuple[float, str, float]] = deque(maxlen=REMEMBERED)
        self._advised: set[str] = set()
        self._last_stride: tuple[float, float | None] = (-math.inf, None)  # t, m/s
        self._held_until = math.inf

    def report(self, belt: Belt) -> Changes:
        """Process a source's report; a value that is no speed is ignored."""
        if not 0.0 <= belt.speed_m_s < float("inf"):
            return []
        source = self._sources.get(belt.source)
        if source is None or source.kind != belt.kind:
            source = self._sources[belt.source] = SpeedSource(belt.kind)
        source.report(belt)
        changes = self._update(belt.t)
        self._forget_typed(belt)
        return changes

    def stride(self, t: float, stride_s: float, *, measured: bool) -> Changes:
        """Process a foot's stride: even without a length it shows that the belt is running."""
        feet = self._sources.get(FEET)
        if feet is None:
            return []
        feet.stride(t, stride_s, measured=measured)
        return self._update(t)

    def step(self, t: float, sensor: str, speed_m_s: float) -> Changes:
        """Process the speed of a foot over one stride, known at ``t``."""
        self._uncompared.append((t, sensor, speed_m_s))
        if (reported := self._comparable()) is not None:
            for stride in self._uncompared:
                if stride[0] >= self._compared_since:
                    self._check.compare(*stride, reported)
            self._uncompared.clear()
        error = CALIBRATED_ERROR if self._check.calibrated(sensor) else FOOT_ERROR
        feet = self._sources.setdefault(FEET, SpeedSource("feet"))
        walked = self._check.corrected(sensor, speed_m_s)
        self._last_stride = (t, walked)
        feet.step(t, walked, error)
        return self._update(t)

    def trunk(self, t: float, stride_s: float, up_m_s2: float | None) -> Changes:
        """Process the trunk's upward acceleration over a stride, used if no speed is reported."""
        if FEET not in self._sources:
            self._last_stride = (t, None)
        out = self._update(t) if self._walks_on_zero(t) else []
        known = self._state is not None and self._state.source != "none"
        if known or (self._state is None and self._sources):
            self._unreported.restart()
            return out
        since = self._unreported.stride(t, stride_s, up_m_s2)
        watched = self._state is not None and self._state.watched
        if since is None and (watched or not self._unreported.ready):
            return out
        return [*out, *self._begin_level(t, t if since is None else since)]

    def mark(self, t: float) -> Changes:
        """Process a person's mark: a belt whose speed is not reported was changed."""
        self._unreported.restart()
        return self._begin_level(t, t) if self._state is not None and self._state.watched else []

    def note_gait_change(self) -> None:
        """Note that mode or direction changed: strides before and after are not comparable."""
        self._unreported.restart()
        self._walking_since = None

    def _forget_typed(self, belt: Belt) -> None:
        """Forget a typed speed once the source in use reports another one."""
        now = self._state
        if belt.kind == "typed" or self._used != belt.source or not (now and now.steady):
            return
        for name, source in [*self._sources.items()]:
            if source.kind == "typed" and not _agree(source.speed.value, now.speed_m_s):
                del self._sources[name]

    def _comparable(self) -> float | None:
        """Return the treadmill's speed if it is level and the machine does not doubt it, m/s."""
        treadmill = self._treadmill()
        if treadmill is None:
            return None
        if treadmill.speed.since != self._compared_since:
            self._compared_since, self._walking_since = treadmill.speed.since, None
            self._check.restart()
        return treadmill.speed.value if treadmill.speed.steady and not treadmill.doubt else None

    def _walks_on_zero(self, t: float) -> bool:
        """Return True once a trunk has walked for long on a treadmill that reports 0."""
        reported = self._comparable()
        if reported is None or reported >= STANDS_M_S or FEET in self._sources:
            self._walking_since = None
            return False
        self._walking_since = t if self._walking_since is None else self._walking_since
        return t - self._walking_since >= WALKED_S and self._check.doubt_zero()

    @property
    def suspects(self) -> bool:
        """Whether the belt may just have changed: unreported, or a drop that is held back."""
        if self._held_until < math.inf:
            return True
        return self._state is not None and self._state.watched and self._unreported.suspects

    def _begin_level(self, t: float, since: float) -> Changes:
        doubt = self._doubt()
        self._state = BeltState(t=t, speed_m_s=None, since=since, doubt=doubt, watched=True)
        return [self._state]

    def lost(self, t: float, sensor: str) -> Changes:
        """Forget a source whose link is gone."""
        return self._update(t) if self._sources.pop(sensor, None) else []

    def pass_time(self, t: float) -> Changes:
        """Conclude what follows from the absence of reports until ``t``."""
        out: Changes = []
        while self._sources:
            name = min(self._sources, key=lambda name: self._sources[name].due)
            due = min(self._sources[name].due, self._held_until)
            if due > t:
                break
            if due < self._held_until and self._sources[name].conclude(due):
                del self._sources[name]
            out += self._update(due)
        return out

    def _update(self, t: float) -> Changes:
        before, now = self._state, self._now(t)
        self._held_until = self._until(before, now)
        held = t < self._held_until < math.inf
        if before is not None and (held or _same(before, now)):
            return []
        self._held_until = math.inf
        self._state = now
        return [now, *self._advice(t, now)]

    def _until(self, before: BeltState | None, now: BeltState) -> float:
        """Return until when to hold back a sudden drop that strides contradict; inf for none."""
        (at, walked), reported = self._last_stride, now.speed_m_s
        had = before.speed_m_s if before and before.steady else None
        if reported is None or had is None or before is None or now.source != before.source:
            return math.inf
        if now.source not in ("console", "sensor") or reported >= had * (1.0 - FITS):
            return math.inf
        if reported >= (STANDS_M_S if walked is None else walked * (1.0 - FITS)):
            return math.inf
        if walked is not None and walked < WALKS_M_S / 2.0:  # the last stride, cut short
            return math.inf
        return min(at + STANDS_S, now.since + JUDGED_S)

    def _advice(self, t: float, now: BeltState) -> list[Notice]:
        """Report once what is wrong with the treadmill's speed, and what to do."""
        doubt, treadmill, feet = now.doubt, self._treadmill(), self._sources.get(FEET)
        if not doubt or doubt in self._advised or treadmill is None:
            return []
        self._advised.add(doubt)
        walked = feet.speed.value if feet else None
        factor = self._check.factor * treadmill.factor
        text = advice(doubt, treadmill.speed.value or 0.0, walked, factor, now.source)
        return [Notice(t=t, level="warning", code="belt_doubt", text=text)]

    def _treadmill(self) -> SpeedSource | None:
        """Return the source of the belt's speed that can be checked: a console or a sensor."""
        treadmills = [s for s in self._sources.values() if s.kind in ("console", "sensor")]
        return min(treadmills, key=lambda s: RANK[s.kind], default=None)

    def _doubt(self) -> str:
        treadmill = self._treadmill()
        return (treadmill.doubt or self._check.doubt) if treadmill else ""

    def _now(self, t: float) -> BeltState:
        doubt = self._doubt()
        name = self._best(doubted=bool(doubt))
        if name is None:
            return self._unknown(t, doubt)
        source = self._sources[name]
        speed, incline = source.speed.value, source.incline.value
        steady = source.speed.steady and source.incline.steady
        since = self._since(name, source, speed)
        return BeltState(
            t=t,
            speed_m_s=None if speed is None else round(speed, 4),
            incline_percent=None if incline is None else round(incline, 2),
            error=round(source.uncertainty, 4),
            source=source.kind,
            steady=steady,
            since=since,
            doubt=doubt,
        )

    def _since(self, name: str, source: SpeedSource, speed: float | None) -> float:
        """Return the level's start; a source that takes over and agrees keeps the old level."""
        own = max(source.speed.since, source.incline.since)
        before = self._state
        if name != self._used and before is not None and before.speed_m_s is not None:
            agrees = before.steady and _agree(before.speed_m_s, speed)
            self._taken_over = (own, before.since if agrees else max(own, before.since))
        self._used = name
        return self._taken_over[1] if own == self._taken_over[0] else own

    def _unknown(self, t: float, doubt: str) -> BeltState:
        before, self._used = self._state, None
        if before is None or before.source != "none":
            return BeltState(t=t, speed_m_s=None, since=t, doubt=doubt)
        return replace(before, t=t, doubt=doubt)

    def _best(self, *, doubted: bool) -> str | None:
        """Return the source to use; the one in use is preferred among its kind."""
        treadmill = self._treadmill() if doubted else None
        heard = {n: s for n, s in self._sources.items() if not s.quiet}
        names = [
            n for n, s in heard.items() if treadmill is None or self._can_replace(treadmill, s)
        ]
        ranked = sorted(names, key=lambda n: (RANK[self._sources[n].kind], n != self._used))
        return ranked[0] if ranked else None

    def _can_replace(self, doubted: SpeedSource, other: SpeedSource) -> bool:
        """Return whether another source may replace a doubted one: the feet must not contradict it.

        A second treadmill is not compared with the feet stride by stride.
        """
        if other.kind in ("feet", "typed"):
            return True
        feet = self._sources.get(FEET)
        walked = feet.speed.value if feet and not feet.quiet else None
        reported = other.speed.value
        if other is doubted or reported is None:
            return False
        if walked is None:  # if the trunk contradicted the first one, 0 is wrong here as well
            return reported >= STANDS_M_S or bool(doubted.doubt)
        return abs(reported - walked) <= FITS * walked


def other_terms(before: BeltState | None, now: BeltState) -> bool:
    """Return whether the belt changed too much to compare strides across the change."""
    if before is None or before.speed_m_s is None or now.speed_m_s is None:
        return before is not None and (before.speed_m_s, before.since) != (now.speed_m_s, now.since)
    incline = abs((before.incline_percent or 0.0) - (now.incline_percent or 0.0))
    return abs(before.speed_m_s - now.speed_m_s) > OTHER_M_S or incline > OTHER_PERCENT


def _agree(a: float | None, b: float | None) -> bool:
    return a is not None and b is not None and abs(a - b) <= AGREES * max(a, b)


def _same(before: BeltState, now: BeltState) -> bool:
    """Return whether no difference is worth reporting."""
    values = before.source, before.doubt, before.speed_m_s, before.incline_percent
    alike = values == (now.source, now.doubt, now.speed_m_s, now.incline_percent)
    if alike and before.steady and not now.steady:
        return True  # it began to change and came back: whether that lasts is not known yet
    kinds = [(state.source, state.steady, state.since, state.doubt) for state in (before, now)]
    if kinds[0] != kinds[1]:
        return False
    if not now.steady:
        return (before.speed_m_s, before.incline_percent) == (now.speed_m_s, now.incline_percent)
    if max(before.error, now.error) > SURER * min(before.error, now.error):
        return False
    a, b = before.speed_m_s, now.speed_m_s
    return a == b or (a is not None and b is not None and abs(a - b) <= RESTATED * max(a, b))
