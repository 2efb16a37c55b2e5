"""The coach's memory of a runner's earlier sessions.

The shell loads ``Memory`` at start (``sinks/history.py``) and passes it to the coach. New results
leave the coach as ``Summary``, ``Imprint`` and ``Effect``; they are also added here
(``with_session``), so that caps hold in a daemon that runs for weeks.

The core has no calendar: a session's age is its age when the memory was loaded, plus the time
since. "Today" is the last 20 hours and "this week" the last 7 days.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from cued.frames import Matrix
from cued.model import Direction, Effect, Imprint, Mode, Mounting

DAY_S = 20.0 * 3600.0  # a session at the same hour tomorrow belongs to another day
WEEK_S = 7.0 * 86400.0  # seven days
SAME_FRONT = 0.82  # cosine of 35 degrees
TWICE = 2  # one finding may be chance
LAST_SESSIONS = 5  # for the usual stride time: their median has half the spread of one session
Times: TypeAlias = tuple[float, ...]


class Past(Struct, frozen=True, kw_only=True):
    """An earlier session: its age at loading, and its backward part."""

    age_s: float
    backward_s: float
    peak_m_s: float | None = None
    stage: int = 0
    held_s: float | None = None


class Away(Struct, frozen=True):
    """A session that was cut off within the last minutes, with its backward time."""

    backward_s: float


class Worked(Struct, frozen=True):
    """A phrase's record: times judged, and times that strides were back in range after it."""

    judged: int = 0
    worked: int = 0

    @property
    def share(self) -> float:
        """Return the share that worked; one half of a phrase never judged (Laplace's rule)."""
        return (self.worked + 1) / (self.judged + 2)


class WornFront(Struct, frozen=True):
    """A trunk sensor's last mounting, and the number of findings that agree on its front."""

    matrix: Matrix
    times: int = 1

    def again(self, matrix: Matrix, times: int) -> WornFront:
        """Return this with a finding added, or a new count if the front differs."""
        same = sum(a * b for a, b in zip(self.matrix[0], matrix[0], strict=True)) > SAME_FRONT
        return WornFront(matrix, self.times + times if same else times)


class Usual(Struct, frozen=True, kw_only=True):
    """The opening stride time of each of the last sessions in one bin, newest last."""

    direction: Direction
    mode: Mode
    speed: int  # bins of ``gait.ordinary.Terms``
    incline: int
    stride_s: tuple[float, ...]


class Memory(Struct, frozen=True, kw_only=True):
    """A runner's history, as far as the coach needs it.

    stage, clean_sessions : place on the ladder, and clean sessions since reaching it.
    past : sessions of the last five weeks, oldest first.
    imprint : the latest of each direction, mode, speed and incline.  worked : by phrase.
    usual : opening strides of the last sessions, by the same bins (``stranger.py``).
    worn : by trunk sensor.
    wrong : the runner said in the last session that something was wrong.
    away : a session that was cut off just now and will be resumed.
    profile : the last session's; a runner does not return to a profile that was left for another.
    doubt : why earlier sessions are not known, though there may be some; empty if they are.
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
        """Return this memory as if loaded ``passed_s`` later."""
        past = tuple(replace(p, age_s=p.age_s + passed_s) for p in self.past)
        return replace(self, past=past)

    def backward_s(self, within_s: float, elapsed_s: float) -> float:
        """Return the backward time in sessions younger than ``within_s``.

        elapsed_s : since loading.
        """
        return sum(p.backward_s for p in self.past if p.age_s + elapsed_s < within_s)

    def last_week_peak_m_s(self, elapsed_s: float) -> float | None:
        """Return the peak speed, from stage 1 up, of the last training week over a week ago."""
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
        """Return the peak backward speed of the last session that had one."""
        peaks = [p.peak_m_s for p in self.past if p.peak_m_s is not None and p.stage > 0]
        return peaks[-1] if peaks else None

    def resumed(self) -> Memory:
        """Return this memory after the session that was cut off has resumed."""
        return replace(self, away=None)

    @property
    def held_s(self) -> float | None:
        """How long the short step was held in the last session that measured it."""
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
        """Return this memory with one more verdict on a wording."""
        before = self.worked.get(effect.text, Worked())
        after = Worked(before.judged + 1, before.worked + effect.worked)
        return replace(self, worked={**self.worked, effect.text: after})

    def earlier(self, sensor: str) -> Matrix | None:
        """Return a sensor's mounting if found twice: a wrong front is worse than none."""
        worn = self.worn.get(sensor)
        return worn.matrix if worn and worn.times >= TWICE else None

    def with_worn(self, sensor: str, matrix: Matrix, *, sure: bool) -> Memory:
        """Return this memory with one more finding of a sensor's mounting."""
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
        """Return the opening stride times of the last sessions, under these conditions."""
        conditions = (direction, mode, speed, incline)
        return next((u.stride_s for u in self.usual if _conditions(u) == conditions), ())

    def nearest(self, direction: Direction, mode: Mode, speed: int, incline: int) -> Usual | None:
        """Return the opening strides of the last sessions at the nearest speed."""
        like = [u for u in self.usual if _conditions(u) == (direction, mode, u.speed, incline)]
        return min(like, key=lambda u: abs(u.speed - speed), default=None)

    def with_usual(self, first: list[Imprint]) -> Memory:
        """Return this memory with the first imprint of another session."""
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
    """Return whether a front is worth remembering: newly learned, or confirmed."""
    return worn.front in ("program", "bow") or (worn.front == "earlier" and worn.sure)
