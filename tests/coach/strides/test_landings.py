"""A foot that starts to land flat, and feet that only seem to."""

from __future__ import annotations

import pytest

from cued.coach.known import Known
from cued.coach.strides.landings import Landings
from cued.model import Belt, Direction, Footfall


class Walker:
    """Lands with both feet, a second apart; flat landings have less confidence."""

    def __init__(self) -> None:
        self.known = Known(mode="walking", direction="forward")
        self.landings = Landings()

    def go(self, left: str, right: str = "") -> float | None:
        """Land, ``_`` flat and ``'`` as usual; return since when a foot is sore."""
        since = None
        for i in range(max(len(left), len(right))):
            self.known.now += 1.0
            for side, came in (("left", left), ("right", right or "'" * len(left))):
                sure = 0.7 if came[i] == "_" else 1.0
                contact = Footfall(t=self.known.now, side=side, sensor=side, confidence=sure)  # type: ignore[arg-type]
                self.known.see(contact, self.known.now)
            since = self.landings.flat_since(self.known, judges=True)
        return since


@pytest.mark.parametrize(("left", "right", "sore"), [
    ("'" * 20 + "____", "", True),
    ("'" * 20 + "___", "", False),  # three may be chance
    ("'" * 20 + "____", "'" * 20 + "____", False),  # both feet: slower, or tired
    ("''_" * 7 + "____", "", False),  # as it always was
    ("'" * 5 + "____", "", False),  # its earlier landings are not known
    ("'" * 20 + "____'", "", False),  # it lands as before
])  # fmt: skip
def test_a_foot_that_suddenly_lands_flat_counts_as_sore(left: str, right: str, sore: bool) -> None:
    assert (Walker().go(left, right) is not None) == sore


def test_a_foot_seen_in_the_same_direction_is_known_across_phases() -> None:
    walker = Walker()
    walker.known.belt = Belt(0.0, 0.3)
    walker.go("'" * 20)
    walker.known.direction = "backward"
    assert walker.go("'" * 9) is None
    walker.known.direction = "forward"
    assert walker.go("____") is not None
    walker.known.direction = "backward"
    assert walker.go("_") is not None, "it lasts, whichever way they turn"


@pytest.mark.parametrize(("direction", "speed"), [("backward", 0.3), ("forward", 0.4)])
def test_a_new_direction_is_compared_with_nothing(direction: Direction, speed: float) -> None:
    walker = Walker()
    walker.known.belt = Belt(0.0, 0.3)
    walker.go("'" * 20)
    walker.known.direction, walker.known.belt = direction, Belt(0.0, speed)
    assert walker.go("_" * 30) is None


def test_after_a_minute_without_a_step_nothing_is_known() -> None:
    walker = Walker()
    walker.go("'" * 20)
    walker.known.now += 61.0
    walker.landings.flat_since(walker.known, judges=True)
    assert walker.go("____") is None
