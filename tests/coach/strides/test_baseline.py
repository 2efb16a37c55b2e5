"""A bin's stride time and spread, learned from the runner's own strides."""

from __future__ import annotations

import pytest

from cued.coach.strides.baseline import (
    Baselines,
    Learned,
    bins_of,
    spread_of_session,
    terms_of,
    unreported,
)
from cued.gait.ordinary import Terms
from cued.model import Belt
from tests.coach.walk import stride

WALK = Terms("left", "backward", "walking", 6, 0)


def learned(*series: tuple[float, int]) -> Learned:
    one = Learned()
    for stride_s, times in series:
        for _ in range(times):
            one.learn(stride_s)
    return one


def test_a_stride_belongs_to_a_tenth_of_a_metre_per_second_and_a_percent_of_incline() -> None:
    belt = Belt(t=0.0, speed_m_s=0.64, incline_percent=1.4)
    assert bins_of(belt) == (6, 1)
    assert terms_of(stride(1.0), belt) == Terms("left", "backward", "walking", 6, 1)


def test_without_speed_direction_or_steps_a_stride_belongs_nowhere() -> None:
    belt = Belt(t=0.0, speed_m_s=0.6)
    assert terms_of(stride(1.0), None) is None
    assert terms_of(stride(1.0), Belt(t=0.0, speed_m_s=0.0)) is None
    assert terms_of(stride(1.0, direction="unknown"), belt) is None
    assert unreported(stride(1.0, mode="standing")) is None


def test_the_25th_stride_completes_a_baseline_and_the_tenth_gives_an_early_one() -> None:
    assert learned((1.0, 9)).early(10) is None
    early = learned((1.0, 10)).early(10)
    assert early
    assert (early.stride_s, early.strides) == (1.0, 10)
    assert learned((1.0, 24)).baseline is None
    whole = learned((1.0, 25)).baseline
    assert whole
    assert (whole.stride_s, whole.strides, whole.cv) == (1.0, 25, 0.005)


def test_the_reference_follows_by_three_percent_at_most() -> None:
    near = learned((1.0, 25), (1.02, 400)).baseline
    far = learned((1.0, 25), (1.02, 400), (1.04, 400)).baseline
    assert near
    assert near.stride_s == pytest.approx(1.02, abs=1e-4)
    assert far
    assert (far.stride_s, far.opened_s) == (pytest.approx(1.03), 1.0)


def test_strides_out_of_range_and_missed_contacts_are_not_learned() -> None:
    for odd_s in (1.2, 2.0, 0.5):
        same = learned((1.0, 25), (odd_s, 50)).baseline
        assert same
        assert (same.stride_s, same.strides) == (1.0, 25)
    after = learned((1.0, 25), (2.0, 1), (1.0, 5)).baseline
    assert after
    assert after.strides == 30, "a missed contact does not hold up those after it"


def test_the_spread_of_25_strides_is_scaled_up_by_a_tenth() -> None:
    # Of 1/f noise with exponent 0.5, n values show 1 - 1 / sqrt(n) of the variance: of 25 strides
    # 0.8, of the 600 strides of ten minutes 0.959.
    assert spread_of_session(0.02, 25) == pytest.approx(0.02 * (0.95918 / 0.8) ** 0.5, rel=1e-4)
    assert spread_of_session(0.02, 600) == 0.02


def test_a_new_speed_is_fitted_from_three_others_of_the_same_foot_and_direction() -> None:
    own = Baselines()
    for speed, stride_s in ((5, 1.2 / 0.5**0.5), (10, 1.2), (20, 1.2 / 2.0**0.5)):
        assert own.of(WALK._replace(speed=8), 0.8) is None
        for _ in range(25):
            own.learn(WALK._replace(speed=speed), stride_s)
    fitted = own.of(WALK._replace(speed=8), 0.8)
    assert fitted
    assert fitted.fitted
    assert fitted.stride_s == pytest.approx(1.2 / 0.8**0.5)
    assert own.of(WALK._replace(speed=8, side="right"), 0.8) is None
    assert own.of(WALK._replace(speed=8, direction="forward"), 0.8) is None
