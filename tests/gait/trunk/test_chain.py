"""The trunk's chain on movement made of a few waves."""

from __future__ import annotations

import copy
import runpy
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cued.gait.finding import Contact, Finding, Heading, Moving, Orientation, Posture, Turning
from cued.gait.trunk import contacts
from cued.gait.trunk.chain import Trunk
from cued.model import Block, Floats
from tests.gait import trunk_walker as walker
from tests.gait.trunk_walker import found
from tests.helpers.home import HOME

WITHIN_S = 0.07  # more than for people, because a wave has no impact


def times(findings: list[Finding]) -> Floats:
    return np.array([f.t for f in findings if isinstance(f, Contact)])


def day() -> tuple[Floats, Floats]:
    """Stand, walk, turn, walk backward, run, stand."""
    walk, back, run = walker.walking(8.0), walker.walking(6.0, backward=True), walker.running(5.0)
    parts = [walker.standing(3.0), walk[:2], walker.turning(2.0, np.pi), back[:2], run[:2]]
    return walker.worn([*parts, walker.standing(3.0)])


DAY = day()
WHOLE = found(walker.blocks(*DAY))


@pytest.mark.parametrize("step_s", [0.45, 0.55, 0.75])
@pytest.mark.parametrize("gyro", [True, False])
def test_every_step_of_a_walk_is_one_contact_near_its_time(step_s: float, gyro: bool) -> None:
    acc, gyr, contacts = walker.walking(20.0, step_s)
    acc, gyr = walker.worn([walker.standing(3.0), (acc, gyr)])
    reported = times(found(walker.blocks(acc, gyr if gyro else None)))
    true = contacts[(contacts > 2.0) & (contacts < 19.0)] + 3.0
    reported = reported[(reported > true[0] - step_s / 2) & (reported < true[-1] + step_s / 2)]
    assert reported.size == true.size
    errors = reported - true
    assert np.abs(errors).max() < WITHIN_S
    assert errors.std() < 0.005


def test_walking_with_the_sensor_upside_down_is_never_called_backward() -> None:
    turned = np.diag([-1.0, 1.0, -1.0])  # about the lateral axis, which swaps front and back
    acc, gyr = walker.worn([walker.walking(20.0)[:2]], turned)
    assert not [f for f in found(walker.blocks(acc, gyr)) if isinstance(f, Heading)]


def test_standing_has_no_steps_and_is_called_standing() -> None:
    findings = found(walker.blocks(*walker.standing(30.0)))
    assert not times(findings).size
    assert [f.mode for f in findings if isinstance(f, Moving)] == ["standing"]


def test_one_bump_is_no_step() -> None:
    acc, gyr = walker.standing(10.0)
    bump = np.exp(-0.5 * ((np.arange(1000) - 500) / 10.0) ** 2)
    acc[:, 2] += 3.0 * bump
    assert not times(found(walker.blocks(acc, gyr))).size


@pytest.mark.parametrize("step_s", [0.3, 0.36, 0.4])
def test_a_run_without_a_walk_before_is_known_within_a_second_and_a_half(step_s: float) -> None:
    acc, gyr, contacts = walker.running(10.0, step_s)
    findings = found(walker.blocks(acc, gyr))
    reported = [f for f in findings if isinstance(f, Contact)]
    assert reported[0].at < 1.5
    true = contacts[(contacts > 1.5) & (contacts < 9.5)]
    near = np.abs(times(findings)[:, None] - true).min(axis=0)
    assert near.max() < 0.04
    assert {f.mode for f in findings if isinstance(f, Moving)} == {"running"}
    assert not [f for f in findings if isinstance(f, Heading)]


@pytest.mark.parametrize("backward", [True, False])
def test_the_lead_of_forward_over_vertical_gives_the_direction(backward: bool) -> None:
    acc, gyr, _ = walker.walking(10.0, backward=backward)
    reported = [f for f in found(walker.blocks(acc, gyr)) if isinstance(f, Heading)]
    assert len(reported) > 10
    assert all((f.log_odds < 0) == backward for f in reported)
    assert all(f.kind == "trunk" for f in reported)


