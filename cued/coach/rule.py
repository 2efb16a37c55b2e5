"""The protocol of a cue rule, which reads the snapshot and may propose a cue.

Rules of this file
------------------
* A rule is a part (``[rules.NAME]``): ``PART.build(config)`` makes one.
* It declares what it needs; if a needed sensor is not worn, ``unmet`` says so in ``cued check`` and
  the rule is silent.
* It declares the keys of the cues that it may propose, so that a missing phrase is found by a test,
  not by a runner.
* It sees every event once, in time order: strides, ticks, gait, belt and so on; footfalls and
  measurements come with the next stride. While its condition holds it proposes its cue each time;
  the arbiter decides whether and when to say it. ``since`` distinguishes occurrences.
* It reads the snapshot (``Known``) and changes nothing in it.
* Without the baseline, direction or belt speed that it needs, a rule proposes nothing. It never
  guesses.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, Protocol, TypeAlias

from msgspec import Struct

from cued.coach.known import Known
from cued.model import AnyEvent, Input, Pattern, Placement, Priority

Need = Literal["stride", "belt", "pace", "trunk", "feet", "program"]
Reason: TypeAlias = dict[str, float | str | None]
Theme = Literal["safety", "stride", "posture", "symmetry", "program", "praise"]

_MEANING: dict[Need, str] = {
    "stride": "a sensor on a foot, a shank or the trunk",
    "belt": "the speed of the belt (a treadmill source, foot sensors, or set_speed)",
    "pace": "the speed of the belt, or a trunk sensor, which shows when it changes",
    "trunk": "a sensor on the lower back, the waist or the chest",
    "feet": "a sensor on each foot or shank",
    "program": "a guided workout ([coach] program = true, or a press that begins one)",
}


class Proposal(Struct, frozen=True):
    """A cue that a rule would give now.

    key : entry of the phrase catalogue; one without words is a tone or only a vibration.
    since : when the present occurrence began, s; proposals of one occurrence share it.
    size : of the error, 0 to 1; sets the length of the vibration.
    blanks : numbers for the phrase's blanks.
    refractory_s : least time between two cues of this key.
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
    refractory_s: float = 15.0  # chosen: sooner, a repetition is not worth hearing


class Rule(Protocol):
    """One reason to say something.

    needs : the sensors and data that the rule needs.
    keys : every cue key that the rule may propose.
    """

    needs: frozenset[Need]
    keys: tuple[str, ...]

    def __init__(self, config: Any) -> None:
        """Start without an occurrence.

        config : the rule's options; a rule that has some overrides this method.
        """
        self.reset()

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Process an input or event; return the cue to give now, or None."""
        ...

    def reset(self) -> None:
        """Forget the present occurrence: phase, belt or direction changed, or a stumble.

        Rules without memory inherit this, and so do those whose reason outlasts a phase, such as a
        speed limit.
        """


# The vibration with each tone; "notice" with any other.
FELT: dict[str, Pattern] = {
    "": "none",
    "alarm": "alarm",
    "stumble": "unsteady",
    "unsteady": "unsteady",
}


def safety_cue(
    key: str,
    priority: Priority,
    since: float,
    tone: str,
    *,
    refractory_s: float = 0.0,
    valid_s: float = 1.5,
    because: Reason | None = None,
) -> Proposal:
    """Propose a cue about safety or the system, with the vibration that belongs to its tone."""
    return Proposal(
        key=key,
        priority=priority,
        theme="safety",
        since=since,
        pattern=FELT.get(tone, "notice"),
        tone=tone,
        refractory_s=refractory_s,
        valid_s=valid_s,
        because=because or {},
    )


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
    if belt or "trunk" in met:
        met.add("pace")
    if program:
        met.add("program")
    return frozenset(met)


def unmet(needs: frozenset[Need], worn: frozenset[Need]) -> str:
    """Return what is missing, or an empty text if the rule can work."""
    missing = sorted(needs - worn)
    return "needs " + " and ".join(_MEANING[n] for n in missing) if missing else ""
