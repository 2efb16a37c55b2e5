"""A direction other than the phase expects."""

from __future__ import annotations

import pytest

from cued.coach.known import Known
from cued.model import Belt, Direction, Tick
from tests.coach.rules.asked import heard


@pytest.mark.parametrize("facing", ["forward", "backward"])
def test_facing_the_wrong_way_is_asked_about_after_four_seconds(
    facing: Direction,
) -> None:
    situations = [
        (Tick(t=0.0), Known(now=10.0 + lasting, direction=facing, against_s=lasting))
        for lasting in (0.0, 3.9, 4.0, 5.0)
    ]
    key = f"wrong_direction_{facing}"
    assert heard("wrong_direction", situations) == [(14.0, key), (15.0, key)]


def test_turning_backward_on_a_slow_belt_is_not_asked_about() -> None:
    for speed, cues in ((0.5, 0), (0.9, 1)):
        known = Known(direction="backward", against_s=9.0, belt=Belt(t=0.0, speed_m_s=speed))
        assert len(heard("wrong_direction", [(Tick(t=0.0), known)])) == cues
