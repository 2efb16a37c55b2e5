"""The ladder: limits of speed, grade and time in backward gait, and when they rise.

Rules of this file
------------------
* Speed or grade rises, never both. Speed rises by at most 10 % a week (the increment of the
  treadmill trial PMID 24730757, there of baseline speed; here of the last week's peak).
* A runner moves up only after a stage's number of clean sessions, and only one stage at a time;
  any stumble moves them one stage down at once. So does a break of four weeks.
* Backward time is capped by session (the stage), by day and by week (the profile). Trials used
  10-30 min, two to five times a week (docs/coaching.md, "Dose"); the caps stay at their low end.
* The stages are derived from those trials and are not a published protocol. They have been tried
  on simulated runners only, and no clinician has reviewed them.

Not measured: whether a runner can let go of the rails for a minute (stage 0), and effort (stage 2),
unless reported with the command ``effort``.
"""

from __future__ import annotations

from msgspec import Struct

from cued.coach.known import Cap
from cued.coach.workout.memory import DAY_S, WEEK_S, Memory
from cued.coach.workout.profile import Profile

WEEKLY_FACTOR = 1.10  # +10 % a week (PMID 24730757)
LONG_BREAK_DAYS = 28.0  # chosen
CV_FACTOR = 1.5  # times the usual CV of strides, above which a session is not clean
MOST_EFFORT = 13.0  # "somewhat hard" on Borg's scale of 6-20
LEAST_BOUT_S = 20.0  # a shorter part is not worth turning round for
WALK_M_S = 0.8  # before and between jogs: the fastest walk of stage 1
SLOW_M_S = 0.3  # requested for turning: the slowest speed of the first stage
SPEED_OFF_M_S = 0.05  # tolerance: a console shows steps of 0.1 km/h or mph
TURN_M_S = 0.5  # slow enough to turn round on: the fastest speed of the first stage


class Stage(Struct, frozen=True):
    """A rung of the ladder, with speeds in m/s and grades in percent.

    bout_s : longest backward part.  session_s : most backward time in a session.
    clean_s : least backward time of a clean session.  sessions : clean ones needed to move up.
    """

    name: str
    low_m_s: float
    high_m_s: float
    bout_s: float
    session_s: float
    clean_s: float
    sessions: int
    low_percent: float = 0.0
    high_percent: float = 0.0
    uphill: bool = False
    jog: bool = False


STAGES: tuple[Stage, ...] = (
    # name; low, high m/s; s per bout, session, clean session; clean sessions; low, high %
    Stage("imprint", 0.3, 0.5, 60.0, 120.0, 45.0, 2),
    Stage("walk", 0.5, 0.8, 180.0, 600.0, 150.0, 3),
    Stage("uphill", 0.5, 0.9, 240.0, 600.0, 200.0, 3, 3.0, 8.0, uphill=True),
    Stage("brisk", 0.9, 1.4, 240.0, 720.0, 200.0, 4),
    Stage("jog", 1.5, 2.0, 600.0, 900.0, 240.0, 1000, jog=True),
)
# Backward time in a day that is safe after any days before: a seventh of the smallest weekly cap
# (first_time_ever, 900 s).
UNKNOWN_DAY_S = 900.0 / 7.0
JOG_ON_S = 30.0  # chosen: some forty strides, then a rest more than twice as long
JOG_OFF_S = 75.0  # chosen: as above
JOG_SESSION_S = 240.0  # chosen: eight bouts
JOG_ROOM_S = JOG_ON_S + LEAST_BOUT_S  # time to jog, and to walk after it
CARRY_SAME_S = 38.0  # at the imprint's speed, as the carry begins: 30-40 s
BEFORE_UPHILL_S = 60.0  # on the flat first
BEFORE_JOG_S = 60.0  # chosen: backward walking is steady before the first jog


class Prescription(Struct, frozen=True):
    """Today's dose.

    limit_m_s : the backward speed that is due, also the limit.
    left_s, cap : backward time left, and the cap that limits it.
    """

    stage: int
    limit_m_s: float
    incline_percent: float
    left_s: float
    cap: Cap


class Result(Struct, frozen=True, kw_only=True):
    """A session's results that matter to the ladder."""

    stage: int
    backward_s: float
    peak_m_s: float | None
    stumbles: int = 0
    unsteady_s: float = 0.0
    cv_ratio: float | None = None
    effort: float | None = None
    wrong: bool = False


class Standing(Struct, frozen=True):
    """A runner's place on the ladder after a session."""

    stage: int
    clean_sessions: int
    clean: bool


def entered(memory: Memory, profile: Profile, elapsed_s: float = 0.0) -> int:
    """Return the stage at which a session begins."""
    stage = memory.stage - (memory.days_off(elapsed_s) > LONG_BREAK_DAYS)
    return min(max(stage, 0), profile.top_stage)


