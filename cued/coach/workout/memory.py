"""What is known of a runner from earlier sessions.

``Memory`` is loaded by the shell at start (``sinks/history.py``) and handed to the coach. What has
to be kept leaves the coach as ``Summary``, ``Imprint`` and ``Effect``; a daemon that runs for weeks
also keeps it here (``with_session``), so that caps hold without a restart.

The core knows no calendar: a session's age is what it was when the memory was loaded, plus what
has passed since. "Today" is the last 20 hours and "this week" the last 7 days.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from cued.frames import Matrix
from cued.model import Direction, Effect, Imprint, Mode, Mounting

DAY_S = 20.0 * 3600.0  # a session at the same hour tomorrow is another day's
WEEK_S = 7.0 * 86400.0  # seven days
SAME_FRONT = 0.82  # cosine of 35 degrees
TWICE = 2  # once may be chance
LAST_SESSIONS = 5  # what a step usually takes: a median of so many is good to half of one's spread
Times: TypeAlias = tuple[float, ...]


class Past(Struct, frozen=True, kw_only=True):
    """An earlier session: how long ago it was at loading, and what was moved backward."""

    age_s: float
    backward_s: float
    peak_m_s: float | None = None
    stage: int = 0
    held_s: float | None = None


class Away(Struct, frozen=True):
    """A session that was cut off within the last minutes, and its time backward."""

    backward_s: float


class Worked(Struct, frozen=True):
    """How often a phrase was judged, and how often the strides after it were back in range."""

    judged: int = 0
    worked: int = 0

    @property
    def share(self) -> float:
        """Return the share that worked; one half of a phrase never judged (Laplace's rule)."""
        return (self.worked + 1) / (self.judged + 2)


class WornFront(Struct, frozen=True):
    """How a trunk sensor was last worn, and in how many ways or workouts its front was the same."""

    matrix: Matrix
    times: int = 1

    def again(self, matrix: Matrix, times: int) -> WornFront:
        """Return this with one more finding added, or begun anew where the front is another one."""
        same = sum(a * b for a, b in zip(self.matrix[0], matrix[0], strict=True)) > SAME_FRONT
        return WornFront(matrix, self.times + times if same else times)


class Usual(Struct, frozen=True, kw_only=True):
    """The stride time at first in each of the last sessions, newest last, under like conditions."""

    direction: Direction
    mode: Mode
    speed: int  # bins of ``gait.ordinary.Terms``
    incline: int
    stride_s: tuple[float, ...]


class Memory(Struct, frozen=True, kw_only=True):
    """A runner's history, as far as the coach needs it.

    stage, clean_sessions : where on the ladder, and clean sessions since getting there.
    past : sessions of the last five weeks, oldest first.
    imprint : the latest of each direction, mode, speed and incline.  worked : by phrase.
    usual : by the same, how the last sessions began (``stranger.py``).
    worn : by trunk sensor.
    wrong : the runner said in the last session that something was wrong.
    away : a session that was cut off just now, and goes on.
    profile : the last session's; one that was left for another is not gone back to.
    doubt : why earlier sessions are not known, though there may have been some; empty if they are.
    """

    runner: str = "runner"
    sessions: int = 0
    stage: int = 0
    clean_sessions: int = 0
    past: tuple[Past, ...] = ()
    imprint: tuple[Imprint, ...] = ()
    usual: tuple[Usual, ...] = ()
    worked: dict[str, Worked] = {}
    worn: dict[str, WornFront] = {}
    wrong: bool = False
    away: Away | None = None
    profile: str = ""
    doubt: str = ""

    def of(self, runner: str) -> Memory:
        """Return this memory if it is the runner's, else an empty one."""
        return self if runner == self.runner else Memory(runner=runner, doubt=self.doubt)

    def aged(self, passed_s: float) -> Memory:
        """Return this memory as it is to be loaded so much later."""
        past = tuple(replace(p, age_s=p.age_s + passed_s) for p in self.past)
        return replace(self, past=past)

    def backward_s(self, within_s: float, elapsed_s: float) -> float:
        """Return the time moved backward in younger sessions, ``elapsed_s`` after loading."""
        return sum(p.backward_s for p in self.past if p.age_s + elapsed_s < within_s)

    def last_week_peak_m_s(self, elapsed_s: float) -> float | None:
        """Return the fastest backward speed from stage 1 up, in the last week trained before."""
        before = [
            (p.age_s + elapsed_s, p.peak_m_s)
            for p in self.past
            if p.peak_m_s is not None and p.stage > 0 and p.age_s + elapsed_s >= WEEK_S
        ]
        if not before:
            return None
        newest = min(age for age, _ in before)
        return max(peak for age, peak in before if age < newest + WEEK_S)

    def peak_m_s(self) -> float | None:
        """Return the fastest backward speed of the last session that had one."""
        peaks = [p.peak_m_s for p in self.past if p.peak_m_s is not None and p.stage > 0]
        return peaks[-1] if peaks else None

    def gone_on(self) -> Memory:
        """Return this memory with the session that was cut off taken up."""
        return replace(self, away=None)

    @property
    def held_s(self) -> float | None:
        """How long the short step was held in the last session that tells."""
        return next((p.held_s for p in reversed(self.past) if p.held_s is not None), None)

    def days_off(self, elapsed_s: float) -> float:
        """Return the days since the last session; 0 if there was none."""
        return min((p.age_s + elapsed_s for p in self.past), default=0.0) / 86400.0

    def with_session(
        self,
        past: Past,
        stage: int,
        clean_sessions: int,
        *,
        profile: str = "",
        wrong: bool = False,
    ) -> Memory:
        """Return this memory with one more session."""
        return replace(
            self,
            sessions=self.sessions + 1,
            stage=stage,
            clean_sessions=clean_sessions,
            past=(*self.past[-59:], past),
            wrong=wrong,
            profile=profile,
            away=None,
        )

    def with_effect(self, effect: Effect) -> Memory:
        """Return this memory with one more judgement of a wording."""
        before = self.worked.get(effect.text, Worked())
        after = Worked(before.judged + 1, before.worked + effect.worked)
        return replace(self, worked={**self.worked, effect.text: after})

    def earlier(self, sensor: str) -> Matrix | None:
        """Return how a sensor is worn if found twice: a wrong front is worse than none."""
        worn = self.worn.get(sensor)
        return worn.matrix if worn and worn.times >= TWICE else None

    def with_worn(self, sensor: str, matrix: Matrix, *, sure: bool) -> Memory:
        """Return this memory with one more finding of how a sensor is worn."""
        times = TWICE if sure else 1
        before = self.worn.get(sensor)
        now = before.again(matrix, times) if before else WornFront(matrix, times)
        return replace(self, worn={**self.worn, sensor: now})

    def with_imprint(self, imprint: list[Imprint]) -> Memory:
        """Return this memory with the newer imprint of each bin."""
        bins = {(i.direction, i.mode, i.speed_m_s, i.incline_percent): i for i in self.imprint}
        for i in imprint:
            bins[i.direction, i.mode, i.speed_m_s, i.incline_percent] = i
        return replace(self, imprint=tuple(bins.values()))

    def usual_s(self, direction: Direction, mode: Mode, speed: int, incline: int) -> Times:
        """Return how long strides took at first in the last sessions, under these conditions."""
        conditions = (direction, mode, speed, incline)
        return next((u.stride_s for u in self.usual if _conditions(u) == conditions), ())

    def nearest(self, direction: Direction, mode: Mode, speed: int, incline: int) -> Usual | None:
        """Return how the last sessions began at the nearest speed, these conditions else."""
        like = [u for u in self.usual if _conditions(u) == (direction, mode, u.speed, incline)]
        return min(like, key=lambda u: abs(u.speed - speed), default=None)

    def with_usual(self, first: list[Imprint]) -> Memory:
        """Return this memory with the first imprint of one more session."""
        usual = {_conditions(u): u for u in self.usual}
        for i in first:
            speed, incline = round(i.speed_m_s * 10.0), round(i.incline_percent)
            before = self.usual_s(i.direction, i.mode, speed, incline)
            one = Usual(
                direction=i.direction,
                mode=i.mode,
                speed=speed,
                incline=incline,
                stride_s=(*before, i.stride_s)[-LAST_SESSIONS:],
            )
            usual[_conditions(one)] = one
        return replace(self, usual=tuple(usual.values()))


def _conditions(usual: Usual) -> tuple[Direction, Mode, int, int]:
    return usual.direction, usual.mode, usual.speed, usual.incline


def learned(worn: Mounting) -> bool:
    """Return whether a front is news for the workouts to come: learned, or confirmed."""
    return worn.front in ("program", "bow") or (worn.front == "earlier" and worn.sure)
