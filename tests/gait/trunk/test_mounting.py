"""How a trunk sensor's mounting is found and doubted."""

from __future__ import annotations

import numpy as np
import pytest

from cued.gait.finding import Contact, Finding, Heading, Orientation, Posture
from cued.gait.trunk.chain import Trunk
from cued.gait.trunk.mounting import AXES, TrunkMounting
from cued.model import Floats, Mounting
from cued.signal.orientation import Rows
from tests.gait import trunk_walker as walker
from tests.gait.trunk_walker import found

BOW = [walker.standing(4.0), walker.leaning(7.0, np.radians(20.0)), walker.standing(2.0, seed=4)]


def states(findings: list[Finding]) -> list[str]:
    return [f.mounting.state for f in findings if isinstance(f, Orientation)]


def walk() -> tuple[Floats, Floats]:
    return walker.walking(12.0)[:2]


@pytest.mark.parametrize("seed", range(6))
def test_a_bow_shows_where_forward_is_for_any_mounting(seed: int) -> None:
    m = walker.rotation(seed)
    findings = found(walker.blocks(*walker.worn([*BOW, walk()], m), oriented=False))
    assert states(findings) == ["level", "known"]
    known = [f for f in findings if isinstance(f, Orientation)][-1].mounting
    assert known.matrix is not None
    rows = np.array(known.matrix)
    assert np.degrees(np.arccos(np.clip(np.diag(rows @ m.T), -1, 1))).max() < 3.0
    assert all(f.log_odds > 0 for f in findings if isinstance(f, Heading))
    assert [f for f in findings if isinstance(f, Heading)]


def test_a_bow_needs_no_gyroscope() -> None:
    acc, _ = walker.worn(BOW, walker.rotation(9))
    assert states(found(walker.blocks(acc, None, oriented=False))) == ["level", "known"]


def test_a_bow_that_agrees_with_the_configuration_changes_nothing() -> None:
    assert states(found(walker.blocks(*walker.worn([*BOW, walk()])))) == ["known"]


def test_a_sensor_worn_back_to_front_is_doubted_after_a_bow_and_gives_no_direction() -> None:
    findings = found(walker.blocks(*walker.worn([*BOW, walk()], walker.BACK_TO_FRONT)))
    assert states(findings) == ["known", "doubtful"]
    assert "back to front" in [f for f in findings if isinstance(f, Orientation)][-1].mounting.why
    assert not [f for f in findings if isinstance(f, Heading)]
    assert [f for f in findings if isinstance(f, Contact)]


def test_a_second_bow_settles_the_doubt() -> None:
    parts = [*BOW, *BOW, walk()]
    findings = found(walker.blocks(*walker.worn(parts, walker.BACK_TO_FRONT)))
    assert states(findings) == ["known", "doubtful", "known"]
    assert all(f.log_odds > 0 for f in findings if isinstance(f, Heading))
    assert [f for f in findings if isinstance(f, Heading)]


def test_a_sensor_worn_upside_down_is_doubted_while_standing() -> None:
    parts = [walker.standing(5.0), walk()]
    findings = found(walker.blocks(*walker.worn(parts, walker.UPSIDE_DOWN)))
    assert states(findings) == ["known", "doubtful"]
    assert "upside down" in [f for f in findings if isinstance(f, Orientation)][-1].mounting.why
    assert not [f for f in findings if isinstance(f, Heading)]
    assert len([f for f in findings if isinstance(f, Contact)]) > 15


def test_the_first_forward_steps_doubt_a_sensor_worn_back_to_front() -> None:
    parts = [walker.standing(3.0), walk()]
    sensed = walker.worn(parts, walker.BACK_TO_FRONT)
    findings = found(walker.blocks(*sensed), starts_forward=True)
    assert states(findings) == ["known", "doubtful"]


def test_without_that_agreement_a_reversed_sensor_looks_like_walking_backward() -> None:
    parts = [walker.standing(3.0), walk()]
    findings = found(walker.blocks(*walker.worn(parts, walker.BACK_TO_FRONT)))
    assert states(findings) == ["known"]
    assert all(f.log_odds < 0 for f in findings if isinstance(f, Heading))


def test_sitting_down_hard_is_no_bow() -> None:
    acc, gyr = walker.leaning(7.0, np.radians(25.0))
    acc[180:220, 2] += 4.0 * np.sin(np.linspace(0.0, 8 * np.pi, 40))
    parts = [walker.standing(4.0), (acc, gyr), walker.standing(3.0)]
    assert states(found(walker.blocks(*walker.worn(parts), oriented=False))) == ["level"]