@pytest.mark.parametrize("backward", [True, False])
def test_feet_alternate_forward_and_have_no_sides_backward(backward: bool) -> None:
    acc, gyr, _ = walker.walking(15.0, backward=backward)
    reported = [f.side for f in found(walker.blocks(acc, gyr)) if isinstance(f, Contact)][5:]
    if backward:
        assert set(reported) == {"unknown"}
    else:
        assert all({a, b} == {"left", "right"} for a, b in pairwise(reported))


@pytest.mark.parametrize("tilt_deg", [-20.0, 20.0])
def test_a_sensor_that_sits_askew_is_leveled(tilt_deg: float) -> None:
    c, s = np.cos(np.radians(tilt_deg)), np.sin(np.radians(tilt_deg))
    acc, gyr, contacts = walker.walking(15.0)
    parts = [walker.standing(3.0), (acc, gyr)]
    askew = walker.worn(parts, np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]]))
    findings = found(walker.blocks(*askew))
    true = contacts[(contacts > 3.0) & (contacts < 14.0)] + 3.0
    assert np.abs(times(findings)[:, None] - true).min(axis=0).max() < WITHIN_S
    assert all(f.log_odds > 0 for f in findings if isinstance(f, Heading))


@pytest.mark.parametrize("seed", range(6))
def test_an_unknown_mounting_gives_steps_but_neither_direction_nor_sides(seed: int) -> None:
    acc, gyr, contacts = walker.walking(20.0)
    parts = [walker.standing(3.0), (acc, gyr)]
    findings = found(walker.blocks(*walker.worn(parts, walker.rotation(seed)), oriented=False))
    true = contacts[(contacts > 3.0) & (contacts < 19.0)] + 3.0
    assert np.abs(times(findings)[:, None] - true).min(axis=0).max() < WITHIN_S
    assert not [f for f in findings if isinstance(f, Heading | Posture)]
    assert {f.side for f in findings if isinstance(f, Contact)} == {"unknown"}
    assert [f.mounting.state for f in findings if isinstance(f, Orientation)] == ["level"]


@pytest.mark.parametrize("seed", range(4))
def test_the_first_steps_show_forward_if_the_wearer_agreed_to_start_so(seed: int) -> None:
    m = walker.rotation(seed)
    acc, gyr, _ = walker.walking(15.0)
    sensed = walker.worn([walker.standing(3.0), (acc, gyr)], m)
    findings = found(walker.blocks(*sensed, oriented=False), starts_forward=True)
    known = [f for f in findings if isinstance(f, Orientation)][-1].mounting
    assert known.state == "known"
    assert known.matrix is not None
    assert np.array(known.matrix)[0] @ m[0] > np.cos(np.radians(10.0))
    assert [f for f in findings if isinstance(f, Heading)]
    assert all(f.log_odds > 0 for f in findings if isinstance(f, Heading))


def test_a_turn_is_reported_with_its_angle() -> None:
    reported = [f for f in WHOLE if isinstance(f, Turning)]
    assert [f.turning for f in reported] == [True, False]
    assert 10.5 < reported[0].t < 11.6  # the walk ends and the turn begins at 11.0
    assert 12.5 < reported[1].t < 13.6  # it ends at 13.0
    assert abs(reported[1].angle - np.pi) < 0.5


def test_mode_follows_standing_walking_running_and_standing() -> None:
    reported = [f.mode for f in WHOLE if isinstance(f, Moving)]
    changes = [reported[0]] + [b for a, b in pairwise(reported) if a != b]
    assert changes[:2] == ["standing", "walking"]
    assert changes[-2:] == ["running", "standing"]


def test_missing_samples_lower_the_confidence_and_half_a_slot_gives_unknown() -> None:
    acc, gyr, _ = walker.walking(12.0)
    block = walker.blocks(acc, gyr)[0]
    ok = block.ok.copy()
    ok[600:680] = False
    findings = found(
        [
            Block(
                sensor="trunk",
                placement="lower_back",
                t=block.t,
                acc=acc,
                gyr=gyr,
                ok=ok,
                oriented=True,
                fresh=True,
            )
        ]
    )
    doubted = [f for f in findings if isinstance(f, Contact) and f.confidence < 1.0]
    assert doubted
    assert all(5.9 < f.t < 7.1 for f in doubted)
    assert any(f.mode == "unknown" and 6.0 < f.t < 7.0 for f in findings if isinstance(f, Moving))


