"""The coach's snapshot of everything known now: movement, session, permissions.

Rules of this file
------------------
* The coach and its session write it; rules, phases and the arbiter read it and change nothing.
* Whatever is not known is None or "unknown". Nothing here guesses.
* ``see`` processes inputs and events, in time order; ``workout/`` writes the session's fields
  (from ``phase`` on), and ``coach.py`` those that let cues through.
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
    unreported,
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

BELT_MOVES_M_S = 0.05  # a slower belt is standing; chosen
TURNABLE_M_S = 0.55  # the fastest of the first stage, plus a belt's error
FAR_TOO_FAST = 1.5  # times the limit: half as fast again as anybody has prescribed; chosen
REFINED_M_S = 0.05  # half a bin of the baselines; a level's first reports may be this far off
LANDINGS = 8  # per foot: more than are compared, or land between two comparisons
HELD_S = 7.0  # feet that step again within this keep the same speed (belt/source.py)
UPSET_S = 60.0  # after being unsteady, if not seen steady, and after a limp; chosen
STRIDE_AGE_S = 3.0  # longer than any stride: after that nobody is walking

Cap = Literal["session", "day", "week"]


class Carried(Struct, frozen=True, kw_only=True):
    """The forward carry.

    target : the stride to keep, None until it is known.
    reverted : since when it is known that hardly anything was carried, or None.
    posture : the trunk's measurements of the backward part at this speed, by name.
    because : the numbers behind ``reverted``.
    """

    target: Baseline | None = None
    reverted: float | None = None
    posture: dict[str, float] = {}
    because: dict[str, float | str | None] = {}


class Judged(Struct, frozen=True, kw_only=True):
    """The verdict on the newest stride's length.

    reference : the target.  since : since when this foot's strides are too long, or None.
    lasting : since when either foot's strides are too long, or None.
    size : of the error, 0 to 1: full at twice the threshold.
    even : strides vary little enough for a verdict.  because : the numbers it rests on.
    """

    reference: Baseline
    since: float | None = None
    lasting: float | None = None
    even: bool = True
    size: float = 0.5
    because: dict[str, float | str | None] = {}


class Known(Struct, kw_only=True):
    """The latest of everything.

    landed : each foot's last contacts, of one sensor.
    stage, sessions : on the ladder; sessions before this one.  program : a workout in phases.
    limit_m_s : backward speed limit.  left_s, cap : backward time left, and the cap that ends it.
    bout_left_s : time left in this backward part, caps aside.
    elapsed_s : time walked in the phase, or stood if it expects standing.  remaining_s : left.
    stepping : somebody walks in a session, though the last steps may have been missed.
    against_s : how long the runner has faced another way than the phase expects.
    part_s : time walked backward in the present or last backward part.  back_m_s : its belt speed.
    due_m_s, due_percent, by_hand, to_be_set : the belt in the next part, whether the runner sets
    it, and whether it has to be set from the rails.
    answered : every question was.  slowed : all was done to slow a belt of unreported speed.
    stepped_on : the prompt to step on was said.  turn_asked_at : when the prompt to turn was said
    in this phase.  turns_back_until : when a runner told to turn backward has had time to.
    faced_at : when the last known direction ended.  railed_at : when the side rails were mentioned.
    offered : a backward step was offered just now.
    may_jog : the runner or the coach can change the belt's speed.  wrong : the runner reported it.
    carry : the state of the forward carry, else None.
    judged : the verdict on the stride being processed, if there is one.
    hold : why only safety and guidance are allowed now, or empty.
    blind : no sensor sees a runner who may be moving.
    worked : how often each wording was judged to help this runner.
    share, catch : share of technique cues given; within a stretch without any.
    """

    now: float = 0.0
    belt: Belt | None = None  # None while no source reports its speed
    belt_state: BeltState = BeltState(t=0.0, speed_m_s=None, since=-math.inf)
    mode: Mode = "unknown"
    direction: Direction = "unknown"
    faced_at: float = -math.inf
    stability: Level = "unknown"
    score: float | None = None
    upset_at: float = -math.inf
    sore_at: float = -math.inf  # when the runner was last asked about a limp
    measured: dict[str, Measurement] = {}
    baselines: Baselines = field(default_factory=Baselines)
    unreported: Baselines = field(default_factory=Baselines)  # on a belt assumed constant
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
    turn_asked_at: float | None = None
    turns_back_until: float = -math.inf
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
            case Measurement(source=""):  # a foot pod's own values are about a second old
                self.measured[item.name] = item
            case Footfall():
                self.footfalls += 1
                self.footfall_at = max(self.footfall_at, item.t)
                if item.side != "unknown":  # else it would stay as a foot of its own for ever
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
        """A session is running."""
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
        """The belt's speed over the backward limit, or None without a limit."""
        if self.limit_m_s is None or self.belt is None:
            return None
        newest = self.belt_state.speed_m_s  # more precise by now than ``belt``
        return (self.belt.speed_m_s if newest is None else newest) / self.limit_m_s

    @property
    def far_too_fast(self) -> bool:
        """Return whether the belt is dangerously fast backward, unless slow enough to turn on."""
        return (self.times_limit or 0.0) > FAR_TOO_FAST and not self.belt_slow

    @property
    def upset(self) -> bool:
        """Return whether the runner is unsteady or sore, or was and is not known to be well."""
        lately = self.now - max(self.upset_at, self.sore_at) < UPSET_S
        return self.stability == "unsteady" or lately

    @property
    def at_rest(self) -> bool:
        """Return whether nobody walks and the belt is known to stand."""
        return self.belt is not None and not (self.belt_moves or self.walking)

    def settled(self, side: Side, discarded: int = DISCARDED_STRIDES) -> bool:
        """Return whether a foot's strides are past the ones discarded after a change."""
        return self.since_change.get(side, 0) > discarded

    def own(self, stride: Stride) -> Baseline | None:
        """Return the runner's own stride time under this stride's conditions."""
        if self.belt is None:
            key = unreported(stride)
            return self.unreported.of(key, 0.0) if key else None
        key = terms_of(stride, self.belt)
        return self.baselines.of(key, self.belt.speed_m_s) if key else None

    def learn(self, stride: Stride) -> None:
        """Add a clean, settled stride to the baselines."""
        if not stride.clean or not self.settled(stride.side):
            return
        if key := terms_of(stride, self.belt):
            self.baselines.learn(key, stride.duration_s)
        elif self.belt_state.watched and (key := unreported(stride)):
            self.unreported.learn(key, stride.duration_s)

    def forget_constant_belt(self) -> None:
        """Forget baselines of an unreported belt speed, because it may have been changed."""
        self.unreported = Baselines()

    def forget_runner(self) -> None:
        """Forget the runner's own values: another runner may be next."""
        self.baselines, self.unreported = Baselines(), Baselines()
        self.unsettle()

    def _stability(self, item: Stability) -> None:
        if item.level == "steady":
            self.upset_at = -math.inf
        elif "unsteady" in (item.level, self.stability):
            self.upset_at = self.now
        self.stability, self.score = item.level, item.score

    def _pace(self, stride_s: float) -> None:
        """Smooth the stride time over some three strides of each foot."""
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
                self.forget_constant_belt()
            if not (state.watched and before.watched):
                return  # a gap is no change, but the report after it may be
        else:
            self.feet_silent = math.inf
        if speed is not None and (
            self.belt is None
            or not state.steady
            or state.since != before.since
            or abs(speed - self.belt.speed_m_s) > REFINED_M_S
        ):
            self.belt = Belt(state.t, speed, incline, state.error)
        back = state.steady and state.since < before.since  # it was no change after all
        if not back and (state.since != before.since or not state.steady):
            self.belt_changed = now
            self.unsettle()

    def _gait(self, gait: Gait) -> None:
        if (gait.mode, gait.direction) != (self.mode, self.direction):
            self.unsettle()
            self.forget_constant_belt()
        if {gait.mode, self.mode} & {"walking", "running"}:
            self.walked_at = self.now
        if self.direction != "unknown":
            self.faced_at = self.now
        self.mode, self.direction = gait.mode, gait.direction
        if gait.mode not in ("walking", "running"):
            self.measured.clear()
