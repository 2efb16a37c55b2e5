"""Vibration patterns: the pulses of each.

Rules
-----
* Only six patterns: people distinguish few by touch while they move. Each has its own number of
  pulses, 1 to 6, and its own rhythm, so that it is recognised even if one motor has failed or the
  belt is worn the wrong way round; left and right only add to that.
* Length shows the amount: pulses of ``step`` last 100 ms for a small error and 200 ms for one of
  twice the threshold. Graded feedback is retained better than none or constant (docs/coaching.md).
* A pulse lasts 100-200 ms, and a motor rests at least 100 ms between two. Rules of thumb: a
  small motor takes 20-50 ms to start.
* Pulses of the two motors are staggered, which runners perceive better than both at once (26 people
  walking and running: ieeexplore.ieee.org/document/8768771). Deviation: ``alarm`` and ``notice``
  use both at once, to feel unlike coaching; ``notice`` means a lost sensor, a low battery or mute.

None of this has been tried on runners with these motors.
"""

from __future__ import annotations

from typing import NamedTuple

from cued.model import Pattern

TICK_S = 0.1  # of the metronome, on both motors
LEAST_S, MOST_S = 0.1, 0.2  # of a graded pulse


class Pulse(NamedTuple):
    """One pulse: its start, length and motors."""

    at_s: float
    on_s: float
    left: bool
    right: bool

    @property
    def end_s(self) -> float:
        """Its end."""
        return self.at_s + self.on_s


class Notes(NamedTuple):
    """A pattern: one of ``L``, ``R``, ``B`` (both) or ``.`` (rest) for each step."""

    notes: str
    on_s: float
    step_s: float


# Seconds on, and seconds from one to the next; chosen: distinct in count and length.
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
    """Return the pulses of a pattern, those of ``step`` as long as ``size`` (0 to 1) says."""
    notes, on_s, step_s = SCORES[pattern]
    if pattern == "step":
        on_s = LEAST_S + (MOST_S - LEAST_S) * min(max(size, 0.0), 1.0)
    return tuple(
        Pulse(round(i * step_s, 3), on_s, left=note in "LB", right=note in "RB")
        for i, note in enumerate(notes)
        if note != "."
    )
