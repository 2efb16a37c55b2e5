"""What is felt: the pulses of each pattern.

Rules
-----
* Side codes which side, length codes how much: ``short`` is a small error, ``long`` a big one.
* A pulse lasts 100-200 ms, and a motor rests at least 100 ms between two; up to four pulses a
  motor. Rules of thumb, uncertain: a small motor takes 20-50 ms to start.
* Pulses of the two motors are staggered, which runners perceive better than both at once (26 people
  walking and running: ieeexplore.ieee.org/document/8768771). Deviation: ``alarm``, and what is no
  coaching (a sensor lost, a low battery, mute, the metronome), uses both at once or a broken
  rhythm, so that it feels like no coaching cue.

None of this has been tried on runners with these motors.
"""

from __future__ import annotations

from typing import NamedTuple

from cued.model import Pattern


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


def _pulses(score: str, on_s: float, step_s: float) -> tuple[Pulse, ...]:
    """Read a score: ``L``, ``R`` or ``B`` (both) starts a pulse, ``.`` waits, a step each."""
    return tuple(
        Pulse(round(i * step_s, 3), on_s, left=c in "LB", right=c in "RB")
        for i, c in enumerate(score)
        if c != "."
    )


PATTERNS: dict[Pattern, tuple[Pulse, ...]] = {
    "none": (),
    "tick": _pulses("B", 0.1, 0.1),
    "left": _pulses("LL", 0.15, 0.27),
    "right": _pulses("RR", 0.15, 0.27),
    "both": _pulses("LRLR", 0.15, 0.15),
    "short": _pulses("LR", 0.1, 0.12),
    "long": _pulses("LRLR", 0.2, 0.24),
    "unsteady": _pulses("LRLRLRLR", 0.12, 0.12),
    "alarm": _pulses("BBBB", 0.2, 0.3),
    "lost": _pulses("B.....B", 0.2, 0.1),
    "back": _pulses("RL", 0.1, 0.12),
    "battery": _pulses("B...B...B", 0.1, 0.1),
    "muted": _pulses("B..R", 0.15, 0.1),
    "clip": _pulses("L.L..R.R", 0.1, 0.1),
    "belt": _pulses("R.R..L.L", 0.1, 0.1),
}
