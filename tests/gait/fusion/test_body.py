"""The gait of a runner, from blocks of samples to events."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from cued.gait.fusion.body import Body
from cued.gait.fusion.chains import GaitConfig
from cued.model import (
    AnyEvent,
    Belt,
    BeltState,
    Fall,
    Footfall,
    Gait,
    Notice,
    Placement,
    Stability,
    Stride,
)
from tests.gait import trunk_walker as walker
from tests.gait.blocks import part
from tests.gait.moves import falling
from tests.gait.planar_foot import FORWARD, block, walk

WALK = walk((FORWARD, 6))  # stands for two seconds before and after


def body(**worn: Placement) -> Body:
    return Body(worn, {}, GaitConfig())


def only(events: list[AnyEvent], kind: type[Any]) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def test_a_walk_is_told_as_footfalls_strides_and_changes_of_gait():
    events = body(toe="foot_left").feed(block(WALK))
    assert [f.t for f in only(events, Footfall)] == pytest.approx(WALK.contacts, abs=0.03)
    strides = only(events, Stride)
    assert [s.duration_s for s in strides] == pytest.approx([1.1] * 5, abs=0.01)
    assert [s.length_m for s in strides] == pytest.approx([1.3] * 5, abs=0.02)
    assert [(g.mode, g.direction) for g in only(events, Gait)] == [
        ("standing", "unknown"),
        ("walking", "unknown"),
        ("walking", "forward"),
        ("standing", "unknown"),
    ]


def test_a_known_belt_gives_strides_their_length_in_place_of_the_foots_path():
    runner = body(toe="foot_left")
    events = [*runner.belt(Belt(0.0, 1.0)), *runner.feed(block(WALK))]
    assert [state.source for state in only(events, BeltState)] == ["console"]
    lengths = [s.length_m for s in only(events, Stride)]
    assert lengths == pytest.approx([1.1] * 5, abs=0.01)


def test_the_findings_of_one_foot_wait_for_the_other_until_that_is_lost():
    runner = body(toe="foot_left", other="foot_right")
    assert runner.feed(block(WALK)) == []
    events = runner.drop("other", 10.5)
    assert len(only(events, Footfall)) == 6
    assert only(events, Stability)[-1].why == "other is lost"


def test_a_fall_waits_for_no_other_sensor():
    move = falling(8.0).block()
    fell = body(**{move.sensor: "lower_back", "toe": "foot_left"}).feed(move)
    assert [f.stage for f in only(fell, Fall)] == ["possible", "confirmed"]
    assert only(fell, Gait) == []


def test_when_no_data_arrive_mode_and_direction_are_unknown():
    runner = body(toe="foot_left")
    runner.feed(block(WALK, 0, 800))
    (gait,) = only(runner.lost(9.0, "no data"), Gait)
    assert gait == Gait(t=9.0, mode="unknown", direction="unknown", why="no data")


def test_no_stride_spans_the_moment_at_which_a_sensor_changed_its_rate():
    runner = body(toe="foot_left")
    events = [*runner.feed(block(WALK, 0, 650)), *runner.interrupt("toe", 6.5)]
    assert only(events, Stability)[-1].why == "toe changed its rate"
    events += runner.feed(block(WALK, 650))
    starts = [s.t - s.duration_s for s in only(events, Stride)]
    assert len(starts) == 4
    assert [t < 6.5 for t in starts] == [s.t < 6.5 for s in only(events, Stride)]


def test_two_and_a_half_usual_times_without_a_footfall_are_standing():
    runner = body(toe="foot_left")
    runner.feed(block(WALK, 0, 720))
    (last,) = [t for t in WALK.contacts if 7.0 < t < 7.2]
    sway = block(WALK, 720, 1000)
    gyr = np.zeros_like(sway.gyr)
    gyr[:, 2] = 1.0  # the foot pivots, so it is not at rest and its own vote stays walking
    (gait,) = only(runner.feed(replace(sway, acc=sway.acc * 0.0 + (0.0, 0.0, 9.8), gyr=gyr)), Gait)
    assert (gait.mode, gait.why) == ("standing", "no footfall")
    assert gait.t == pytest.approx(last + 2.5 * 1.1, abs=0.03)


@pytest.mark.parametrize(
    ("worn", "told"),
    [(walker.EYE, []), (walker.BACK_TO_FRONT, ["body_map"])],
    ids=["right", "wrong"],
)
def test_a_trunks_sensor_worn_back_to_front_is_told_once_if_a_foot_contradicts_it(worn, told):
    runner = body(toe="foot_left", trunk="lower_back")
    strides = walk((FORWARD, 14))
    parts = [walker.standing(2.0), walker.walking(15.4)[:2], walker.standing(2.0)]
    (whole,) = walker.blocks(*walker.worn(parts, worn))
    events: list[AnyEvent] = []
    for start in range(0, 1900, 50):
        events += runner.feed(block(strides, start, start + 50))
        events += runner.feed(part(whole, start, start + 50))
    assert [notice.code for notice in only(events, Notice)] == told
    assert {f.sensor for f in only(events, Footfall)} == {"toe", "trunk"}
    assert "backward" not in {g.direction for g in only(events, Gait)}
