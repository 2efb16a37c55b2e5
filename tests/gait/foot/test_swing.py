"""Lifts, contacts and rests of a sole that turns at known rates."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from cued.gait.foot.swing import SwingCycle, SwingMoment

Piece = tuple[float, int]  # rad/s, samples
REST: Piece = (0.0, 40)
# The heel rises by 0.6 rad, the toes by 1.0 in the swing, and the sole slaps down.
FORWARD: list[Piece] = [(2.0, 30), (-4.0, 25), (4.0, 10), REST]
# The toes rise by 0.4 rad and go down by 0.8 in the swing, then the heel comes down.
BACKWARD: list[Piece] = [(-2.0, 20), (4.0, 20), (-4.0, 10), REST]


def moments(pieces: Sequence[Piece], knock: int = -1) -> list[SwingMoment]:
    """Feed rates, after a rest; the foot is knocked at one sample."""
    cycle = SwingCycle()
    found: list[SwingMoment] = []
    rates = [rate for rate, n in [REST, *pieces] for _ in range(n)]
    for k, rate in enumerate(rates):
        found += cycle.feed(k / 100, rate, rate == 0.0, 500.0 if k == knock else 0.0)
    return found


def only(found: Sequence[SwingMoment], kind: str) -> list[SwingMoment]:
    return [moment for moment in found if moment.kind == kind]


def test_a_forward_stride_has_a_lift_as_the_heel_is_highest_and_a_contact_as_the_sole_turns_back():
    """It turns at 0.69 and 0.94 s, and has come 0.1 rad back 0.025 s later, at 0.965."""
    found = moments(FORWARD * 2)
    lifts, contacts = only(found, "lift"), only(found, "contact")
    assert [m.t for m in lifts] == pytest.approx([0.69 - 0.02, 1.74 - 0.02])
    assert [m.t for m in contacts] == pytest.approx([0.965 - 0.015, 2.015 - 0.015])
    assert [m.at for m in contacts] == pytest.approx([0.97, 2.02])
    assert all((m.sign, m.clear, m.turned) == (-1, True, True) for m in contacts)
    assert contacts[0].form == pytest.approx(0.6)


def test_a_backward_stride_turns_the_other_way():
    found = moments(BACKWARD * 2)
    contacts = only(found, "contact")
    assert [m.t for m in contacts] == pytest.approx([0.815 - 0.015, 1.715 - 0.015])
    assert [(m.sign, m.clear) for m in contacts] == [(1, True)] * 2
    assert contacts[0].form == pytest.approx(0.5)
    assert len(only(found, "lift")) == 2


def test_a_foot_that_lands_flat_is_known_to_have_landed_when_it_rests_after_a_knock():
    """Half-way between the knock at 0.785 s, less 15 ms, and 90 ms before the rest at 0.80."""
    flat: list[Piece] = [(2.0, 20), (-2.0, 20), REST]
    (contact,) = only(moments(flat, knock=80), "contact")
    assert contact.t == pytest.approx((0.785 + 0.71) / 2)
    assert (contact.turned, contact.clear) == (False, True)
    assert only(moments(flat), "contact") == []


def test_a_foot_that_only_rocks_and_is_knocked_has_no_contact():
    """By 0.17 rad; the least swing is 0.2."""
    rocking: list[Piece] = [(0.85, 20), (-0.6, 10), (-1.6, 3), (-0.6, 10), REST]
    assert only(moments(rocking, knock=82), "contact") == []


def test_where_a_runners_foot_does_not_rest_swings_have_the_sign_of_those_before():
    run: list[Piece] = [(3.0, 30), (-4.0, 25), (1.0, 10)]
    contacts = only(moments([*FORWARD, *run * 4]), "contact")
    assert [m.sign for m in contacts] == [-1] * 4
    assert [m.clear for m in contacts] == [True, True, False, False]  # the first is from rest


def test_rests_are_reported_with_their_beginning():
    found = only(moments(FORWARD), "rest")
    assert [(m.since, m.n) for m in found] == [(0, 24), (24, 49), (105, 129)]


@pytest.mark.parametrize("still", range(385, 405))
def test_a_foot_may_turn_after_a_rest_longer_than_the_memory(still: int):
    rates = [0.0] * 30 + [2.0] * 20 + [-2.0] + [0.0] * still + [-2.0] * 10
    cycle, found = SwingCycle(), []
    for k, rate in enumerate(rates):
        found += cycle.feed(k / 100.0, rate, True, 0.0)
    assert found[0].kind == "rest"
