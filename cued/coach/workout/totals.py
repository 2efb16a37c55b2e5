"""What was done in a session, for the summary and for the ladder."""

from __future__ import annotations

from statistics import median

from cued.coach.workout.ladder import Standing
from cued.coach.workout.memory import Past
from cued.model import Belt, Effect, Measurement, Stability, Stride, Summary

BEFORE_UNSTEADY_COUNTS_S = 0.5  # a flicker is none; chosen


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
        """Count time backward; a speed above the limit is not one that was trained."""
        self.backward_s += seconds
        self.part_s += seconds
        if jogs:
            self.jogged_s += seconds
        if belt is not None and belt.speed_m_s > 0.0:
            speed = belt.speed_m_s if limit_m_s is None else min(belt.speed_m_s, limit_m_s)
            self.peak_m_s = max(self.peak_m_s or 0.0, speed)

    def held(self, until_s: float | None, lasted_s: float) -> None:
        """Keep how long the short step was held, the longest of a session's carries."""
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
        """Process how much strides varied against what is usual for this runner."""
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
        """Sum up."""
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
