"""The script of a phase, said line by line as the voice becomes free.

A line stays next until it was said. A timed line that is late enough to be untrue is dropped. Lines
for the middle of a phase also wait while the runner is unsteady, not known to be steady again, or
on a belt that has just stopped.
No runner is asked to turn round before the belt is slow: first comes the prompt to slow it, then
the rest. If no source reports the speed, "slow the belt" counts as done after a press, when the
steps have slowed down, or after 15 s.
"""

from __future__ import annotations

from collections import deque

from msgspec import Struct

from cued.coach.config import CoachConfig
from cued.coach.known import Known
from cued.coach.workout.conditions import INCLINE_OFF_PERCENT, at_rest
from cued.coach.workout.ladder import SPEED_OFF_M_S, TURN_M_S
from cued.coach.workout.phase import Line
from cued.model import BeltRequest

Spoken = tuple[str, dict[str, float]]
UNITS = {"km/h": 3.6, "mph": 2.2369}  # km/h and mph in 1 m/s, as rounded as they are spoken
AGAIN_S = 20.0  # time to slow the belt and turn; chosen
NOTICE_S = 20.0  # before a turn; no new line begins in this time
LATE_S = 6.0  # a timed line that is later than this is dropped, ...
KEPT = ("belt", "own_speed")  # ... except those that set the belt
SLOWED_S = 15.0  # time to find the console and slow the belt
STOPPED_S = 5.0  # without a step: longer than any step, even if one is missed
SLOWED_STEPS = 1.15  # at half the speed a stride takes 20-40 % longer
ABOUT_A_MINUTE_S = (55.0, 75.0)  # a listener would accept "a minute"; chosen
MINUTES_S = 105.0  # said in whole minutes from here on, in tens of seconds below
# Prompts that change the belt's speed: True to the speed that is due, False to the runner's own.
SETS = {
    "belt_at": True,
    "belt_at_mph": True,
    "settle": False,
    "own_speed": False,
    "forward_on": False,
    "cool_down": False,
    "rest": False,
    "paused": False,
    "away": False,
}


class Due(Struct):
    """A line and the time in the phase at which it is due."""

    line: Line
    at_s: float
    key: str = ""
    blanks: dict[str, float] = {}


