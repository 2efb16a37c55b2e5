"""What was ordinary in the last minute of one way of going."""

from __future__ import annotations

from cued.coach.strides.baseline import Bin
from cued.coach.strides.ordinary import Ordinary

FORWARD = Bin("unknown", "forward", "walking", 5, 0)
BACKWARD = FORWARD._replace(direction="backward")


def walked(ordinary: Ordinary, terms: Bin, begin: int, end: int, value: float) -> None:
    """Walk so with one value a second."""
    for t in range(begin, end):
        ordinary.walk(float(t))
        ordinary.note(terms, value, float(t))


def test_each_way_has_its_own_and_the_last_seconds_say_nothing_of_before():
    ordinary = Ordinary()
    walked(ordinary, FORWARD, 0, 11, 2.0)
    assert ordinary.of(FORWARD, 10.0) is None, "five values are older than six seconds"
    walked(ordinary, FORWARD, 11, 30, 2.0)
    walked(ordinary, BACKWARD, 30, 60, 7.0)
    assert ordinary.of(BACKWARD, 60.0) == 7.0
    assert ordinary.of(FORWARD, 60.0) == 2.0


def test_a_minute_is_one_that_was_gone_so_and_older_values_are_forgotten():
    ordinary = Ordinary()
    walked(ordinary, FORWARD, 0, 40, 2.0)
    walked(ordinary, BACKWARD, 40, 200, 7.0)
    walked(ordinary, FORWARD, 200, 215, 9.0)
    assert ordinary.of(FORWARD, 215.0) == 2.0
    walked(ordinary, FORWARD, 215, 280, 9.0)
    assert ordinary.of(FORWARD, 280.0) == 9.0


def test_what_was_left_for_five_minutes_is_not_known_nor_mixed_with_what_comes():
    ordinary = Ordinary()
    walked(ordinary, FORWARD, 0, 40, 2.0)
    walked(ordinary, BACKWARD, 40, 341, 7.0)
    assert ordinary.of(FORWARD, 341.0) is None
    walked(ordinary, FORWARD, 341, 360, 9.0)
    assert ordinary.of(FORWARD, 360.0) == 9.0


def test_after_a_minute_without_a_stride_nothing_is_known():
    ordinary = Ordinary()
    walked(ordinary, FORWARD, 0, 40, 2.0)
    ordinary.walk(99.0)
    assert ordinary.of(FORWARD, 99.0) == 2.0
    ordinary.walk(160.0)
    assert ordinary.of(FORWARD, 160.0) is None
