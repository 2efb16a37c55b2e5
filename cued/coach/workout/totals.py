"""A session's totals, for the summary, the closing words and the ladder."""

from __future__ import annotations

from statistics import median

from cued.coach.known import Known
from cued.coach.strides.baseline import Baselines
from cued.coach.workout import ladder
from cued.coach.workout.ladder import Result, Standing
from cued.coach.workout.memory import WEEK_S, Memory, Past
from cued.coach.workout.profile import Profile
from cued.coach.workout.prompts import ABOUT_A_MINUTE_S, Spoken, lasted
from cued.model import Belt, Effect, Measurement, Stability, Stride, Summary

BEFORE_UNSTEADY_COUNTS_S = 0.5  # a flicker does not count; chosen
LEAST_HELD_S = 10.0  # less is not worth saying
LEAST_BACKWARD_S = 20.0  # less is not worth saying


class SessionTally:
    """Counts of one session."""

    def __init__(self, started: float = 0.0, kind: str = "free_run") -> None:
        self.started = started
        self.kind = kind
        self.strides = 0
        self.stumbles = 0
        self.cues = 0
        self.judged = 0
        self.worked = 0
        self.before: Past | None = None  # the session before, to compare with
        self.backward_s = 0.0
        self.jogged_s = 0.0
        self.part_s = 0.0
        self.held_s: float | None = None
        self.peak_m_s: float | None = None
        self.unsteady_s = 0.0
        self.effort: float | None = None
        self.cv_ratio: float | None = None
        self.measured: dict[str, float] = {}
        self._unsteady_since: float | None = None

    def feed(self, item: Stride | Stability) -> None:
        """Count a stride, or time spent unsteady."""
        match item:
            case Stride():
                self.strides += 1
            case Stability():
                self._steadiness(item)

    def moved_backward(
        self, seconds: float, jogs: bool, belt: Belt | None, limit_m_s: float | None
    ) -> None:
        """Count backward time; a speed above the limit does not count as trained."""
        self.backward_s += seconds
        self.part_s += seconds
        if jogs:
            self.jogged_s += seconds
        if belt is not None and belt.speed_m_s > 0.0:
            speed = belt.speed_m_s if limit_m_s is None else min(belt.speed_m_s, limit_m_s)
            self.peak_m_s = max(self.peak_m_s or 0.0, speed)

    def held(self, until_s: float | None, lasted_s: float) -> None:
        """Keep the longest time that a carry held the short step."""
        held = lasted_s if until_s is None else until_s
        self.held_s = held if self.held_s is None else max(self.held_s, held)

    def note(self, measured: list[Measurement]) -> None:
        """Keep the last value of each measurement for the summary."""
        for m in measured:
            if m.value is not None:
                self.measured[m.name] = m.value
            if m.error is not None:
                self.measured[f"{m.name}_error"] = m.error

    def judge(self, effect: Effect) -> None:
        """Count whether a cue worked."""
        self.judged += 1
        self.worked += effect.worked

    def compare_spread(self, ratios: list[float]) -> None:
        """Keep the spread of strides relative to this runner's usual one."""
        self.cv_ratio = median(ratios) if ratios else None

    def _steadiness(self, item: Stability) -> None:
        if self._unsteady_since is not None:
            lasted = item.t - self._unsteady_since
            self.unsteady_s += lasted if lasted > BEFORE_UNSTEADY_COUNTS_S else 0.0
        self._unsteady_since = item.t if item.level == "unsteady" else None

    def summary(
        self,
        now: float,
        runner: str,
        profile: str,
        trained_stage: int,
        standing: Standing,
        *,
        wrong: bool,
    ) -> Summary:
        """Return the summary."""
        details: dict[str, float | str | None] = {
            "runner": runner,
            "profile": profile,
            "kind": self.kind,
            "stage": float(standing.stage),
            "clean_sessions": float(standing.clean_sessions),
            "clean": float(standing.clean),
            "trained_stage": float(trained_stage),
            "peak_m_s": self.peak_m_s,
            "jogged_s": round(self.jogged_s, 1),
            "unsteady_s": round(self.unsteady_s, 1),
            "effort": self.effort,
            "held_s": None if self.held_s is None else round(self.held_s, 1),
            "something_wrong": float(wrong),
            "cv_ratio": self.cv_ratio,
            "cues_judged": float(self.judged),
            "cues_worked": float(self.worked),
            "before_backward_s": self.before.backward_s if self.before else None,
            "before_held_s": self.before.held_s if self.before else None,
            **self.measured,
        }
        return Summary(
            t=now,
            started_t=self.started,
            duration_s=now - self.started,
            strides=self.strides,
            backward_s=round(self.backward_s, 1),
            cues=self.cues,
            stumbles=self.stumbles,
            details=details,
        )


def facts(tally: SessionTally, memory: Memory) -> list[Spoken]:
    """Return two facts: how long the short step was held, and the week's backward time."""
    out: list[Spoken] = []
    held = tally.held_s
    if held is not None and held >= LEAST_HELD_S:
        out.append(("fact_held", {"seconds": held}))
        if memory.held_s is not None and memory.held_s >= LEAST_HELD_S:
            out.append(("fact_last", {"seconds": memory.held_s}))
    week = tally.backward_s + memory.backward_s(WEEK_S, 0.0)
    if tally.backward_s >= LEAST_BACKWARD_S and week >= ABOUT_A_MINUTE_S[0]:
        out.append(lasted("fact_backward", week))
    return out


def closing_words(
    tally: SessionTally, memory: Memory, standing: Standing, *, wrong: bool
) -> list[Spoken]:
    """Return the closing words: the facts, a change of stage, one thing to take away."""
    out = facts(tally, memory)
    if standing.stage != memory.stage:
        out.append(("stage_up" if standing.stage > memory.stage else "stage_down", {}))
    if tally.backward_s > 0.0 and not wrong:
        out.append(("take_away", {}))
    return out


def standing_after(
    known: Known, tally: SessionTally, memory: Memory, profile: Profile, elapsed_s: float
) -> Standing:
    """Return the runner's standing on the ladder after a session; a free run changes nothing."""
    tally.compare_spread(spread_ratios(known.baselines, memory))
    tally.feed(Stability(t=known.now, level="unknown", score=None))  # unsteady to the end
    if tally.kind != "program":
        return Standing(memory.stage, memory.clean_sessions, clean=False)
    result = Result(
        stage=known.stage,
        backward_s=tally.backward_s,
        peak_m_s=tally.peak_m_s,
        stumbles=tally.stumbles,
        unsteady_s=tally.unsteady_s,
        cv_ratio=tally.cv_ratio,
        effort=tally.effort,
        wrong=known.wrong,
    )
    return ladder.advance(memory, profile, result, elapsed_s)


def no_higher(standing: Standing, memory: Memory) -> Standing:
    """Return the standing after a session that may be somebody else's: never higher."""
    clean = min(standing.clean_sessions, memory.clean_sessions)
    return Standing(min(standing.stage, memory.stage), clean, clean=False)


def spread_ratios(baselines: Baselines, memory: Memory) -> list[float]:
    """Return the spreads of backward strides over those of earlier sessions at the same speeds."""
    usual = {
        (i.mode, round(i.speed_m_s * 10)): i.cv for i in memory.imprint if i.direction == "backward"
    }
    return [
        own.cv / usual[key.mode, key.speed]
        for key, own in baselines.all().items()
        if key.direction == "backward" and (key.mode, key.speed) in usual
    ]
