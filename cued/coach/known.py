"""The one snapshot of what is known now: who moves how, where in the session, what is allowed.

Rules of this file
------------------
* The coach and its session write it; rules, phases and the arbiter read it and change nothing.
* Whatever is not known is None or "unknown". Nothing here guesses.
* ``see`` takes in inputs and events, in time order; what belongs to the session (from ``phase``
  on) is written by ``workout/``, and what lets cues through by ``coach.py``.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Literal

from msgspec import Struct, field

from cued.coach.strides.baseline import (
    DISCARDED_STRIDES,
    Baseline,
    Baselines,
    terms_of,
    unspoken,
)
from cued.coach.workout.memory import Worked
from cued.coach.workout.phase import PhaseSpec
from cued.model import (
    AnyEvent,
    Belt,
    BeltState,
    Direction,
    Footfall,
    Gait,
    Input,
    Level,
    Measurement,
    Mode,
    Side,
    Stability,
    Stride,
)

BELT_MOVES_M_S = 0.05  # slower is a belt that stands; chosen
TURNABLE_M_S = 0.55  # the fastest of the first stage, and a belt's error
FAR_TOO_FAST = 1.5  # times the limit; half as fast again as anybody has prescribed; a choice
REFINED_M_S = 0.05  # half of what baselines tell apart; a level's first reports may be so far off
LANDINGS = 8  # of a foot: more than come between two looks at them, or are looked back on
HELD_S = 7.0  # feet that step again so soon go on at the same speed (belt/source.py)
UPSET_S = 60.0  # so long after being unsteady nobody is taken for steady unseen; a choice
STRIDE_AGE_S = 3.0  # longer than any stride: after that nobody walks

Cap = Literal["session", "day", "week"]


class Carried(Struct, frozen=True, kw_only=True):
    """The forward carry.

    target : the stride to keep, None until it is known.
    reverted : since when it is known that hardly anything was brought along, or None.
    posture : the trunk's measurements of the backward part at this speed, by name.
    because : the numbers that rests on.
    """

    target: Baseline | None = None
    reverted: float | None = None
    posture: dict[str, float] = {}
    because: dict[str, float | str | None] = {}


class Judged(Struct, frozen=True, kw_only=True):
    """The verdict on the newest stride's length.

    reference : what it is to be.  since : since when strides are too long, or None.
    lasting : the same, as long as it is so for either foot, whichever this stride is of.
    size : of the error, 0 to 1: full at twice the threshold.
    tells : strides are even enough for a verdict.  because : the numbers it rests on.
    """

    reference: Baseline
    since: float | None = None
    lasting: float | None = None
    tells: bool = True
    size: float = 0.5
    because: dict[str, float | str | None] = {}


class Known(Struct, kw_only=True):
    """The latest of everything.

    landed : each foot's last contacts, as far as one sensor saw them.
    stage, sessions : on the ladder; sessions before this one.  program : a workout in phases.
    limit_m_s : no faster than this backward.  left_s, cap : backward, and the cap that ends it.
    bout_left_s : until this backward part is over before the caps.
    elapsed_s : walked in the phase; stood in it, where standing is expected.  remaining_s : of it.
    stepping : in a session, somebody walks, though the last steps may have been missed.
    against_s : for how long the runner has faced another way than the phase asks for.
    part_s : walked backward in the present backward part, or the last one.
    back_m_s : the belt in it.
    due_m_s, due_percent, by_hand, to_be_set : the belt in the part that is due, who sets it, and
    whether it has to be set from the rails.
    answered : every question.  slowed : all was done to slow a belt that tells no speed.
    stepped_on : the word to step on was said.  told_to_turn : since when it was, in this phase.
    railed_at : when the side rails were named.
    offered : a backward step, just now.
    may_jog : somebody or the coach can change the belt's speed.  wrong : the runner said so.
    carry : in the forward carry, what was brought along and whether it is slipping; else None.
    judged : the verdict on the stride that is the news, where there is one.
    hold : why there is nothing but safety and guidance now, or empty.
    blind : no sensor sees a runner who may be moving.
    worked : how often each wording was judged to help this runner.
    share, catch : of technique cues that are given; a stretch without any.
    """

    now: float = 0.0
    belt: Belt | None = None  # None while nobody tells its speed
    belt_state: BeltState = BeltState(t=0.0, speed_m_s=None, since=-math.inf)
    mode: Mode = "unknown"
    direction: Direction = "unknown"
    stability: Level = "unknown"
    score: float | None = None
    upset_at: float = -math.inf
    measured: dict[str, Measurement] = {}
    baselines: Baselines = field(default_factory=Baselines)
    unspoken: Baselines = field(default_factory=Baselines)  # of a belt taken for constant
    belt_changed: float = -math.inf
    feet_silent: float = math.inf
    stride_at: float = -math.inf
    footfalls: int = 0
    footfall_at: float = -math.inf
    landed: dict[Side, deque[Footfall]] = {}
    walked_at: float = -math.inf
    stepping: bool = False
    strides: int = 0
    stride_s: float = 0.0
    since_change: dict[Side, int] = {}

    phase: str = "idle"
    spec: PhaseSpec = PhaseSpec()
    since: float = 0.0
    elapsed_s: float = 0.0
    remaining_s: float | None = None
    against_s: float = 0.0
    program: bool = False
    sessions: int = 0
    stage: int = 0
    rounds: int = 0
    jogged_s: float = 0.0
    part_s: float = 0.0
    back_m_s: float | None = None
    due_m_s: float | None = None
    due_percent: float = 0.0
    by_hand: bool = True
    to_be_set: bool = False
    answered: bool = False
    slowed: bool = False
    stepped_on: bool = False
    told_to_turn: float | None = None
    railed_at: float = -math.inf
    offered: bool = False
    may_jog: bool = True
    more_rounds: bool = False
    wrong: bool = False
    limit_m_s: float | None = None
    left_s: float | None = None
    bout_left_s: float = math.inf
    cap: Cap = "session"
    carry: Carried | None = None
    judged: Judged | None = None

    muted: bool = False
    hold: str = ""
    blind: bool = False
    worked: dict[str, Worked] = {}
    share: float = 1.0
    catch: bool = False

    def see(self, item: Input | AnyEvent, now: float) -> None:
        """Process an input or an event."""
        self.now = now
        if now - self.feet_silent > HELD_S:
            self.belt = None
        match item:  # the most frequent first
            case Measurement(source=""):  # what a foot pod reports is about a second old
                self.measured[item.name] = item
            case Footfall():
                self.footfalls += 1
                self.footfall_at = max(self.footfall_at, item.t)
                if item.side != "unknown":  # never heard again, it would stay unlike the others
                    came = self.landed.setdefault(item.side, deque(maxlen=LANDINGS))
                    if came and came[-1].sensor != item.sensor:
                        came.clear()
                    came.append(item)
            case Stride():
                self.stride_at = max(self.stride_at, item.t)
                self.strides += 1
                self._pace(item.duration_s)
                self.since_change[item.side] = self.since_change.get(item.side, 0) + 1
            case Stability():
                self._stability(item)
            case Gait():
                self._gait(item)
            case BeltState():
                self._belt(item, now)
            case _:
                pass

    @property
    def active(self) -> bool:
        """A session is going on."""
        return self.phase != "idle"

    def unsettle(self) -> None:
        """Discard the next strides: conditions changed."""
        self.since_change.clear()

    @property
    def walking(self) -> bool:
        """Return whether a stride was seen just now."""
        return self.now - self.stride_at < STRIDE_AGE_S

    @property
    def belt_moves(self) -> bool:
        """Return whether the belt is known to move."""
        return self.belt is not None and self.belt.speed_m_s > BELT_MOVES_M_S

    @property
    def belt_slow(self) -> bool:
        """Return whether the belt is known to be slow enough to turn on."""
        return self.belt is not None and self.belt.speed_m_s <= TURNABLE_M_S

    @property
    def times_limit(self) -> float | None:
        """How fast the belt is against the limit backward, or None where there is none."""
        if self.limit_m_s is None or self.belt is None:
            return None
        told = self.belt_state.speed_m_s  # by now surer than what strides are compared at
        return (self.belt.speed_m_s if told is None else told) / self.limit_m_s

    @property
    def far_too_fast(self) -> bool:
        """Return whether the belt is a danger backward: on one to turn on nobody is thrown off."""
        return (self.times_limit or 0.0) > FAR_TOO_FAST and not self.belt_slow

    @property
    def upset(self) -> bool:
        """Return whether the runner is unsteady, or was and has not been seen steady again."""
        return self.stability == "unsteady" or self.now - self.upset_at < UPSET_S

    @property
    def at_rest(self) -> bool:
        """Return whether nobody walks, and the belt is known to stand."""
        return self.belt is not None and not (self.belt_moves or self.walking)

    def settled(self, side: Side, discarded: int = DISCARDED_STRIDES) -> bool:
        """Return whether a foot's strides are past the ones discarded after a change."""
        return self.since_change.get(side, 0) > discarded

    def own(self, stride: Stride) -> Baseline | None:
        """Return the runner's own stride time under the conditions of this stride."""
        if self.belt is None:
            key = unspoken(stride)
            return self.unspoken.of(key, 0.0) if key else None
        key = terms_of(stride, self.belt)
        return self.baselines.of(key, self.belt.speed_m_s) if key else None

    def learn(self, stride: Stride) -> None:
        """Add a clean, settled stride to the baselines."""
        if not stride.clean or not self.settled(stride.side):
            return
        if key := terms_of(stride, self.belt):
            self.baselines.learn(key, stride.duration_s)
        elif self.belt_state.watched and (key := unspoken(stride)):
            self.unspoken.learn(key, stride.duration_s)

    def set_otherwise(self) -> None:
        """Go by it that the belt may have been set to another speed, if nobody tells it."""
        self.unspoken = Baselines()

    def forget_runner(self) -> None:
        """Forget the runner's own values: the next session may be another runner's."""
        self.baselines, self.unspoken = Baselines(), Baselines()
        self.unsettle()

    def _stability(self, item: Stability) -> None:
        if item.level == "steady":
            self.upset_at = -math.inf
        elif "unsteady" in (item.level, self.stability):
            self.upset_at = self.now
        self.stability, self.score = item.level, item.score

    def _pace(self, stride_s: float) -> None:
        """Follow the stride time over some three strides of each foot."""
        fresh = not self.stride_s or abs(stride_s / self.stride_s - 1.0) > 1.0
        self.stride_s = stride_s if fresh else self.stride_s + 0.2 * (stride_s - self.stride_s)

    def _belt(self, state: BeltState, now: float) -> None:
        before, self.belt_state = self.belt_state, state
        speed, incline = state.speed_m_s, state.incline_percent or 0.0
        if speed is None:
            if before.source == "feet" and before.speed_m_s is not None:
                self.feet_silent = now
            elif self.feet_silent == math.inf:
                self.belt = None
            if state.since != before.since:
                self.set_otherwise()
            if not (state.watched and before.watched):
                return  # a gap is no change; what follows it may be
        else:
            self.feet_silent = math.inf
        if speed is not None and (
            self.belt is None
            or not state.steady
            or state.since != before.since
            or abs(speed - self.belt.speed_m_s) > REFINED_M_S
        ):
            self.belt = Belt(state.t, speed, incline, state.error)
        back = state.steady and state.since < before.since  # what began was no change after all
        if not back and (state.since != before.since or not state.steady):
            self.belt_changed = now
            self.unsettle()

    def _gait(self, gait: Gait) -> None:
        if (gait.mode, gait.direction) != (self.mode, self.direction):
            self.unsettle()
            self.set_otherwise()
        if {gait.mode, self.mode} & {"walking", "running"}:
            self.walked_at = self.now
        self.mode, self.direction = gait.mode, gait.direction
        if gait.mode not in ("walking", "running"):
            self.measured.clear()
