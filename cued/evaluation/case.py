"""One run of the engine to be scored: which recording, which sensors, and where to count."""

from __future__ import annotations

from msgspec import Struct

from cued.evaluation.tally import AlarmTally, Group, Tallies, Tally
from cued.evaluation.truth import Truth
from cued.model import Side
from cued.recording.tables.table import TableRecording

# Of the true contact, as docs/accuracy.md counts.
WITHIN_S = {"trunk": 0.1, "foot": 0.05, "shank": 0.05, "all": 0.05}
TIGHT_S = 0.05  # as above


class SensorSet(Struct, frozen=True):
    """Which sensors a run had: ``sides`` are the feet it can know of, None if any."""

    placement: str
    names: tuple[str, ...]
    sides: frozenset[Side] | None = None

    @property
    def by_side(self) -> bool:
        """Whether each foot is matched separately."""
        return self.placement != "trunk"

    @property
    def within_s(self) -> float:
        """How far a contact may be from the true one."""
        return WITHIN_S[self.placement]

    def knows(self, side: Side) -> bool:
        """Return whether a contact of this foot can be seen."""
        return self.sides is None or side == "unknown" or side in self.sides


class Case(Struct, frozen=True, eq=False):
    """A run and its truth; what is found is counted into ``out`` under data + suffix."""

    recording: TableRecording
    truth: Truth
    worn: SensorSet
    out: Tallies
    suffix: str = ""

    @property
    def data(self) -> str:
        """Name of the set of recordings: the first word of the subject, else the folder's."""
        recording = self.recording
        return recording.subject.split("-")[0] or recording.collection or recording.name

    @property
    def middle(self) -> float:
        """A time that stands for the whole file."""
        return (self.truth.start + self.truth.end) / 2

    def tally(self, t: float) -> Tally:
        """Return the tally of whatever was going on at ``t``."""
        mode, direction = self.truth.mode(t), self.truth.direction(t)
        return self.out.of(Group(self.data + self.suffix, self.worn.placement, mode, direction))

    def tallies(self) -> list[Tally]:
        """Return each tally that the recording belongs to, once."""
        times = (self.middle, *(row.t for row in self.truth.contacts))
        return list({id(tally): tally for tally in map(self.tally, times)}.values())

    def watch(self) -> AlarmTally:
        """Name the pool of the file's alarms: its label, else its mode."""
        label = self.truth.label or self.truth.mode(self.middle)
        return AlarmTally(self.data + self.suffix, label, self.worn.placement)
