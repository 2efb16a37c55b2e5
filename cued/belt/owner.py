"""The belt as it is believed: every source in, one ``BeltState`` out, told when it changes.

Rules of this file
------------------
* One source is used at a time: the console of the treadmill, else a sensor on the belt, else the
  wearer's own feet, else what a person typed. The first of a kind stays until it falls silent.
* Another source that agrees with the one before (``AGREES``) goes on with its level: changing over
  is told, and is no change of the belt.
* Nobody else compares belt speeds. A level has one ``since``; whoever sees another one knows that
  the belt changed, and ``other_terms`` tells whether by enough to compare anew.
* A speed that the machine itself or the feet give reason to doubt (``crosscheck``) is not used; a
  sensor's on the belt is, else the feet's, while they walk. Each doubt is told once, with advice.
* A sudden drop that is told of whoever goes on as before waits for their next strides: nobody is to
  turn round on a fast belt because its console told 0 for a moment, or already tells its goal.
* Without any speed there is none: nothing is guessed. The belt is taken for constant until a change
  of it is told (``mark``) or seen on the trunk (``unspoken``): then it is on another level.
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
from cued.belt.unspoken import Unspoken
from cued.model import Belt, BeltSource, BeltState, Notice

# Who is believed first: what moves the belt, what sees it, what feels it, what was said of it.
RANK: dict[BeltSource, int] = {"console": 0, "sensor": 1, "feet": 2, "typed": 3}
AGREES = 0.05  # relative; real belts averaged 98-103 % of target (Willwacher, Sci Rep)
# Told anew: a mean that has moved by so much, relative; an uncertainty so many times another.
RESTATED, SURER = 0.01, 2.0
OTHER_M_S, OTHER_PERCENT = 0.05, 0.5  # half a bin of the baselines (coach/strides/baseline.py)
JUDGED_S = 2.0 * LAGS_S  # by then a contradiction is a doubt, unless it grew or shrank
WALKED_S = 8.0  # without a stand or a turn; a room is rarely so long
FEET = " feet"  # no sensor has this name
# Measured (docs/accuracy.md): single strides scatter by 4.5 % backward, mostly as their walker
# goes; less the sensor's own bias, a mean over ten scatters by 1.5 % backward and 0.9 forward.
FOOT_ERROR, CALIBRATED_ERROR = 0.045, 0.015

Told = list[BeltState | Notice]


class Owner:
    """Processes every report and returns the belt's state when it changes."""

    def __init__(self) -> None:
        self._sources: dict[str, SpeedSource] = {}
        self._used: str | None = None
        self._taken_over = (0.0, 0.0)  # the own ``since`` of who took over: what it is told as
        self._state: BeltState | None = None
        self._check = CrossCheck()
        self._unspoken = Unspoken()
        self._walks_from: float | None = None  # a trunk, on a belt that says that it stands
        self._compared_since = 0.0
        # Strides since the treadmill may be level; that it is takes it some reports to show.
        self._uncompared: deque[tuple[float, str, float]] = deque(maxlen=REMEMBERED)
        self._advised: set[str] = set()
        self._strode: tuple[float, float | None] = (-math.inf, None)  # the last stride's t and m/s
        self._held_until = math.inf

    def report(self, belt: Belt) -> Told:
        """Process what a source tells; a value that is no speed is left out."""
        if not 0.0 <= belt.speed_m_s < float("inf"):
            return []
        source = self._sources.get(belt.source)
        if source is None or source.kind != belt.kind:
            source = self._sources[belt.source] = SpeedSource(belt.kind)
        source.report(belt)
        told = self._told(belt.t)
        self._outdate(belt)
        return told

    def stride(self, t: float, stride_s: float, *, measured: bool) -> Told:
        """Process a foot's stride: without a length it says at least that the belt runs on."""
        feet = self._sources.get(FEET)
        if feet is None:
            return []
        feet.stride(t, stride_s, measured=measured)
        return self._told(t)

    def step(self, t: float, sensor: str, speed_m_s: float) -> Told:
        """Process the speed of a foot over one stride, known at ``t``."""
        self._uncompared.append((t, sensor, speed_m_s))
        if (told := self._comparable()) is not None:
            for stride in self._uncompared:
                if stride[0] >= self._compared_since:
                    self._check.compare(*stride, told)
            self._uncompared.clear()
        error = CALIBRATED_ERROR if self._check.calibrated(sensor) else FOOT_ERROR
        feet = self._sources.setdefault(FEET, SpeedSource("feet"))
        walked = self._check.corrected(sensor, speed_m_s)
        self._strode = (t, walked)
        feet.step(t, walked, error)
        return self._told(t)

    def trunk(self, t: float, stride_s: float, up_m_s2: float | None) -> Told:
        """Process the trunk's upward acceleration over a stride: it matters where nothing tells."""
        if FEET not in self._sources:
            self._strode = (t, None)
        out = self._told(t) if self._stands_under(t) else []
        known = self._state is not None and self._state.source != "none"
        if known or (self._state is None and self._sources):
            self._unspoken.restart()
            return out
        since = self._unspoken.stride(t, stride_s, up_m_s2)
        watched = self._state is not None and self._state.watched
        if since is None and (watched or not self._unspoken.ready):
            return out
        return [*out, *self._anew(t, t if since is None else since)]

    def mark(self, t: float) -> Told:
        """Process that a person marked the moment: a belt that tells nothing was changed."""
        self._unspoken.restart()
        return self._anew(t, t) if self._state is not None and self._state.watched else []

    def walks_otherwise(self) -> None:
        """Note that mode or direction changed: strides before and after are not alike."""
        self._unspoken.restart()
        self._walks_from = None

    def _outdate(self, belt: Belt) -> None:
        """Forget what was typed before a believed report of another speed."""
        now = self._state
        if belt.kind == "typed" or self._used != belt.source or not (now and now.steady):
            return
        for name, source in [*self._sources.items()]:
            if source.kind == "typed" and not _agree(source.speed.value, now.speed_m_s):
                del self._sources[name]

    def _comparable(self) -> float | None:
        """Return the treadmill's speed, where it is level and not taken back, m/s."""
        told = self._treadmill()
        if told is None:
            return None
        if told.speed.since != self._compared_since:
            self._compared_since, self._walks_from = told.speed.since, None
            self._check.believe()
        return told.speed.value if told.speed.steady and not told.doubt else None

    def _stands_under(self, t: float) -> bool:
        """Return whether a treadmill has just been long at 0 with a trunk that walks on it."""
        told = self._comparable()
        if told is None or told >= STANDS_M_S or FEET in self._sources:
            self._walks_from = None
            return False
        self._walks_from = t if self._walks_from is None else self._walks_from
        return t - self._walks_from >= WALKED_S and self._check.call_zero()

    @property
    def suspects(self) -> bool:
        """Whether the belt may just have changed: one that tells nothing, or a drop that waits."""
        if self._held_until < math.inf:
            return True
        return self._state is not None and self._state.watched and self._unspoken.suspects

    def _anew(self, t: float, since: float) -> Told:
        doubt = self._doubt()
        self._state = BeltState(t=t, speed_m_s=None, since=since, doubt=doubt, watched=True)
        return [self._state]

    def lost(self, t: float, sensor: str) -> Told:
        """Forget a source whose link is gone."""
        return self._told(t) if self._sources.pop(sensor, None) else []

    def pass_time(self, t: float) -> Told:
        """Conclude what follows from no report having come until ``t``."""
        out: Told = []
        while self._sources:
            name = min(self._sources, key=lambda name: self._sources[name].due)
            due = min(self._sources[name].due, self._held_until)
            if due > t:
                break
            if due < self._held_until and self._sources[name].gone(due):
                del self._sources[name]
            out += self._told(due)
        return out

    def _told(self, t: float) -> Told:
        before, now = self._state, self._now(t)
        self._held_until = self._until(before, now)
        held = t < self._held_until < math.inf
        if before is not None and (held or _same(before, now)):
            return []
        self._held_until = math.inf
        self._state = now
        return [now, *self._advice(t, now)]

    def _until(self, before: BeltState | None, now: BeltState) -> float:
        """Return until when a sudden drop waits that the strides since then know nothing of."""
        (at, walked), told = self._strode, now.speed_m_s
        had = before.speed_m_s if before and before.steady else None
        if told is None or had is None or before is None or now.source != before.source:
            return math.inf
        if now.source not in ("console", "sensor") or told >= had * (1.0 - FITS):
            return math.inf
        if told >= (STANDS_M_S if walked is None else walked * (1.0 - FITS)):
            return math.inf
        if walked is not None and walked < WALKS_M_S / 2.0:  # the last one, cut short
            return math.inf
        return min(at + STANDS_S, now.since + JUDGED_S)

    def _advice(self, t: float, now: BeltState) -> list[Notice]:
        """Say once what is wrong with the treadmill's speed, and what to do."""
        doubt, told, feet = now.doubt, self._treadmill(), self._sources.get(FEET)
        if not doubt or doubt in self._advised or told is None:
            return []
        self._advised.add(doubt)
        walked = feet.speed.value if feet else None
        factor = self._check.factor * told.factor
        text = advice(doubt, told.speed.value or 0.0, walked, factor, now.source)
        return [Notice(t=t, level="warning", code="belt_doubt", text=text)]

    def _treadmill(self) -> SpeedSource | None:
        """Return what tells the belt's speed and can be checked: a console or a sensor."""
        told = [s for s in self._sources.values() if s.kind in ("console", "sensor")]
        return min(told, key=lambda s: RANK[s.kind], default=None)

    def _doubt(self) -> str:
        told = self._treadmill()
        return (told.doubt or self._check.doubt) if told else ""

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
        """Return since when; a source that takes over and agrees goes on with the old level."""
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
        """Return the source to use; the one in use stays among its kind."""
        told = self._treadmill() if doubted else None
        heard = {n: s for n, s in self._sources.items() if not s.quiet}
        names = [n for n, s in heard.items() if told is None or self._holds_beside(told, s)]
        ranked = sorted(names, key=lambda n: (RANK[self._sources[n].kind], n != self._used))
        return ranked[0] if ranked else None

    def _holds_beside(self, doubted: SpeedSource, other: SpeedSource) -> bool:
        """Return whether another source is believed: one that measures, as the feet do not object.

        Nobody compares a second treadmill with them stride by stride.
        """
        if other.kind in ("feet", "typed"):
            return True
        feet = self._sources.get(FEET)
        walked = feet.speed.value if feet and not feet.quiet else None
        told = other.speed.value
        if other is doubted or told is None:
            return False
        if walked is None:  # a trunk may walk on it: then it doesn't stand
            return told >= STANDS_M_S or bool(doubted.doubt)
        return abs(told - walked) <= FITS * walked


