"""A session second by second."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from cued.model import BeltState, Gait
from cued.report.seconds import seconds
from tests.report.made import EMPTY, digested, moved


def test_seconds_hold_only_fresh_values(session):
    rows = seconds(digested(session))
    assert rows[0].direction == "unknown"
    assert rows[0].speed_m_s == 0.0
    assert rows[10].incline_percent == 2.0
    assert all(b.distance_m >= a.distance_m for a, b in itertools.pairwise(rows))


def test_a_stride_counts_for_five_seconds():
    d = msgspec.structs.replace(EMPTY, strides=[moved(2.0, "forward", "left")])
    rows = seconds(d)
    assert [r.stance_s for r in rows] == [None] * 2 + [0.7] * 6 + [None] * 3
    assert [r.speed_m_s for r in rows] == [None] * 2 + [0.9] * 6 + [None] * 3
    assert rows[-1].distance_m == pytest.approx(6 * 0.9)
    assert rows[3].step_m == 0.5


def test_an_empty_belt_covers_no_distance():
    belt = BeltState(t=0.0, speed_m_s=1.5, incline_percent=2.0, source="console", since=0.0)
    gaits = [
        Gait(t=4.0, mode="walking", direction="backward"),
        Gait(t=6.0, mode="standing", direction="backward"),
    ]
    rows = seconds(msgspec.structs.replace(EMPTY, belts=[belt], gaits=gaits))
    assert [r.speed_m_s for r in rows] == [0.0] * 4 + [1.5] * 2 + [0.0] * 5
    assert [r.direction for r in rows] == ["unknown"] * 4 + ["backward"] * 2 + ["unknown"] * 5
    assert rows[-1].distance_m == 3.0
