"""What is felt: the pulses of each pattern.

Rules
-----
* Six patterns, no more: people tell apart few by touch while they move. Each has a number of pulses
  of its own, 1 to 6, and a rhythm of its own, so that it is known though one motor has failed or
  the belt is worn the wrong way round; that a pulse is left or right comes on top.
* Length codes how much: pulses of ``step`` last 100 ms for a small error and 200 ms for one of
  twice the threshold. Graded feedback is retained better than none or constant (docs/coaching.md).
* A pulse lasts 100-200 ms, and a motor rests at least 100 ms between two. Rules of thumb: a
  small motor takes 20-50 ms to start.
* Pulses of the two motors are staggered, which runners perceive better than both at once (26 people
  walking and running: ieeexplore.ieee.org/document/8768771). Deviation: ``alarm`` and ``notice``,
  which is no coaching (a sensor lost, a low battery, mute), use both, so that they feel like none.

None of this has been tried on runners with these motors.
"""

from __future__ import annotations

from typing import NamedTuple

from cued.model import Pattern

TICK_S = 0.1  # of the metronome, on both motors
LEAST_S, MOST_S = 0.1, 0.2  # of a graded pulse


class Pulse(NamedTuple):
    """From when, for how long, on which motors."""

    at_s: float
    on_s: float
    left: bool
    right: bool

    @property
    def end_s(self) -> float:
        """When it ends."""
        return self.at_s + self.on_s


class Notes(NamedTuple):
    """Notes ``L``, ``R`` or ``B`` (both), a step each; ``.`` waits."""

    notes: str
    on_s: float
    step_s: float


# Seconds on, and seconds from one to the next; chosen: told apart by count and length.
SCORES: dict[Pattern, Notes] = {
    "none": Notes("", 0.1, 0.1),
    "notice": Notes("B", 0.2, 0.2),
    "left": Notes("LL", 0.15, 0.27),
    "right": Notes("R.RR", 0.15, 0.27),
    "step": Notes("LRLR", 0.15, 0.24),
    "alarm": Notes("B.B.B....B.B", 0.15, 0.15),
    "unsteady": Notes("LRLRLR", 0.12, 0.12),
}


def pulses(pattern: Pattern, size: float = 0.5) -> tuple[Pulse, ...]:
    """Return the pulses of a pattern, those of ``step`` as long as an error of ``size`` needs."""
    notes, on_s, step_s = SCORES[pattern]
    if pattern == "step":
        on_s = LEAST_S + (MOST_S - LEAST_S) * min(max(size, 0.0), 1.0)
    return tuple(
        Pulse(round(i * step_s, 3), on_s, left=note in "LB", right=note in "RB")
        for i, note in enumerate(notes)
        if note != "."
    )