def test_findings_come_after_their_samples_and_in_order() -> None:
    for size in (1, 7, 50):
        trunk = Trunk("trunk")
        last = 0.0
        for block in walker.blocks(*DAY, sizes=[size] * 3000):
            for finding in trunk.feed(block):
                assert finding.t <= finding.at
                assert last <= finding.at <= block.t[-1] + 1e-9
                last = finding.at


@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(st.integers(min_value=1, max_value=400), min_size=1, max_size=60))
def test_any_split_gives_the_same_findings(sizes: list[int]) -> None:
    assert found(walker.blocks(*DAY, sizes=sizes)) == WHOLE


def on_a_belt_that_slows(sizes: list[int]) -> list[Finding]:
    """Return the findings of the day if the belt is slow from 6 to 12 s, known at 1 s."""
    first, *rest = walker.blocks(*DAY, sizes=[100, *sizes])
    trunk = Trunk("trunk")
    reported = trunk.feed(first)
    trunk.belt(6.1, slow=True)
    trunk.belt(12.0, slow=False)
    return reported + [finding for block in rest for finding in trunk.feed(block)]


@settings(max_examples=15, deadline=None)
@given(sizes=st.lists(st.integers(min_value=1, max_value=400), min_size=1, max_size=60))
def test_any_split_gives_the_same_findings_when_the_belt_slows_and_speeds_up(
    sizes: list[int],
) -> None:
    assert on_a_belt_that_slows(sizes) == on_a_belt_that_slows([5] * 600)


@settings(max_examples=10, deadline=None)
@given(at=st.integers(min_value=1, max_value=2600))
def test_a_copy_taken_half_way_continues_identically(at: int) -> None:
    first, second = walker.blocks(*DAY, sizes=[at])[:2]
    trunk = Trunk("trunk")
    before = trunk.feed(first)
    twin = copy.deepcopy(trunk)
    after = trunk.feed(second)
    assert before + after == WHOLE
    assert twin.feed(second) == after


def test_inputs_are_not_changed() -> None:
    acc, gyr = DAY
    before = acc.copy(), gyr.copy()
    acc.flags.writeable = gyr.flags.writeable = False
    found(walker.blocks(acc, gyr, sizes=[100] * 20))
    acc.flags.writeable = gyr.flags.writeable = True
    assert np.array_equal(acc, before[0])
    assert np.array_equal(gyr, before[1])


def test_a_gap_forgets_the_movement_but_not_the_mounting() -> None:
    acc, gyr, _ = walker.walking(10.0)
    first = walker.blocks(acc, gyr)[0]
    trunk = Trunk("trunk")
    trunk.feed(first)
    again = Block(
        sensor="trunk",
        placement="lower_back",
        t=first.t + 60.0,
        acc=acc,
        gyr=gyr,
        ok=first.ok,
        oriented=True,
        fresh=True,
    )
    second = trunk.feed(again)
    fresh = Trunk("trunk").feed(again)
    assert np.allclose(times(second), times(fresh), atol=0.01)
    assert [type(f) for f in second] == [type(f) for f in fresh if not isinstance(f, Orientation)]
    assert not [f for f in second if isinstance(f, Orientation)]


def test_the_network_was_trained_on_the_inputs_it_gets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Floats] = []

    class Asked(contacts.StepNetwork):
        def _inputs(self, *of):
            asked.append(super()._inputs(*of))
            return asked[-1]

    monkeypatch.setattr(contacts, "StepNetwork", Asked)
    blocks = walker.blocks(*DAY)
    found(blocks)
    script = runpy.run_path(str(HOME / "scripts" / "_train_steps.py"))
    shown, _ = script["shown"](blocks, blind=False)
    assert {*map(tuple, np.concatenate(asked).astype(np.float32))} <= {*map(tuple, shown)}
