"""The median stride of each direction and speed."""

from __future__ import annotations

import msgspec

from cued.model import Stride
from cued.report.paces import paces
from tests.report.made import EMPTY


def test_no_mean_goes_across_directions_or_speeds():
    strides = [
        Stride(
            t=float(n), known_t=float(n), side="left", duration_s=duration, length_m=length,
            speed_m_s=length / duration, mode="walking", direction=direction,
        )
        for direction, duration, length in (
            ("forward", 1.0, 1.0), ("forward", 1.0, 2.0), ("backward", 1.25, 0.5),
        )
        for n in range(10)
    ]  # fmt: skip
    found = paces(msgspec.structs.replace(EMPTY, strides=strides))
    assert [(p.direction, p.length_m, round(p.steps_a_minute)) for p in found] == [
        ("backward", 0.5, 96), ("forward", 1.0, 120), ("forward", 2.0, 120),
    ]  # fmt: skip


def test_without_a_belt_speed_a_stride_has_no_length():
    strides = [
        Stride(
            t=float(n), known_t=float(n), side="left", duration_s=1.0, length_m=None,
            speed_m_s=None, mode="walking", direction="forward",
        )
        for n in range(10)
    ]  # fmt: skip
    (found,) = paces(msgspec.structs.replace(EMPTY, strides=strides))
    assert (found.km_h, found.length_m, found.steps_a_minute) == (None, None, 120.0)


def test_fewer_than_eight_strides_are_no_pace():
    strides = [
        Stride(
            t=float(n), side="left", duration_s=1.0, length_m=1.0, speed_m_s=1.0, mode="walking",
            direction=direction,
        )
        for direction, count in (("forward", 7), ("backward", 8), ("unknown", 20))
        for n in range(count)
    ]  # fmt: skip
    found = paces(msgspec.structs.replace(EMPTY, strides=strides))
    assert [(p.direction, p.strides, p.km_h) for p in found] == [("backward", 8, 3.5)]
