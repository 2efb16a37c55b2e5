"""The backward part's effect over a session: imprint, carry and retention.

The table of phases says where an imprint is sent, a carry begins or continues, and retention since
the last session is measured (``PhaseSpec.entry``).
"""

from __future__ import annotations

from cued.coach.carry import Carry, Imprints
from cued.coach.known import Known
from cued.coach.strides.baseline import Baselines, terms_of
from cued.coach.workout import conditions
from cued.coach.workout.memory import Memory
from cued.coach.workout.totals import SessionTally
from cued.model import Imprint, Measurement, Stride

RETENTION_S = 60.0  # the first minute of easy walking
RETAINED_WITHIN = 0.025  # half of the least threshold of a cue
LEAST_RETENTION_STRIDES = 20  # fewer give no meaningful share; chosen


class Retained:
    """Compares the first minute's strides with those carried last time."""

    def __init__(self, imprint: tuple[Imprint, ...], began: float) -> None:
        self._kept = {
            (i.mode, round(i.speed_m_s * 10.0)): i for i in imprint if i.direction == "forward"
        }
        self._began = began
        self._strides = 0
        self._short = 0
        self._done = False

    def feed(self, stride: Stride, known: Known) -> list[Measurement]:
        """Process a stride; return, once, the share that was as short as last time's carry."""
        key = terms_of(stride, known.belt)
        if self._done or key is None or key.direction != "forward" or not stride.clean:
            return []
        kept = self._kept.get((key.mode, key.speed))
        if kept is not None and known.settled(stride.side):
            self._strides += 1
            self._short += stride.duration_s < kept.stride_s * (1.0 + RETAINED_WITHIN)
        if known.now - self._began < RETENTION_S or self._strides < LEAST_RETENTION_STRIDES:
            return []
        self._done = True
        share = round(100.0 * self._short / self._strides, 1)
        name, strides = "retention_percent", self._strides
        return [Measurement(t=known.now, name=name, value=share, unit="%", strides=strides)]


class Taught:
    """Imprints, the present carry, and the strides kept in earlier ones."""

    def __init__(self) -> None:
        self.carry: Carry | None = None
        self._felt = False
        self._imprints = Imprints()
        self._carried = Baselines()
        self._retention: Retained | None = None

    def forget_runner(self) -> None:
        """Forget the runner's own values."""
        self._imprints, self._carried, self.carry = Imprints(), Baselines(), None

    def doubt(self) -> None:
        """Stop measuring retention: somebody else may be walking."""
        self._retention = None

    def enter(self, known: Known, memory: Memory, tally: SessionTally) -> list[Imprint]:
        """Follow the session into a phase; return the imprint if the phase sends one."""
        entry, now, out = known.spec.entry, known.now, list[Imprint]()
        if self.carry and "carry_on" not in entry:
            self._carried.add(self.carry.kept)
            if self._felt and self.carry.has_short_step:
                tally.held(self.carry.first_drift_s, now - self.carry.began)
            self.carry = None
        if "imprint" in entry:
            out = self._imprints.events(known.baselines, self._carried, now)
        if "carry" in entry and self.carry is None:
            self.carry = Carry(known.baselines, self._imprints, now)
            self._felt = conditions.felt(known)
        if "retention" in entry:
            self._retention = self._retention or Retained(memory.imprint, now)
        elif "session" in entry:
            self._retention = None
        return out

    def current(self, known: Known) -> Carry | None:
        """Return the carry, while the phase is a forward one."""
        return self.carry if known.spec.direction == "forward" else None

    def measure(self, stride: Stride, known: Known) -> list[Measurement]:
        """Process a stride; return measurements of carry or retention."""
        carrying = self.current(known)
        if carrying:
            measured = carrying.feed(stride, known)
            known.carry = carrying.state
            return measured
        if self._retention and "retention" in known.spec.entry:
            return self._retention.feed(stride, known)
        return []

    def learn(self, stride: Stride, known: Known) -> None:
        """Keep a stride's trunk measurements for the imprint."""
        self._imprints.feed(stride, known)
