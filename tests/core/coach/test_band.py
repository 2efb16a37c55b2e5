"""The band that a page draws strides against."""

from __future__ import annotations

import pytest

from cued.coach.strides.baseline import OPENING_STRIDES
from cued.coach.strides.own_band import Band
from cued.model import BeltState, Gait, Side, Stride, Summary


def walk(band: Band, strides: int, duration_s: float, side: Side = "left", at: float = 0.0) -> None:
    for n in range(strides):
        band.see(
            Stride(t=at + n * duration_s, side=side, duration_s=duration_s, length_m=None,
                   speed_m_s=None, mode="walking", direction="backward")
        )  # fmt: skip


def backward(speed_m_s: float = 1.0) -> Band:
    band = Band()
    band.see(BeltState(t=0.0, speed_m_s=speed_m_s, since=0.0))
    band.see(Gait(t=0.0, mode="walking", direction="backward"))
    return band


def test_it_is_not_known_before_the_baseline_is() -> None:
    band = backward()
    walk(band, OPENING_STRIDES, 1.2)
    assert band.span_m is None


def test_it_spans_own_stride_time_times_belt_speed_and_the_least_threshold() -> None:
    band = backward(speed_m_s=0.5)
    walk(band, 60, 1.2)
    assert band.span_m == pytest.approx((0.6 * 0.95, 0.6 * 1.05))


def test_a_belt_on_its_old_level_changes_nothing_and_another_speed_does() -> None:
    band = backward()
    walk(band, 60, 1.2)
    before = band.span_m
    band.see(BeltState(t=100.0, speed_m_s=1.0, since=0.0))
    assert band.span_m == before
    band.see(BeltState(t=101.0, speed_m_s=1.3, since=101.0))
    assert band.span_m is None


def test_both_feet_are_within_it() -> None:
    band = backward()
    walk(band, 60, 1.2, "left")
    walk(band, 60, 1.3, "right", at=80.0)
    assert band.span_m == pytest.approx((1.2 * 0.95, 1.3 * 1.05))


def test_the_next_runner_has_their_own() -> None:
    band = backward()
    walk(band, 60, 1.2)
    band.see(Summary(t=90.0, started_t=0.0, duration_s=90.0, strides=60, backward_s=90.0, cues=0,
                     stumbles=0))  # fmt: skip
    assert band.span_m is None
    walk(band, OPENING_STRIDES, 1.4, at=100.0)
    assert band.span_m is None
