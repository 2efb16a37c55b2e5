"""The first values, and those of the last minute under the same terms."""

from __future__ import annotations

import numpy as np
import pytest

from cued.gait.ordinary import FirstValues, LastMinute, Terms

FORWARD = Terms("unknown", "forward", "walking", 5, 0)
BACKWARD = FORWARD._replace(direction="backward")


def walked(ordinary: LastMinute, terms: Terms, begin: int, end: int, value: float) -> None:
    """Walk under these terms with one value a second."""
    for t in range(begin, end):
        ordinary.walk(float(t))
        ordinary.note(terms, value, float(t))


def test_each_set_of_terms_has_its_value_and_the_last_seconds_are_left_out():
    ordinary = LastMinute()
    walked(ordinary, FORWARD, 0, 11, 2.0)
    assert ordinary.of(FORWARD, 10.0) is None, "five values are older than six seconds"
    walked(ordinary, FORWARD, 11, 30, 2.0)
    walked(ordinary, BACKWARD, 30, 60, 7.0)
    assert ordinary.of(BACKWARD, 60.0) == 7.0
    assert ordinary.of(FORWARD, 60.0) == 2.0


def test_only_time_under_the_same_terms_counts_and_values_older_than_a_minute_are_forgotten():
    ordinary = LastMinute()
    walked(ordinary, FORWARD, 0, 40, 2.0)
    walked(ordinary, BACKWARD, 40, 200, 7.0)
    walked(ordinary, FORWARD, 200, 215, 9.0)
    assert ordinary.of(FORWARD, 215.0) == 2.0
    walked(ordinary, FORWARD, 215, 280, 9.0)
    assert ordinary.of(FORWARD, 280.0) == 9.0


def test_terms_left_for_five_minutes_are_forgotten_and_not_mixed_with_new_values():
    ordinary = LastMinute()
    walked(ordinary, FORWARD, 0, 40, 2.0)
    walked(ordinary, BACKWARD, 40, 341, 7.0)
    assert ordinary.of(FORWARD, 341.0) is None
    walked(ordinary, FORWARD, 341, 360, 9.0)
    assert ordinary.of(FORWARD, 360.0) == 9.0


def test_after_a_minute_without_a_stride_nothing_is_known():
    ordinary = LastMinute()
    walked(ordinary, FORWARD, 0, 40, 2.0)
    ordinary.walk(99.0)
    assert ordinary.of(FORWARD, 99.0) == 2.0
    ordinary.walk(160.0)
    assert ordinary.of(FORWARD, 160.0) is None


def test_a_spread_is_never_smaller_than_its_floor():
    first = FirstValues(ready=3, full=5, floor=0.1)
    for _ in range(3):
        first.learn(5.0)
    assert first.usual == (5.0, 0.1)


def test_the_first_values_stay_the_reference():
    first = FirstValues(ready=20, full=100)
    values = np.random.default_rng(0).normal(5.0, 2.0, 100)
    for i, value in enumerate(values):
        assert (first.usual is not None) == (i >= 20)
        first.learn(float(value))
    assert first.usual == (pytest.approx(np.median(values)), pytest.approx(2.0, rel=0.25))
    known = first.usual
    first.learn(1e6)  # full: later values are not learnt
    assert first.usual == known


def test_a_few_odd_values_do_not_move_it():
    first = FirstValues(ready=20, full=100)
    for i in range(20):
        first.learn(100.0 if i % 5 == 0 else 5.0 + 0.2 * (i % 3))
    centre, spread = first.usual or (0.0, 0.0)
    assert 5.0 <= centre <= 5.4
    assert spread < 1.0
