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
from tests.coach.rules.asked import OWN, heard, judged, proposed, step
from tests.helpers.built import built


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


def test_a_lasting_change_is_announced_for_the_side_that_takes_longer():
    creep = [min(0.2 * i, 9.5) for i in range(90)]  # more slowly than a limp begins
    for sign, felt in ((1.0, "left"), (-1.0, "right")):
        cues = proposed("asymmetry", walk([0.0] * 30 + [sign * v for v in creep]))
        assert {(p.key, p.pattern) for _, p in cues} == {("asymmetry", felt)}


def test_varying_strides_need_a_larger_change_between_contacts_of_one_kind():
    creep = [0.0] * 30 + [min(0.2 * i, 9.5) for i in range(90)]
    uneven = Judged(reference=structs.replace(OWN, cv=0.04))
    assert heard("asymmetry", walk(creep, judged=uneven)) == []
    assert heard("asymmetry", walk(creep, landed=landed(left=[0.7], right=[1.0]))) == []
    assert heard("asymmetry", walk(creep, landed=landed(left=[0.7], right=[0.7])))


def test_a_contact_of_an_unknown_foot_is_not_used():
    known = Known()
    known.see(Footfall(t=0.0, side="unknown", sensor="back", confidence=0.5), 0.0)
    known.see(Footfall(t=1.0, side="left", sensor="back"), 1.0)
    assert list(known.landed) == ["left"]


def test_contacts_seen_by_different_sensors_are_not_compared():
    known = Known()
    for sensor in ("foot", "foot", "back"):
        known.see(Footfall(t=0.0, side="left", sensor=sensor), 0.0)
    assert [c.sensor for c in known.landed["left"]] == ["back"]


def test_a_foot_that_starts_to_land_flat_is_asked_about_without_asymmetry():
    known = Known(mode="walking", direction="backward")
    news: list[tuple[Stride, Known]] = []
    for i in range(40):
        for side in ("left", "right"):
            sore = side == "left" and i >= 30
            known.see(Footfall(t=i, side=side, sensor=side, confidence=0.7 if sore else 1.0), i)
        news.append((step(i, {})[0], copy.deepcopy(known)))
    assert heard("asymmetry", news)[0] == (33, "limp_back")


def test_turning_meanwhile_does_not_change_the_question_about_a_limp():
    limp = [*walk([0.0] * 30 + [14.0] * 10, direction="backward"), *walk([14.0] * 10, 48.0)]
    assert {key for _, key in heard("asymmetry", limp)} == {"limp_back"}


def test_a_limp_that_starts_in_a_turn_is_judged_against_earlier_steps_in_that_direction():
    before = [*walk([0.0] * 30, direction="backward"), *walk([6.0] * 30, 36.0)]
    limp = walk([14.0] * 20, 72.0, direction="backward")
    rule, cues = built("rules", "asymmetry"), list[tuple[float, str]]()
    for news, known in before + limp:
        if known.now in (36.0, 72.0):
            rule.reset()  # so a phase begins
        proposal = rule.consider(news, known)
        cues += [(known.now, proposal.key)] if proposal else []
    assert cues[0] == (72.0 + 1.2 * 5, "limp_back")


def test_a_limp_in_a_new_direction_is_found_after_turning_back_to_a_known_one():
    limp = [*walk([14.0] * 30, 36.0, direction="backward"), *walk([14.0] * 10, 72.0)]
    assert heard("asymmetry", walk([0.0] * 30) + limp)[0] == (72.0 + 1.2 * 5, "limp")


def test_a_limp_is_not_judged_against_another_direction_or_speed():
    for terms in ({"direction": "backward"}, {"belt": Belt(t=0.0, speed_m_s=0.5)}):
        assert heard("asymmetry", [*walk([0.0] * 30, **terms), *walk([14.0] * 30, 36.0)]) == []


@pytest.mark.parametrize(("meanwhile", "again", "asks"), [
    (walk([0.0] * 290, 36.0), 390.0, False),  # almost six minutes
    (walk([0.0] * 200, 36.0), 280.0, True),
    ([], 100.0, False),  # no step for a minute
    ([], 90.0, True),
])  # fmt: skip
def test_nothing_is_compared_after_five_minutes_or_one_minute_without_a_step(
    meanwhile, again, asks
):
    before = walk([0.0] * 30, direction="backward")
    limp = walk([14.0] * 20, again, direction="backward")
    cues = {key for _, key in heard("asymmetry", [*before, *meanwhile, *limp])}
    assert ("limp_back" in cues) == asks


def test_a_lifelong_asymmetry_is_ignored():
    assert heard("asymmetry", walk([15.0] * 120)) == []


def test_a_sudden_limp_is_asked_about_and_the_occurrence_ends_with_it():
    cues = heard("asymmetry", walk([0.0] * 30 + [14.0] * 10 + [0.0] * 10))
    assert {key for _, key in cues} == {"limp"}
    assert cues[0][0] == 1.2 * 35  # the sixth stride of it
    assert cues[-1][0] == 1.2 * 39


def test_a_limp_going_backward_has_its_own_words():
    cues = heard("asymmetry", walk([0.0] * 30 + [14.0] * 10, direction="backward"))
    assert {key for _, key in cues} == {"limp_back"}


@pytest.mark.parametrize(("phase", "facing", "asks"), [
    ("backward_walk", "unknown", "limp_back"),
    ("turn_front", "unknown", "limp_back"),
    ("backward_walk", "forward", "limp"),
    ("carry", "unknown", "limp"),
])  # fmt: skip
def test_a_runner_who_may_face_away_is_not_sent_to_the_console(phase, facing, asks):
    known = Known(mode="walking", direction=facing, spec=PHASES[phase])
    rule = built("rules", "asymmetry")
    for i in range(30):
        for side in ("left", "right"):
            sore = side == "left" and i >= 20
            known.see(Footfall(t=i, side=side, sensor=side, confidence=0.7 if sore else 1.0), i)
        cues = rule.consider(step(i, direction=facing)[0], known)
    assert cues.key == asks


def test_the_usual_asymmetry_is_learned_again_after_a_lost_sensor():
    lost = Link(t=40.0, sensor="left", state="lost", age_s=1.0)
    back = Link(t=41.0, sensor="left", state="up", age_s=0.0)
    news = [
        *walk([0.0] * 30),
        (lost, Known(now=40.0)),
        (back, Known(now=41.0)),
        *walk([14.0] * 20, 42.0),
    ]
    assert heard("asymmetry", news) == []
