"""The verdict on one foot's strides; test_overlong_stride has false cues and delays."""

from __future__ import annotations

import pytest

from cued.coach.strides.baseline import Baseline
from cued.coach.strides.overlong import Lengthening, threshold

OWN = Baseline(stride_s=1.0, opened_s=1.0, cv=0.02, strides=100)


def even(watch: Lengthening, strides: int, longer: float = 0.0) -> list[bool]:
    """Walk strides that vary by a percent."""
    return [
        watch.feed("left", 1.0 + longer + 0.01 * (i % 3 - 1), OWN, float(i)) for i in range(strides)
    ]


@pytest.mark.parametrize(("cv", "least"), [(0.01, 0.05), (0.04, 0.072), (0.2, 0.10)])
def test_the_threshold_follows_the_runners_spread_within_bounds(cv: float, least: float):
    own = Baseline(stride_s=1.0, opened_s=1.0, cv=cv, strides=100)
    assert threshold(own) == pytest.approx(least)


def test_longer_strides_are_found_within_ten_and_end_when_short_again():
    watch = Lengthening()
    assert not any(even(watch, 60))
    assert even(watch, 12, longer=0.09)[-1]
    assert watch.since is not None
    even(watch, 30)
    assert watch.since is None


def test_less_than_the_threshold_is_not_found():
    watch = Lengthening()
    even(watch, 60)
    assert not any(even(watch, 60, longer=0.035))


def test_a_missed_contact_is_no_stride():
    watch = Lengthening()
    even(watch, 60)
    for _ in range(20):
        assert not watch.feed("left", 2.0, OWN, 0.0)


def test_strides_that_grow_with_each_step_are_a_belt_that_slows():
    watch = Lengthening()
    even(watch, 60)
    assert not any(watch.feed("left", 1.0 + 0.07 * i, OWN, float(i)) for i in range(5))


def test_each_foot_is_judged_alone_and_uneven_strides_are_not_judged():
    watch = Lengthening()
    even(watch, 60)
    even(watch, 12, longer=0.09)
    assert watch.over("left") > 0.05
    watch.feed("right", 1.0, OWN, 90.0)
    assert watch.over("right") == 0.0
    assert not watch.is_even(Baseline(stride_s=1.0, opened_s=1.0, cv=0.06, strides=100))
    watch.restart()
    assert watch.since is None
