"""What is known now: takes every input and event, and shows rules one situation at a time."""

from __future__ import annotations

from cued.coach.rule import Carried, Place, Situation
from cued.coach.strides.baseline import DISCARDED_STRIDES, Baseline, Baselines, bin_of
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

BELT_MOVES_M_S = 0.05
STRIDE_AGE_S = 3.0  # longer than any stride: after that nobody walks


class View:
    """The latest of everything."""

    def __init__(self) -> None:
        self.belt: Belt | None = None  # None while nobody tells its speed
        self.belt_state = BeltState(t=0.0, speed_m_s=None, since=float("-inf"))
        self.mode: Mode = "unknown"
        self.direction: Direction = "unknown"
        self.stability: Level = "unknown"
        self.score: float | None = None
        self.measured: dict[str, Measurement] = {}
        self.baselines = Baselines()
        self.belt_changed = float("-inf")
        self.stride_at = float("-inf")
        self.footfalls = 0
        self.strides = 0
        self._since_change: dict[Side, int] = {}

    def see(self, item: Input | AnyEvent, now: float) -> None:
        """Take an input or an event."""
        match item:  # the most frequent first
            case Measurement(source=""):  # what a foot pod reports is about a second old
                self.measured[item.name] = item
            case Footfall():
                self.footfalls += 1
            case Stride():
                self.stride_at = max(self.stride_at, item.t)
                self.strides += 1
                self._since_change[item.side] = self._since_change.get(item.side, 0) + 1
            case Stability():
                self.stability, self.score = item.level, item.score
            case Gait():
                self._gait(item)
            case BeltState():
                self._belt(item, now)
            case _:
                pass

    def unsettle(self) -> None:
        """Discard the next strides: conditions changed."""
        self._since_change.clear()

    def walking(self, now: float) -> bool:
        """Tell whether a stride was seen just now."""
        return now - self.stride_at < STRIDE_AGE_S

    def belt_moves(self) -> bool:
        """Tell whether the belt is known to move."""
        return self.belt is not None and self.belt.speed_m_s > BELT_MOVES_M_S

    def settled(self, side: Side) -> bool:
        """Tell whether a foot's strides are past the ones discarded after a change."""
        return self._since_change.get(side, 0) > DISCARDED_STRIDES

    def own(self, stride: Stride) -> Baseline | None:
        """The runner's own stride time under the conditions of this stride."""
        key = bin_of(stride, self.belt)
        return self.baselines.of(key, self.belt.speed_m_s) if key and self.belt else None

    def learn(self, stride: Stride) -> None:
        """Let a clean, settled stride into the baselines."""
        key = bin_of(stride, self.belt)
        if key and stride.clean and self.settled(stride.side):
            self.baselines.learn(key, stride.duration_s)

    def forget_runner(self) -> None:
        """Forget what is one runner's: the next session may be another's."""
        self.baselines = Baselines()
        self.unsettle()

    def situation(
        self,
        news: Input | AnyEvent,
        place: Place,
        now: float,
        *,
        carry: Carried | None = None,
        contradicted_s: float = 0.0,
        program: bool = False,
        sessions: int = 0,
    ) -> Situation:
        """Show a rule what is known."""
        stride = news if isinstance(news, Stride) else None
        return Situation(
            now=now,
            news=news,
            place=place,
            mode=self.mode,
            direction=self.direction,
            belt=self.belt,
            stability=self.stability,
            score=self.score,
            measured=self.measured,
            baseline=self.own(stride) if stride else None,
            settled=self.settled(stride.side) if stride else False,
            at_rest=self.belt is not None and not (self.belt_moves() or self.walking(now)),
            carry=carry,
            contradicted_s=contradicted_s,
            program=program,
            sessions=sessions,
        )

    def _belt(self, state: BeltState, now: float) -> None:
        before, self.belt_state = self.belt_state, state
        speed, incline = state.speed_m_s, state.incline_percent or 0.0
        self.belt = None if speed is None else Belt(state.t, speed, incline, state.error)
        back = state.steady and state.since < before.since  # what began was no change after all
        if not back and (state.since != before.since or not state.steady):
            self.belt_changed = now
            self.unsettle()

    def _gait(self, gait: Gait) -> None:
        if (gait.mode, gait.direction) != (self.mode, self.direction):
            self.unsettle()
        self.mode, self.direction = gait.mode, gait.direction
        if gait.mode not in ("walking", "running"):
            self.measured.clear()
