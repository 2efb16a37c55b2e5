"""What a cue rule is: it looks at the situation and may propose a cue.

Rules of this file
------------------
* A rule is a part (``[rules.NAME]``): ``PART.build(config)`` makes one.
* It declares what it needs; when that is not worn, ``unmet`` says so in ``cued check`` and the
  rule stays silent.
* It is asked about every piece of news once (``Situation.news``), in time order: strides, ticks,
  gait, belt and the like; footfalls and measurements come with the next stride. While its
  condition holds it proposes its cue each time; whether and when that is said is the arbiter's
  business. ``since`` tells one occurrence from the next.
* A rule that knows no baseline, no direction or no belt speed proposes nothing. It never guesses.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Literal, Protocol

from msgspec import Struct

from cued.coach.strides.baseline import Baseline
from cued.model import (
    AnyEvent,
    Belt,
    Direction,
    Input,
    Level,
    Measurement,
    Mode,
    Pattern,
    Placement,
    Priority,
)

Need = Literal["stride", "belt", "trunk", "feet", "program", "place"]
Cap = Literal["session", "day", "week"]
Theme = Literal["safety", "stride", "posture", "symmetry", "place", "program", "praise"]

_MEANING: dict[Need, str] = {
    "stride": "a sensor on a foot, a shank or the trunk",
    "belt": "the speed of the belt (a treadmill source, or set_speed)",
    "trunk": "a sensor on the lower back, the waist or the chest",
    "feet": "a sensor on each foot or shank",
    "place": "a measurement belt_place_m, which no sensor gives yet",
    "program": "a workout program ([coach] program = true)",
}


class Proposal(Struct, frozen=True, kw_only=True):
    """A cue that a rule would give now.

    key : entry of the phrase catalogue; an entry without words is a tone or is only felt.
    since : when the present occurrence began, s; proposals of one occurrence share it.
    size : of the error, 0 to 1; how long the vibration lasts.
    blanks : numbers that the phrase has blanks for.
    refractory_s : least time between two of this key.
    """

    key: str
    priority: Priority
    theme: Theme
    since: float
    because: dict[str, float | str | None] = {}
    pattern: Pattern = "none"
    tone: str = ""
    size: float = 0.5
    blanks: dict[str, float] = {}
    valid_s: float = 1.5
    refractory_s: float = 15.0  # a choice: no sooner again is a cue worth hearing


class Place(Struct, frozen=True, kw_only=True):
    """Where in the session we are, and what is expected there.

    left_s : backward, by the caps.  bout_left_s : until this backward part is over before them.
    """

    phase: str = "idle"
    since: float = 0.0
    direction: Direction = "unknown"
    mode: Mode = "unknown"
    backward: bool = False
    limit_m_s: float | None = None
    left_s: float | None = None
    bout_left_s: float = math.inf
    cap: Cap = "session"


class Carried(Struct, frozen=True, kw_only=True):
    """The forward carry: ``target`` is the stride to keep (None until it is known).

    since : since when the old pattern is back, None where the stride is none of it.
    because : the numbers it rests on.
    """

    target: Baseline | None = None
    since: float | None = None
    because: dict[str, float | str | None] = {}


class Situation(Struct, frozen=True, kw_only=True):
    """Everything a rule may look at. ``news`` is what just happened; the rest is the latest state.

    baseline : the wearer's own stride time here (direction, speed, incline), None until learned.
    settled : at least 8 strides of this foot since belt, direction or mode last changed.
    carry : in the forward carry, what was brought along and whether it is slipping; else None.
    contradicted_s : for how long the direction has been another than the phase asks for.
    program : a workout in phases, not free run.
    at_rest : nobody walks, and the belt is known to stand.
    """

    now: float
    news: Input | AnyEvent
    place: Place
    mode: Mode = "unknown"
    direction: Direction = "unknown"
    belt: Belt | None = None
    stability: Level = "unknown"
    score: float | None = None
    measured: Mapping[str, Measurement] = {}
    baseline: Baseline | None = None
    settled: bool = False
    carry: Carried | None = None
    contradicted_s: float = 0.0
    program: bool = False
    sessions: int = 0
    at_rest: bool = False


class Rule(Protocol):
    """One reason to say something."""

    @property
    def needs(self) -> frozenset[Need]:
        """What has to be worn or known for the rule to work."""
        ...

    def consider(self, situation: Situation) -> Proposal | None:
        """Look at a piece of news; the cue to give now, or None."""
        ...

    def reset(self) -> None:
        """Forget the present occurrence: phase, belt or direction changed, or a stumble."""
        ...


def offered(placements: Iterable[Placement], belt: bool, program: bool) -> frozenset[Need]:
    """List the needs that these sensors, a belt speed and a program meet."""
    worn = set(placements)
    met: set[Need] = set()
    if worn:
        met.add("stride")
    if worn & {"lower_back", "waist", "chest"}:
        met.add("trunk")
    for left, right in (("foot_left", "foot_right"), ("shank_left", "shank_right")):
        if left in worn and right in worn:
            met.add("feet")
    if belt:
        met.add("belt")
    if program:
        met.add("program")
    return frozenset(met)


def unmet(needs: frozenset[Need], worn: frozenset[Need]) -> str:
    """Say what is missing, or an empty text when the rule can work."""
    missing = sorted(needs - worn)
    return "needs " + " and ".join(_MEANING[n] for n in missing) if missing else ""
