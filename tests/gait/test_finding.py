"""The events that findings become."""

from __future__ import annotations

import pytest

from cued.gait.finding import Disturbance, Orientation
from cued.model import Fall, Mounting, Notice


@pytest.mark.parametrize(
    ("kind", "stage"), [("possible_fall", "possible"), ("confirmed_fall", "confirmed")]
)
def test_a_stage_of_a_fall_is_told_with_its_reasons(kind, stage):
    found = Disturbance(t=3.0, at=3.2, sensor="s", kind=kind, score=1.4, because={"lean_deg": 50.0})
    assert found.fall() == Fall(t=3.0, stage=stage, sensor="s", because={"lean_deg": 50.0})


def test_a_mounting_is_told_when_it_is_learned_and_warned_of_only_if_it_is_in_doubt():
    known = Mounting(t=4.0, sensor="toe", state="known", why="gravity agrees")
    assert Orientation(4.0, known).t == 4.0
    assert Orientation(4.0, known).events() == [known]
    doubtful = Mounting(t=5.0, sensor="toe", state="doubtful", why="upside down")
    told, warning = Orientation(5.0, doubtful).events()
    assert told == doubtful
    text = "toe: upside down"
    assert warning == Notice(t=5.0, level="warning", code="mounting_doubtful", text=text)