def prescribe(
    stage: int,
    memory: Memory,
    profile: Profile,
    *,
    done_s: float = 0.0,
    cut_s: float = 0.0,
    elapsed_s: float = 0.0,
) -> Prescription:
    """Return the dose at a stage.

    done_s, cut_s : backward time in this session, and before it was cut off (which the days and
    weeks of ``memory`` include).  elapsed_s : since the memory was loaded.
    """
    rung = STAGES[stage]
    limit = speed_limit(stage, memory, profile, elapsed_s)
    caps: dict[Cap, float] = {
        "session": rung.session_s - cut_s,
        "day": profile.day_s - memory.backward_s(DAY_S, elapsed_s),
        "week": profile.week_s - memory.backward_s(WEEK_S, elapsed_s),
    }
    if memory.doubt:
        caps["day"] = min(caps["day"], UNKNOWN_DAY_S - memory.backward_s(DAY_S, elapsed_s))
    cap = min(caps, key=lambda name: caps[name])
    left_s = max(caps[cap] - done_s, 0.0)
    return Prescription(stage, limit, _grade(stage, memory), left_s, cap)


def pace_m_s(due: Prescription, jogs: bool = False) -> float:
    """Return the belt speed due backward, m/s; the jogging stage also has walks."""
    walks = STAGES[due.stage].jog and not jogs
    return min(WALK_M_S, due.limit_m_s) if walks else due.limit_m_s


def speed_limit(stage: int, memory: Memory, profile: Profile, elapsed_s: float = 0.0) -> float:
    """Return the fastest backward speed allowed now, m/s."""
    rung = STAGES[stage]
    entry = rung.low_m_s + profile.entry * (rung.high_m_s - rung.low_m_s)
    if stage == 0:
        return entry
    last_week = memory.last_week_peak_m_s(elapsed_s)
    first = STAGES[1].low_m_s + profile.entry * (STAGES[1].high_m_s - STAGES[1].low_m_s)
    allowed = min(rung.high_m_s, first if last_week is None else WEEKLY_FACTOR * last_week)
    last = memory.peak_m_s()
    if rung.uphill and last is not None and _rising(stage, memory):
        return min(allowed, last)  # the grade rises first, then the speed
    return allowed


def _rising(stage: int, memory: Memory) -> bool:
    """Return whether the grade still rises with clean sessions."""
    return memory.stage != stage or memory.clean_sessions < STAGES[stage].sessions


def _grade(stage: int, memory: Memory) -> float:
    rung = STAGES[stage]
    if not rung.uphill or memory.stage != stage:
        return rung.low_percent
    return min(rung.low_percent + min(memory.clean_sessions, rung.sessions - 1), rung.high_percent)


def advance(memory: Memory, profile: Profile, result: Result, elapsed_s: float = 0.0) -> Standing:
    """Return a runner's standing after a session: at most one stage up, one down per stumble.

    ``result.stage`` is already lowered by the stumbles.
    """
    if result.wrong:
        return Standing(max(result.stage - 1, 0), 0, clean=False)
    if result.stumbles:
        return Standing(result.stage, 0, clean=False)
    stage = entered(memory, profile, elapsed_s)
    before = memory.clean_sessions if stage == memory.stage else 0
    if not _clean(stage, result):
        return Standing(stage, before, clean=False)
    sessions = before + 1
    if sessions >= STAGES[stage].sessions and _next_in_reach(stage, profile, result):
        return Standing(stage + 1, 0, clean=True)
    return Standing(stage, sessions, clean=True)


def outgrown(memory: Memory, profile: Profile) -> bool:
    """Return whether a profile's last stage is completed and another profile follows it."""
    last = memory.stage >= profile.top_stage
    enough = memory.clean_sessions >= STAGES[profile.top_stage].sessions
    return bool(profile.then) and last and enough


def _clean(stage: int, result: Result) -> bool:
    return (
        result.backward_s >= STAGES[stage].clean_s
        and result.unsteady_s == 0.0
        and (result.cv_ratio is None or result.cv_ratio < CV_FACTOR)
        and (result.effort is None or result.effort <= MOST_EFFORT)
    )


def _next_in_reach(stage: int, profile: Profile, result: Result) -> bool:
    """Return whether the next stage's slowest speed is at most a week's increase away."""
    if stage >= min(profile.top_stage, len(STAGES) - 1):
        return False
    if stage == 0 or STAGES[stage + 1].uphill:
        return True
    slowest = STAGES[stage + 1].low_m_s
    return result.peak_m_s is not None and slowest <= WEEKLY_FACTOR * result.peak_m_s + 1e-9
