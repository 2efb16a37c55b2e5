"""What counts as jitter and what as a change, by what is reported."""

from __future__ import annotations

from msgspec import Struct


class Scale(Struct, frozen=True):
    """Limits for a quantity: what counts as jitter and what as a change.

    finest : a difference below it is none.  young : jitter allowed for while hardly any is known.
    gross, gross_part : farther than both (the latter times the level) is not credible at once.
    """

    finest: float
    young: float
    gross: float
    gross_part: float

    def credible(self, level: float) -> float:
        """Return how far from a level a single report is still credible."""
        return max(self.gross, self.gross_part * level)


# finest: below half a step of 0.1 km/h (0.014), above two counts of 1/256 m/s (0.008).
# gross: belts change by 0.1-0.5 m/s each second; a stop by the safety key by more.
SPEED = Scale(finest=0.012, young=0.02, gross=0.5, gross_part=0.4)
INCLINE = Scale(finest=0.15, young=0.0, gross=5.0, gross_part=0.0)  # percent; as above
# A foot's strides scatter by 3.0 % forward and 4.5 % backward (docs/accuracy.md): at 1.3 m/s one
# standard deviation is the finest step, and two are allowed for at first.
FOOT = Scale(finest=0.04, young=0.08, gross=0.6, gross_part=0.5)
