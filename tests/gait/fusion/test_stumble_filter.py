"""Which stumbles are reported and which a change of gait or belt explains."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cued.gait.finding import Disturbance
from cued.gait.fusion.stumble_filter import StumbleFilter
from cued.model import BeltState


def disturbance(t, kind="stumble"):
    return Disturbance(t=t, at=t + 0.9, sensor="s", kind=kind, score=1.2)


def after_walking(*, until="walking", at=0.0):
    stumbles = StumbleFilter()
    stumbles.move("walking", 0.0)
    stumbles.move(until, at)
    return stumbles


@pytest.mark.parametrize(
    ("stumbles", "none_until"),
    [
        (after_walking(), 1.0),
        (after_walking(until="running", at=10.0), 13.0),
        (after_walking(until="standing", at=10.0), 1e9),
    ],
)
def test_no_stumble_is_reported_where_the_gait_has_just_changed(stumbles, none_until):
    soon = disturbance(min(none_until, 20.0) - 0.1)
    assert stumbles.feed(soon) == []
    late = disturbance(none_until + 0.1)
    assert stumbles.feed(late) == ([late] if none_until < 1e9 else [])


def test_the_end_of_a_run_is_no_stumble():
    stumbles = after_walking(until="running", at=10.0)
    stumbles.move("walking", 20.0)
    assert stumbles.feed(disturbance(22.5)) == []


def test_no_stumble_is_reported_while_a_measured_belt_changes():
    stumbles = after_walking()
    level = BeltState(t=5.0, speed_m_s=1.0, source="console", since=5.0)
    for state in (replace(level, steady=False), level):
        stumbles.belt(state)
        assert stumbles.feed(disturbance(6.5)) == []
    assert stumbles.feed(disturbance(7.5))
    stumbles.belt(replace(level, source="feet", steady=False, t=19.9, since=19.9))
    assert stumbles.feed(disturbance(20.0))


@pytest.mark.parametrize("first", ["stumble", "possible_fall"])
def test_a_stumble_held_back_is_reported_when_a_fall_follows(first):
    stumbles = after_walking(until="running", at=10.0)
    stumble, fall = disturbance(11.0), disturbance(12.0, "possible_fall")
    reported = [
        stumbles.feed(f) for f in ((stumble, fall) if first == "stumble" else (fall, stumble))
    ]
    assert reported == [[], [stumble]]
    late = after_walking(until="running", at=10.0)
    assert late.feed(stumble) == late.feed(disturbance(15.0, "confirmed_fall")) == []
