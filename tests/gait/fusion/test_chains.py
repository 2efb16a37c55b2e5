"""The chains that a sensor gets for its placement."""

from __future__ import annotations

import msgspec
import pytest

from cued.gait.finding import Contact, Orientation
from cued.gait.foot.chain import Foot
from cued.gait.foot.shank import Shank
from cued.gait.fusion.chains import GaitConfig, chains
from cued.gait.trunk.chain import Trunk
from cued.gait.trunk.falls import Falls
from cued.gait.trunk.stumble import Stumbles
from cued.model import Placement
from tests.gait import trunk_walker as walker
from tests.gait.planar_foot import FORWARD, block, walk

TRUNK = [Trunk, Stumbles, Falls]


@pytest.mark.parametrize(
    ("placement", "kinds"),
    [("foot_left", [Foot]), ("shank_right", [Shank]), ("lower_back", TRUNK), ("waist", TRUNK)],
)
def test_only_a_trunks_sensor_looks_for_stumbles_and_falls(placement: Placement, kinds: list[type]):
    assert [type(chain) for chain in chains("s", placement, GaitConfig())] == kinds


@pytest.mark.parametrize(("placement", "side"), [("foot_left", "left"), ("foot_right", "right")])
def test_a_foots_contacts_have_the_side_of_its_placement(placement: Placement, side: str):
    (foot,) = chains("toe", placement, GaitConfig())
    found = foot.feed(block(walk((FORWARD, 3))))
    assert [f.side for f in found if isinstance(f, Contact)] == [side] * 3


@pytest.mark.parametrize(
    ("starts_forward", "states"), [(False, ["level"]), (True, ["level", "known"])]
)
def test_the_first_steps_show_a_trunk_its_front_only_if_the_wearer_agreed(
    starts_forward: bool, states: list[str]
):
    trunk, *_ = chains("trunk", "chest", GaitConfig(starts_forward=starts_forward))
    parts = [walker.standing(3.0), walker.walking(10.0)[:2]]
    (block,) = walker.blocks(*walker.worn(parts), oriented=False)
    learned = [f.mounting.state for f in trunk.feed(block) if isinstance(f, Orientation)]
    assert learned == states


def test_a_front_known_from_earlier_workouts_is_used_at_once():
    trunk, *_ = chains("trunk", "chest", GaitConfig(), earlier=walker.ROWS)
    (block,) = walker.blocks(*walker.standing(3.0), oriented=False)
    (learned,) = [f.mounting for f in trunk.feed(block) if isinstance(f, Orientation)]
    assert (learned.state, learned.front) == ("known", "earlier")


def test_a_misspelled_option_is_refused():
    assert not msgspec.convert({}, GaitConfig).starts_forward
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"start_forward": True}, GaitConfig)