class Script:
    """The lines still to be said in a phase."""

    def __init__(self, plan: CoachConfig) -> None:
        self._plan = plan
        self._now: deque[Due] = deque()
        self._later: list[Due] = []
        self._begun = 0.0
        self._spoke = 0.0
        self._asked_slow: tuple[float, float] | None = None
        self._confirmed = False
        self._set_m_s: float | None = None  # the speed last prompted, if it is not reported
        self._wants_belt = False

    def line(self, known: Known) -> Spoken | None:
        """Return the next line that can be said now."""
        while self._now and not self._now[0].line.only(known):
            self._now.popleft()
        if self._now:
            due = self._now[0]
            return (due.key, due.blanks) if due.line.when(known) else None
        return self._timed(known)

    def said(self, key: str, known: Known) -> None:
        """Remove a line that was said."""
        self._spoke = known.now
        if key == "turn_slow":
            self._asked_slow = (known.now, known.stride_s)
        if key in SETS:
            self._set_m_s = known.due_m_s if SETS[key] else None
        if self._now and self._now[0].key == key:
            self._now.popleft()
        else:
            self._later = [d for d in self._later if d.key != key]

    def owes(self, key: str) -> bool:
        """Return whether a line is still to be said at once."""
        return any(due.key == key for due in self._now)

    def clear(self) -> None:
        """Drop all lines."""
        self._now.clear()
        self._later.clear()

    def go_on(self, known: Known, lasts_s: float | None) -> None:
        """Resume a phase where it was, with the lines still to come."""
        self.begin(known, lasts_s, resumed=False)
        spec = known.spec
        # Who turned unseen would turn away again; ``remind`` asks who is seen not to have turned.
        asked = spec.turn == "backward" and known.turn_asked_at is not None
        if asked or (spec.turn == "unknown" and not spec.stands):
            self._now.clear()

    def confirm(self) -> None:
        """Process a press as "the belt is slow"."""
        self._confirmed = True

    def pop_request(self, known: Known) -> BeltRequest | None:
        """Return, once, a request to the belt within the phase."""
        wanted, self._wants_belt = self._wants_belt, False
        if not wanted or known.due_m_s is None or not known.belt_moves:
            return None
        return BeltRequest(t=known.now, speed_m_s=round(known.due_m_s, 2), why=known.phase)

    def slowed(self, known: Known) -> bool:
        """Return whether a belt of unreported speed counts as slowed."""
        backward = known.spec.turn == "forward" or known.spec.backward
        due, prompted = known.due_m_s, self._set_m_s
        turnable = due is not None and due == prompted and due <= TURN_M_S
        if self._confirmed or (backward and turnable):
            return True  # in backward gait nobody sets it faster than prompted
        if self._asked_slow is None:
            return False
        at, stride_s = self._asked_slow
        slower = stride_s > 0.0 and known.stride_s >= SLOWED_STEPS * stride_s
        stands = known.now - max(known.stride_at, known.footfall_at, at) >= STOPPED_S
        self._confirmed = slower or stands or known.now - at >= SLOWED_S
        return self._confirmed

    def remind(self, known: Known) -> None:
        """Repeat the prompts to a runner who does not turn, step on, or start the belt."""
        wanted, facing = known.spec.turn, known.direction
        turns = "unknown" not in (wanted, facing) and facing != wanted
        mounts = known.spec.pace == "due" and known.spec.stands and not known.walking
        starts = wanted == "backward" and at_rest(known)
        asks = turns or starts or (mounts and not known.stepped_on)
        if asks and known.now - max(self._begun, self._spoke) >= AGAIN_S:
            self._open(known, again=True)

    def begin(self, known: Known, lasts_s: float | None, *, resumed: bool) -> None:
        """Queue a phase's script; one resumed after a pause needs no introduction."""
        self._open(known, again=False)
        if resumed:
            unheard = known.spec.still and not known.walking  # perhaps the introduction
            if known.spec.turn == "unknown" and not unheard:
                self._now.clear()
            self.say_first("resumed")
        for line in known.spec.says:
            if line.part is None and line.at_s == 0.0:
                continue
            at = line.at_s if lasts_s is None else _at(line, lasts_s)
            late = line.at_s >= 0.0 and lasts_s is not None and at > lasts_s - NOTICE_S
            if at > known.elapsed_s and known.sessions < line.first and not late:
                self._later.append(Due(line=line, at_s=at))
        self._later.sort(key=lambda due: due.at_s)

    def greet(self, known: Known) -> None:
        """Greet a runner who turned backward unasked, in place of the phase's first line."""
        if self._now:
            self._now.popleft()
        if not known.upset:  # no greeting just after "hold the rail"
            self.say_first("backward_met")

    def say(self, key: str, **blanks: float) -> None:
        """Queue a line that is in no phase's script."""
        self._now.append(Due(line=Line(key), at_s=0.0, key=key, blanks=blanks))

    def say_first(self, key: str) -> None:
        """Queue a line before all others."""
        self._now.appendleft(Due(line=Line(key), at_s=0.0, key=key))

    def _open(self, known: Known, *, again: bool) -> None:
        self.clear() if not again else self._now.clear()
        self._begun = known.now
        self._asked_slow, self._confirmed = None, False
        for line in known.spec.says:
            opening = line.part is None and line.at_s == 0.0
            if opening and known.sessions < line.first:
                self._queue(line, known)

    def _queue(self, line: Line, known: Known) -> None:
        if line.key == "belt" and not known.by_hand:
            self._wants_belt = True
        elif line.key == "belt":
            for key, blanks in self.settings(known):
                self._now.append(Due(line=line, at_s=0.0, key=key, blanks=blanks))
        elif line.key != "questions":
            key, blanks = _worded(line.key, known)
            self._now.append(Due(line=line, at_s=0.0, key=key, blanks=blanks))

    def _timed(self, known: Known) -> Spoken | None:
        """Return the timed line that is due; drop those no longer true."""
        for due in [d for d in self._later if known.elapsed_s >= d.at_s]:
            late = known.elapsed_s - due.at_s > LATE_S and due.line.key not in KEPT
            if late or not due.line.only(known):
                self._later.remove(due)
            elif due.line.key == "belt":
                self._later.remove(due)
                self._queue(due.line, known)
                return self.line(known)
            elif due.line.when(known) and (due.line.at_s < 0.0 or _at_ease(known)):
                due.key, due.blanks = _worded(due.line.key, known)
                return due.key, due.blanks
        return None

    def settings(self, known: Known) -> list[Spoken]:
        """Return the prompts to set the belt, if it is set by hand and differs."""
        if not known.by_hand or known.due_m_s is None:
            return []
        out: list[Spoken] = []
        belt, speed = known.belt, known.due_m_s
        has_m_s = belt.speed_m_s if belt else self._set_m_s
        if has_m_s is None or abs(has_m_s - speed) > SPEED_OFF_M_S:
            unit = self._plan.speed_unit
            key = "belt_at" if unit == "km/h" else "belt_at_mph"
            out.append((key, {"speed": speed * UNITS[unit]}))
        has = belt.incline_percent if belt else 0.0
        if abs(has - known.due_percent) > INCLINE_OFF_PERCENT:
            out.append(("incline_at", {"percent": known.due_percent}))
        return out


def _at_ease(known: Known) -> bool:
    """Return whether the runner walks and is steady enough to listen."""
    stops = known.belt is not None and not known.belt_moves
    return known.walking and not (known.upset or stops)


def _at(line: Line, lasts_s: float) -> float:
    if line.part is not None:
        return line.part * lasts_s
    return line.at_s if line.at_s > 0.0 else lasts_s + line.at_s


def lasted(key: str, seconds: float) -> Spoken:
    """Return the catalogue's entry for a duration: in seconds, one minute, or minutes."""
    if ABOUT_A_MINUTE_S[0] <= seconds < ABOUT_A_MINUTE_S[1]:
        return f"{key}_one", {}
    if seconds < MINUTES_S:
        return f"{key}_seconds", {"seconds": seconds}
    return key, {"minutes": seconds / 60.0}


def _worded(key: str, known: Known) -> Spoken:
    """Return a line's entry in the catalogue, with its numbers."""
    if key == "part_done":
        return lasted(key, known.part_s)
    return key, {"minutes": (known.left_s or 0.0) / 60.0} if key == "plan" else {}
