"""One run of the engine to be scored: its recording, its sensors, and the tallies to count in."""

from __future__ import annotations

from msgspec import Struct

from cued.evaluation.tally import AlarmTally, Group, Tallies, Tally
from cued.evaluation.truth import Truth
from cued.model import Side
from cued.recording.tables.table import TableRecording

# From the true contact, as in docs/accuracy.md.
WITHIN_S = {"trunk": 0.1, "foot": 0.05, "shank": 0.05, "all": 0.05}
TIGHT_S = 0.05  # as above


class SensorSet(Struct, frozen=True):
    """The sensors of a run; ``sides`` are the feet they can see, None for any."""

    placement: str
    names: tuple[str, ...]
    sides: frozenset[Side] | None = None

    @property
    def by_side(self) -> bool:
        """Whether each foot is matched separately."""
        return self.placement != "trunk"

    @property
    def within_s(self) -> float:
        """How far a contact may be from the true one, s."""
        return WITHIN_S[self.placement]

    def knows(self, side: Side) -> bool:
        """Return whether the sensors can see a contact of this foot."""
        return self.sides is None or side == "unknown" or side in self.sides


class Case(Struct, frozen=True, eq=False):
    """A run and its truth; counts go into ``out`` under data + suffix."""

    recording: TableRecording
    truth: Truth
    worn: SensorSet
    out: Tallies
    suffix: str = ""

    @property
    def data(self) -> str:
        """Name of the data set: the subject's first word, else the folder's name."""
        recording = self.recording
        return recording.subject.split("-")[0] or recording.collection or recording.name

    @property
    def middle(self) -> float:
        """A time that stands for the whole file."""
        return (self.truth.start + self.truth.end) / 2

    def tally(self, t: float) -> Tally:
        """Return the tally for the mode and direction at ``t``."""
        mode, direction = self.truth.mode(t), self.truth.direction(t)
        return self.out.of(Group(self.data + self.suffix, self.worn.placement, mode, direction))

    def tallies(self) -> list[Tally]:
        """Return each tally that the recording belongs to, once."""
        times = (self.middle, *(row.t for row in self.truth.contacts))
        return list({id(tally): tally for tally in map(self.tally, times)}.values())

    def watch(self) -> AlarmTally:
        """Return the pool for the file's alarms, by its label, else its mode."""
        label = self.truth.label or self.truth.mode(self.middle)
        return AlarmTally(self.data + self.suffix, label, self.worn.placement)
