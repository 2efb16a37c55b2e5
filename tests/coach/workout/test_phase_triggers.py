"""The triggers that phases raise themselves."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cued.coach.known import Known
from cued.coach.workout import ladder
from cued.coach.workout import phase_triggers as t
from cued.coach.workout.phases import PHASES
from cued.coach.workout.profile import load
from cued.model import Belt

PROFILE = load("first_time_ever")
PLAIN = next(i for i, s in enumerate(ladder.STAGES) if not s.uphill and not s.jog)
UPHILL = next(i for i, s in enumerate(ladder.STAGES) if s.uphill)
JOG = next(i for i, s in enumerate(ladder.STAGES) if s.jog)


def known(phase: str = "backward_walk", **more: Any) -> Known:
    terms: dict[str, Any] = {"now": 500.0, "stride_at": 500.0, "left_s": 600.0, "by_hand": False}
    return Known(phase=phase, spec=PHASES[phase], **terms | more)


def turns(way: str) -> str:
    return next(name for name, spec in PHASES.items() if spec.turn == way)


def test_settling_in_ends_on_time_and_leads_to_a_turn_only_if_worthwhile():
    early = known("settle", elapsed_s=PROFILE.settle_s - 1.0)
    assert t.settled_in(early, PROFILE) is None
    there: dict[str, Any] = {"elapsed_s": PROFILE.settle_s}
    assert t.settled_in(known("settle", **there), PROFILE) == "timeout"
    assert t.settled_in(known("settle", **there, left_s=3.0), PROFILE) == "dose"
    assert t.settled_in(known("settle", **there, stability="unsteady"), PROFILE) is None


@pytest.mark.parametrize(("changed", "leads"), [
    ({"direction": "backward"}, "turned"),
    ({"direction": "backward", "to_be_set": True}, "mount"),
    ({"direction": "forward", "elapsed_s": 59.0}, None),
    ({"direction": "forward", "elapsed_s": 60.0}, "turned_away"),
    ({"direction": "unknown", "elapsed_s": 44.0}, None),
    ({"direction": "unknown", "elapsed_s": 45.0}, "timeout"),
    ({"direction": "backward", "stride_at": 0.0}, None),
    ({"direction": "backward", "left_s": 0.0}, "dose"),
])  # fmt: skip
def test_turning_backward_is_seen_or_assumed_after_long(changed: dict[str, Any], leads: str | None):
    assert t.turning(known(turns("backward"), **changed), PROFILE) == leads


def test_turning_forward_is_soon_assumed_and_eases_off_if_something_is_wrong():
    front: dict[str, Any] = {"direction": "unknown", "turn_asked_at": 489.0}
    assert t.turning(known(turns("forward"), **front), PROFILE) == "timeout"
    assert t.turning(known(turns("forward"), **front, wrong=True), PROFILE) == "ease"
    # Who was seen to face backward until now has only just begun to turn.
    assert t.turning(known(turns("forward"), **front, faced_at=498.0), PROFILE) is None
    assert t.turning(known(turns("forward"), **front | {"turn_asked_at": 495.0}), PROFILE) is None


@pytest.mark.parametrize(("stage", "changed", "leads"), [
    (PLAIN, {}, "timeout"),
    (UPHILL, {}, "uphill"),
    (UPHILL, {"by_hand": True}, "mount"),
    (UPHILL, {"stability": "unsteady"}, None),
    (JOG, {}, "jog"),
    (JOG, {"may_jog": False}, "timeout"),
    (PLAIN, {"left_s": 0.0}, "dose"),
    (PLAIN, {"against_s": 31.0}, "turned_away"),
])  # fmt: skip
def test_walking_backward_leads_where_the_stage_says(
    stage: int, changed: dict[str, Any], leads: str | None
):
    lasts = t.walk_lasts(known(stage=stage, **changed), PROFILE)
    assert t.walking_back(known(stage=stage, elapsed_s=lasts, **changed), PROFILE) == leads


def test_a_cap_shortens_a_part_and_the_time_left():
    rung = ladder.STAGES[PLAIN]
    assert t.bout_lasts(known(stage=PLAIN, left_s=10.0, elapsed_s=5.0), PROFILE) == 15.0
    assert t.bout_left_s(known(stage=PLAIN, elapsed_s=20.0)) == rung.bout_s - 20.0
    assert t.bout_left_s(known(stage=JOG, elapsed_s=20.0)) == math.inf
    assert t.bout_left_s(known("carry", stage=PLAIN)) == math.inf


def test_a_rest_leads_to_another_jog_while_there_is_room():
    rest = {"stage": JOG, "elapsed_s": ladder.JOG_OFF_S}
    assert t.resting(known(**rest), PROFILE) == "jog"
    assert t.resting(known(**rest, stability="unsteady"), PROFILE) is None
    assert t.resting(known(**rest, jogged_s=ladder.JOG_SESSION_S), PROFILE) == "timeout"
    assert t.resting(known(stage=JOG, elapsed_s=1.0), PROFILE) is None


def test_the_carry_leads_to_another_round_or_to_cooling_down():
    over: dict[str, Any] = {"elapsed_s": PROFILE.carry_s}
    assert t.carrying(known("carry", **over, more_rounds=True), PROFILE) == "again"
    assert t.carrying(known("carry", **over, more_rounds=True, left_s=3.0), PROFILE) == "timeout"
    assert t.carrying(known("carry", elapsed_s=1.0), PROFILE) is None


@pytest.mark.parametrize(("speed", "against", "limit", "leads"), [
    (0.3, 4.0, 1.0, "turned_away"), (0.9, 4.0, 1.0, None), (0.9, 30.0, 1.0, "turned_away"),
    (1.6, 60.0, 1.0, None),  # the warning comes first
])  # fmt: skip
def test_turning_backward_in_the_carry_is_followed(
    speed: float, against: float, limit: float, leads: str | None
):
    belt = Belt(t=500.0, speed_m_s=speed)
    there = known("carry", direction="backward", against_s=against, belt=belt, limit_m_s=limit)
    assert t.carrying(there, PROFILE) == leads


def test_mounting_ends_with_steps_after_the_prompt_or_after_a_minute():
    mount = next(name for name, spec in PHASES.items() if spec.pace == "due" and spec.stands)
    assert t.mounting(known(mount, stepped_on=True), PROFILE) == "turned"
    assert t.mounting(known(mount, stepped_on=True, direction="forward"), PROFILE) is None
    assert t.mounting(known(mount, elapsed_s=60.0, direction="forward"), PROFILE) == "turned"
    assert t.mounting(known(mount, against_s=31.0), PROFILE) == "turned_away"