def other_terms(before: BeltState | None, now: BeltState) -> bool:
    """Return whether the belt is so different that nothing can be compared across the change."""
    if before is None or before.speed_m_s is None or now.speed_m_s is None:
        return before is not None and (before.speed_m_s, before.since) != (now.speed_m_s, now.since)
    incline = abs((before.incline_percent or 0.0) - (now.incline_percent or 0.0))
    return abs(before.speed_m_s - now.speed_m_s) > OTHER_M_S or incline > OTHER_PERCENT


def _agree(a: float | None, b: float | None) -> bool:
    return a is not None and b is not None and abs(a - b) <= AGREES * max(a, b)


def _same(before: BeltState, now: BeltState) -> bool:
    """Return whether nothing worth telling is different."""
    told = before.source, before.doubt, before.speed_m_s, before.incline_percent
    alike = told == (now.source, now.doubt, now.speed_m_s, now.incline_percent)
    if alike and before.steady and not now.steady:
        return True  # what began to change came back: whether that lasts is not known yet
    kinds = [(state.source, state.steady, state.since, state.doubt) for state in (before, now)]
    if kinds[0] != kinds[1]:
        return False
    if not now.steady:
        return (before.speed_m_s, before.incline_percent) == (now.speed_m_s, now.incline_percent)
    if max(before.error, now.error) > SURER * min(before.error, now.error):
        return False
    a, b = before.speed_m_s, now.speed_m_s
    return a == b or (a is not None and b is not None and abs(a - b) <= RESTATED * max(a, b))