def test_walking_is_no_bow() -> None:
    parts = [walker.standing(4.0), walk(), walker.standing(3.0)]
    sensed = walker.worn(parts, walker.rotation(2))
    assert states(found(walker.blocks(*sensed, oriented=False))) == ["level"]


def test_the_mounting_is_in_doubt_while_the_wearer_lies_down() -> None:
    lying = walker.standing(6.0, seed=5)
    lying[0][:, [0, 2]] = lying[0][:, [2, 0]]
    parts = [walker.standing(5.0), lying, walker.standing(10.0, seed=6), walk()]
    findings = found(walker.blocks(*walker.worn(parts)))
    assert states(findings) == ["known", "doubtful", "known"]
    assert [f for f in findings if isinstance(f, Heading)]


def test_lean_is_measured_from_the_sensors_position_when_upright() -> None:
    m = walker.rotation(5)
    findings = found(walker.blocks(*walker.worn([*BOW, walk()], m), oriented=False))
    last = [f for f in findings if isinstance(f, Posture)][-1]
    assert abs(last.lean_forward) < np.radians(2.0)


def guided(earlier: Rows | None, m: Rows, since: float | None = 3.0) -> list[Mounting]:
    """Return the mountings reported while the program has the wearer walk forward from 3 s on."""
    trunk = Trunk("trunk", earlier=earlier)
    trunk.expect(since)
    sensed = walker.worn([walker.standing(3.0), walk()], np.array(m))
    blocks = walker.blocks(*sensed, oriented=False)
    return [f.mounting for b in blocks for f in trunk.feed(b) if isinstance(f, Orientation)]


def rows(m: Floats) -> Rows:
    x, y, z = (tuple(row) for row in m.tolist())
    return (x, y, z)


@pytest.mark.parametrize("seed", range(4))
def test_steps_in_a_forward_phase_show_the_front(seed: int) -> None:
    m = walker.rotation(seed)
    last = guided(None, rows(m))[-1]
    assert (last.state, last.front, last.sure) == ("known", "program", False)
    assert last.matrix is not None
    assert np.array(last.matrix)[0] @ m[0] > np.cos(np.radians(10.0))


def test_no_front_is_learned_outside_a_forward_phase() -> None:
    assert {f.front for f in guided(None, rows(walker.rotation(1)), None)} == {"unknown"}


def test_a_front_from_earlier_workouts_is_used_at_once_and_confirmed() -> None:
    m = rows(walker.rotation(1))
    reported = guided(m, m)
    assert [(f.state, f.front, f.sure) for f in reported] == [
        ("known", "earlier", False),
        ("known", "earlier", True),
    ]
    assert reported[0].t < 1.0


def test_a_sensor_put_on_the_other_way_round_is_learned_again() -> None:
    m = walker.rotation(1)
    turned = rows(np.diag([-1.0, -1.0, 1.0]) @ m)
    last = guided(turned, rows(m))[-1]
    assert (last.front, last.sure) == ("program", False)
    assert last.matrix is not None
    assert np.array(last.matrix)[0] @ m[0] > np.cos(np.radians(10.0))


def test_a_learned_front_is_forgotten_after_two_seconds_of_walking_with_the_sensor_turned() -> None:
    mounting = TrunkMounting(earlier=AXES)
    mounting.restart((0.0, 0.0, walker.G), oriented=False)
    upright, turned = (0.0, 0.0, walker.G), (walker.G * 0.8, 0.0, walker.G * 0.6)  # 53 degrees
    for mean in [upright] * 4 + [turned] * 2:
        mounting.slot(mean, 1.0, 1.0, walking=True)
    states = []
    for walking in (True, True, False, True, True, True, True):  # standing begins it anew
        mounting.slot(turned, 1.0, 1.0, walking=walking)
        states.append(mounting.state)
    assert states == ["known"] * 6 + ["level"]
    assert (mounting.front, mounting.sure) == ("unknown", False)
    assert "moved" in mounting.why


def test_the_mean_of_gravity_is_dropped_when_two_half_seconds_agree_on_another() -> None:
    mounting = TrunkMounting()
    mounting.restart((0.0, 0.0, walker.G), oriented=True)
    upright, aside = (0.0, 0.0, walker.G), (0.0, walker.G * 0.866, walker.G * 0.5)
    moved = []
    for mean in (upright, upright, aside, upright, aside, aside, aside):
        mounting.slot(mean, 1.0, 1.0, walking=True)
        moved.append(mounting.moved)
    assert moved == [False] * 5 + [True, False]
    assert mounting.rows[2] == pytest.approx((0.0, 0.866, 0.5), abs=1e-4)
