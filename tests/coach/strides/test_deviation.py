"""A measured value against the runner's first ones at the same speed."""

from __future__ import annotations

import itertools

import pytest

from cued.coach.strides.deviation import Deviation
from cued.gait.ordinary import Terms

WALK = Terms("unknown", "forward", "walking", 12, 0)


def followed(
    watch: Deviation, values: list[float], key: Terms = WALK, now: float = 0.0
) -> float | None:
    since = None
    for n, value in enumerate(values):
        since = watch._follow(key, value, now + n)
    return since


@pytest.fixture
def lean() -> Deviation:
    """Return a watch over a lean that was 4 +- 0.2 degrees over the opening strides."""
    watch = Deviation("trunk_lean_deg", 7.0)
    followed(watch, [4.0, 4.2, 3.8, 4.1, 3.9] * 5)
    return watch


def test_the_opening_strides_are_the_reference(lean):
    followed(lean, [4.0])
    assert (lean.reference, lean.limit) == (4.0, 7.0)


def test_a_lasting_deviation_counts_from_the_twelfth_mean_beyond_the_limit(lean):
    since = followed(lean, [14.0] * 40, now=100.0)
    # 10 off, weight 0.1: the mean passes 7 with the 12th stride, and 11 more follow
    assert since == 100.0 + 22


def test_a_single_odd_stride_is_no_deviation(lean):
    assert followed(lean, [40.0, *[4.0] * 20]) is None


def test_it_is_over_when_the_mean_is_within_half_of_the_limit(lean):
    assert followed(lean, [14.0] * 40) is not None
    assert followed(lean, [4.0] * 20, now=200.0) is None


def test_a_runner_who_varies_more_has_a_wider_limit():
    watch = Deviation("bounce_cm", 1.5)
    followed(watch, list(itertools.islice(itertools.cycle([3.0, 4.0, 5.0, 6.0, 7.0]), 26)))
    assert watch.limit == pytest.approx(4 * 1.4826)


def test_another_speed_has_its_own_reference(lean):
    faster = WALK._replace(speed=14)
    assert followed(lean, [14.0] * 40, key=faster) is None
    assert lean.reference == 14.0
