"""Steps that become more unequal than they were, and a limp."""

from __future__ import annotations

import copy
from collections import deque
from typing import Any

import pytest
from msgspec import structs

from cued.coach.known import Judged, Known
from cued.coach.workout.phases import PHASES
from cued.model import Belt, Footfall, Link, Stride
from tests.built import built
from tests.core.coach.rules.asked import OWN, heard, judged, proposed, step


def walk(values: list[float], begin: float = 0.0, **more: Any) -> list[tuple[Stride, Known]]:
    """Walk strides with these asymmetries."""
    terms = {"judged": judged()} | more
    return [step(begin + 1.2 * i, {"asymmetry_percent": v}, **terms) for i, v in enumerate(values)]


def landed(**feet: list[float]) -> dict[str, deque[Footfall]]:
    """Return each foot's last contacts, a second apart, with these confidences."""
    return {
        side: deque(
            Footfall(t=70.0 + i, side=side, sensor="foot", confidence=c) for i, c in enumerate(sure)
        )
        for side, sure in feet.items()
    }


def test_a_lasting_change_is_told_on_the_side_that_takes_longer():
    creep = [min(0.2 * i, 9.5) for i in range(90)]  # more slowly than a limp begins
    for sign, felt in ((1.0, "left"), (-1.0, "right")):
        told = proposed("asymmetry", walk([0.0] * 30 + [sign * v for v in creep]))
        assert {(p.key, p.pattern) for _, p in told} == {("asymmetry", felt)}


def test_where_stride_times_vary_more_the_change_has_to_be_larger_and_be_told_by_like_contacts():
    creep = [0.0] * 30 + [min(0.2 * i, 9.5) for i in range(90)]
    uneven = Judged(reference=structs.replace(OWN, cv=0.04))
    assert heard("asymmetry", walk(creep, judged=uneven)) == []
    assert heard("asymmetry", walk(creep, landed=landed(left=[0.7], right=[1.0]))) == []
    assert heard("asymmetry", walk(creep, landed=landed(left=[0.7], right=[0.7])))


def test_a_contact_of_a_foot_that_nobody_knows_says_nothing_of_the_two():
    known = Known()
    known.see(Footfall(t=0.0, side="unknown", sensor="back", confidence=0.5), 0.0)
    known.see(Footfall(t=1.0, side="left", sensor="back"), 1.0)
    assert list(known.landed) == ["left"]


def test_what_another_sensor_saw_of_a_foot_is_not_compared():
    known = Known()
    for sensor in ("foot", "foot", "back"):
        known.see(Footfall(t=0.0, side="left", sensor=sensor), 0.0)
    assert [c.sensor for c in known.landed["left"]] == ["back"]


def test_a_foot_that_begins_to_land_flat_is_asked_about_without_any_asymmetry():
    known = Known(mode="walking", direction="backward")
    news: list[tuple[Stride, Known]] = []
    for i in range(40):
        for side in ("left", "right"):
            sore = side == "left" and i >= 30
            known.see(Footfall(t=i, side=side, sensor=side, confidence=0.7 if sore else 1.0), i)
        news.append((step(i, {})[0], copy.deepcopy(known)))
    assert heard("asymmetry", news)[0] == (33, "limp_back")


def test_a_limp_is_asked_about_in_the_same_words_whoever_turns_meanwhile():
    limp = [*walk([0.0] * 30 + [14.0] * 10, direction="backward"), *walk([14.0] * 10, 48.0)]
    assert {key for _, key in heard("asymmetry", limp)} == {"limp_back"}


def test_a_limp_that_begins_in_a_turn_is_told_by_how_one_went_that_way_before():
    before = [*walk([0.0] * 30, direction="backward"), *walk([6.0] * 30, 36.0)]
    limp = walk([14.0] * 20, 72.0, direction="backward")
    rule, told = built("rules", "asymmetry"), list[tuple[float, str]]()
    for news, known in before + limp:
        if known.now in (36.0, 72.0):
            rule.reset()  # so a phase begins
        proposal = rule.consider(news, known)
        told += [(known.now, proposal.key)] if proposal else []
    assert told[0] == (72.0 + 1.2 * 5, "limp_back")


def test_a_limp_that_begins_where_nobody_went_before_is_told_after_turning_to_where_they_did():
    limp = [*walk([14.0] * 30, 36.0, direction="backward"), *walk([14.0] * 10, 72.0)]
    assert heard("asymmetry", walk([0.0] * 30) + limp)[0] == (72.0 + 1.2 * 5, "limp")


def test_how_one_goes_backward_or_at_another_speed_is_no_limp_forward():
    for terms in ({"direction": "backward"}, {"belt": Belt(t=0.0, speed_m_s=0.5)}):
        assert heard("asymmetry", [*walk([0.0] * 30, **terms), *walk([14.0] * 30, 36.0)]) == []


@pytest.mark.parametrize(("meanwhile", "again", "asks"), [
    (walk([0.0] * 290, 36.0), 390.0, False),  # almost six minutes
    (walk([0.0] * 200, 36.0), 280.0, True),
    ([], 100.0, False),  # nobody walks for a minute
    ([], 90.0, True),
])  # fmt: skip
def test_after_five_minutes_or_one_without_a_step_nothing_is_compared(meanwhile, again, asks):
    before = walk([0.0] * 30, direction="backward")
    limp = walk([14.0] * 20, again, direction="backward")
    told = {key for _, key in heard("asymmetry", [*before, *meanwhile, *limp])}
    assert ("limp_back" in told) == asks


def test_what_was_always_unequal_is_nobodys_business():
    assert heard("asymmetry", walk([15.0] * 120)) == []


def test_a_limp_that_comes_at_once_is_asked_about_and_ends_with_itself():
    told = heard("asymmetry", walk([0.0] * 30 + [14.0] * 10 + [0.0] * 10))
    assert {key for _, key in told} == {"limp"}
    assert told[0][0] == 1.2 * 35  # the sixth stride of it
    assert told[-1][0] == 1.2 * 39


def test_backward_the_limp_has_words_of_its_own():
    told = heard("asymmetry", walk([0.0] * 30 + [14.0] * 10, direction="backward"))
    assert {key for _, key in told} == {"limp_back"}


@pytest.mark.parametrize(("phase", "facing", "asks"), [
    ("backward_walk", "unknown", "limp_back"),
    ("turn_front", "unknown", "limp_back"),
    ("backward_walk", "forward", "limp"),
    ("carry", "unknown", "limp"),
])  # fmt: skip
def test_who_may_have_the_back_to_the_console_is_not_sent_to_it(phase, facing, asks):
    known = Known(mode="walking", direction=facing, spec=PHASES[phase])
    rule = built("rules", "asymmetry")
    for i in range(30):
        for side in ("left", "right"):
            sore = side == "left" and i >= 20
            known.see(Footfall(t=i, side=side, sensor=side, confidence=0.7 if sore else 1.0), i)
        told = rule.consider(step(i, direction=facing)[0], known)
    assert told.key == asks


def test_after_a_lost_sensor_the_usual_is_found_anew():
    lost = Link(t=40.0, sensor="left", state="lost", age_s=1.0)
    back = Link(t=41.0, sensor="left", state="up", age_s=0.0)
    news = [
        *walk([0.0] * 30),
        (lost, Known(now=40.0)),
        (back, Known(now=41.0)),
        *walk([14.0] * 20, 42.0),
    ]
    assert heard("asymmetry", news) == []
