"""Counts made while scoring: plain numbers and lists that add up over recordings.

A ``Tally`` belongs to one ``Group``. Nothing is averaged before all recordings are in, so pooling
files or distributing them over processes cannot change a figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import variance
from typing import Any

import msgspec
from msgspec import Struct

from cued.model import Direction, Mode

INTACT = " (intact)"


class Group(Struct, frozen=True, order=True):
    """A pool of strides: one data set, placement, mode and direction."""

    data: str
    placement: str
    mode: Mode
    direction: Direction


class AlarmTally(Struct, frozen=True, order=True):
    """A pool of alarms: files of one label, or of one mode where there is no label."""

    data: str
    label: str
    placement: str


class Hits(Struct):
    """Found, missed and false events."""

    found: int = 0
    missed: int = 0
    false: int = 0


class Scatter(Struct):
    """Squared deviations from the mean of each foot in each run, and degrees of freedom."""

    squares: float = 0.0
    freedom: int = 0

    def add(self, values: Sequence[float]) -> None:
        """Add the values of one foot in one run."""
        if len(values) > 1:
            self.squares += variance(values) * (len(values) - 1)
            self.freedom += len(values) - 1


class Contacts(Struct):
    """Contacts or lifts of a foot, matched one to one with the truth.

    steady : in steady locomotion, at the placement's tolerance.  tight : the same at ±50 ms.
    whole : in whole bouts, including starts, turns and stops.  errors_s : detection minus truth.
    delays_s : ``known_t - t``.  within : scatter of the errors.  missed, false : places to look at,
    ``recording@seconds``, steady only.
    """

    steady: Hits = msgspec.field(default_factory=Hits)
    tight: Hits = msgspec.field(default_factory=Hits)
    whole: Hits = msgspec.field(default_factory=Hits)
    errors_s: list[float] = []
    delays_s: list[float] = []
    offsets_s: list[float] = []
    within: Scatter = msgspec.field(default_factory=Scatter)
    missed: list[str] = []
    false: list[str] = []
    side_right: int = 0
    side_wrong: int = 0
    side_unknown: int = 0


class StrideTally(Struct):
    """Steady strides and their errors; those of lengths and speeds are relative.

    floor_errors : of belt speed times true stride time, i.e. what remains with perfect times,
    because a foot does not land on the same spot each time.  speed_errors : of the belt's speed
    from a foot's trajectory; speed_strides, speed_tens : their scatter, for single strides and for
    means over ten in a row.  reported_speed_errors : of ``BeltState`` at the end of each stride.
    """

    true: int = 0
    matched: int = 0
    time_errors_s: list[float] = []
    length_errors: list[float] = []
    belt_errors: list[float] = []
    floor_errors: list[float] = []
    cadence_errors_spm: list[float] = []
    speed_errors: list[float] = []
    speed_strides: Scatter = msgspec.field(default_factory=Scatter)
    speed_tens: Scatter = msgspec.field(default_factory=Scatter)
    reported_speed_errors: list[float] = []


class AnswerTally(Struct):
    """Answers per stride. ``first``, for each bout, is the steps until the first right one."""

    right: int = 0
    wrong: int = 0
    unknown: int = 0
    backward: int = 0
    first: list[int] = []
    never: int = 0


class Alarms(Struct):
    """Stumbles and falls reported in whole files.

    flagged : stumbles found.  warned : falls with a possible fall before the peak, ``leads_s``
    ahead of it.  caught : falls confirmed.  missed, loud : files to look at.
    """

    files: int = 0
    hours: float = 0.0
    stumbles: int = 0
    possible: int = 0
    confirmed: int = 0
    flagged: int = 0
    warned: int = 0
    caught: int = 0
    leads_s: list[float] = []
    missed: list[str] = []
    loud: list[str] = []


class Tally(Struct):
    """All that is counted for one group."""

    recordings: list[str] = []
    subjects: list[str] = []
    contacts: Contacts = msgspec.field(default_factory=Contacts)
    lifts: Contacts = msgspec.field(default_factory=Contacts)
    strides: StrideTally = msgspec.field(default_factory=StrideTally)
    mode: AnswerTally = msgspec.field(default_factory=AnswerTally)
    direction: AnswerTally = msgspec.field(default_factory=AnswerTally)
    standing_s: float = 0.0
    standing_false: int = 0


class Tallies(Struct):
    """The counts of one or many recordings: by group, and the alarms by label."""

    groups: dict[Group, Tally] = {}
    alarms: dict[AlarmTally, Alarms] = {}

    def of(self, group: Group) -> Tally:
        """Return the tally of a group, a new one if needed."""
        return self.groups.setdefault(group, Tally())


def pool(many: list[Tallies]) -> Tallies:
    """Add up all counts, in the order given."""
    total = Tallies()
    for one in many:
        for group, tally in one.groups.items():
            _add(total.of(group), tally)
        for watch, alarms in one.alarms.items():
            _add(total.alarms.setdefault(watch, Alarms()), alarms)
    return total


def without_doubles(tallies: Tallies) -> Tallies:
    """Leave out the intact counts of data sets that are wholly intact."""
    groups = {
        group: tally
        for group, tally in tallies.groups.items()
        if not group.data.endswith(INTACT)
        or tally.recordings != tallies.groups[_plain(group)].recordings
    }
    alarms = {w: alarms for w, alarms in tallies.alarms.items() if not w.data.endswith(INTACT)}
    return Tallies(groups, alarms)


def _plain(group: Group) -> Group:
    return msgspec.structs.replace(group, data=group.data.removesuffix(INTACT))


def under(name: str, tallies: Tallies) -> Tallies:
    """Return the same counts under the name of a person or recording in place of the data set."""
    tallies = without_doubles(tallies)
    return Tallies(
        {msgspec.structs.replace(group, data=name): t for group, t in tallies.groups.items()},
        {msgspec.structs.replace(watch, data=name): a for watch, a in tallies.alarms.items()},
    )


def _add(total: Struct, more: Struct) -> None:
    """Add numbers, join lists, and merge nested values."""
    for field in msgspec.structs.fields(type(total)):
        mine: Any = getattr(total, field.name)
        theirs: Any = getattr(more, field.name)
        if isinstance(mine, Struct):
            _add(mine, theirs)
        else:
            setattr(total, field.name, mine + theirs)
