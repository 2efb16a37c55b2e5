"""The turn axis of a foot's sensor, and doubts about a given mounting."""

from __future__ import annotations

import numpy as np
import pytest

from cued.gait.foot.mounting import Axis, MountingCheck
from cued.model import Floats

UP, DOWN = np.array((0.0, 0.0, 9.8)), np.array((0.0, 0.0, -9.8))
LEFT = np.array((0.0, 1.0, 0.0))
WINDOW = 20  # samples between looks at the axis


def swings(windows: int, about: Floats) -> Floats:
    """Return turn rates of 2 rad/s to and fro about an axis, in windows of the axis' own length."""
    rates = np.tile(np.repeat((2.0, -2.0), WINDOW // 2), windows)
    return rates[:, None] * about


def turned(degrees: float) -> Floats:
    """Return the left axis turned in the plane of the sole."""
    return np.array((np.sin(np.radians(degrees)), np.cos(np.radians(degrees)), 0.0))


def test_an_unknown_axis_is_that_of_the_turns_known_after_twenty_samples():
    axis = Axis()
    rates = axis.rate(swings(3, np.array((0.6, 0.8, 0.0))))
    assert rates[:WINDOW] == [0.0] * WINDOW
    assert np.abs(rates[WINDOW:]) == pytest.approx([2.0] * 2 * WINDOW)
    assert axis.at(WINDOW - 1) is None
    known = axis.at(WINDOW)
    assert known is not None
    assert abs(known @ (0.6, 0.8, 0.0)) == pytest.approx(1.0)


def test_an_axis_that_turns_half_round_ends_opposite_to_where_it_began():
    axis = Axis()
    axis.rate(swings(2, turned(0.0)))
    first = axis.at(2 * WINDOW)
    for degrees in [*range(180), *[180] * 60]:
        axis.rate(swings(1, turned(degrees)))
    last = axis.at(242 * WINDOW)
    assert first is not None
    assert last is not None
    assert first @ last < -0.95


def test_standing_gives_no_axis():
    axis = Axis()
    assert set(axis.rate(swings(10, 0.05 * LEFT))) == {0.0}


def test_a_gap_counts_among_the_samples_at_which_the_axis_is_known():
    axis = Axis()
    axis.skip(100)
    axis.rate(swings(1, LEFT))
    assert axis.at(100 + WINDOW - 1) is None
    assert axis.at(100 + WINDOW) is not None


@pytest.mark.parametrize(
    ("off_deg", "kept_deg"),
    [(10.0, 0.0), (30.0, 30.0), (60.0, 0.0)],
    ids=["as carelessly worn", "corrected", "doubted elsewhere"],
)
def test_a_given_axis_is_corrected_if_the_swings_are_clearly_but_not_far_off_it(off_deg, kept_deg):
    axis = Axis()
    assert axis.rate(swings(14, turned(off_deg)), LEFT)[0] == pytest.approx(
        2.0 * np.cos(np.radians(off_deg))
    )
    before = axis.at(14 * WINDOW)
    assert before == pytest.approx(LEFT)
    axis.rate(swings(1, turned(off_deg)), LEFT)
    assert axis.at(15 * WINDOW) == pytest.approx(turned(kept_deg))


def test_three_rests_in_a_row_make_a_mounting_known_and_three_contrary_ones_doubtful():
    check = MountingCheck()
    assert [check.rest(UP, oriented=True) for _ in range(4)] == [False, False, True, False]
    assert check.state == "known"
    changed = [check.rest(up, oriented=True) for up in (DOWN, DOWN, UP, DOWN, DOWN, DOWN)]
    assert changed == [False] * 5 + [True]
    assert (check.state, check.silent) == ("doubtful", True)
    assert "upside down" in check.why


def test_a_sole_that_slopes_by_45_degrees_is_not_upside_down():
    check = MountingCheck()
    for _ in range(3):
        check.rest(np.array((6.9, 0.0, 6.9)), oriented=True)
    assert check.state == "known"


def test_without_a_given_mounting_only_up_is_known():
    check = MountingCheck()
    assert check.rest(DOWN, oriented=False)
    assert (check.state, check.silent) == ("level", False)


def test_three_strides_about_another_axis_silence_the_direction():
    check = MountingCheck()
    assert [check.stride(share) for share in (0.3, 0.8, 0.3, 0.3, 0.3)] == [False] * 4 + [True]
    assert (check.state, check.silent) == ("doubtful", True)
    assert "left axis" in check.why


@pytest.mark.parametrize(("forward", "form"), [(True, 0.35), (False, 0.7)])
def test_eight_strides_of_the_other_directions_form_raise_a_doubt_that_silences_nothing(
    forward: bool, form: float
):
    check = MountingCheck()
    assert [check.form(form, forward) for _ in range(8)] == [False] * 7 + [True]
    assert (check.state, check.silent) == ("doubtful", False)
    assert "back to front" in check.why


@pytest.mark.parametrize(("forward", "form"), [(True, 0.7), (False, 0.35)])
def test_the_form_of_ones_own_direction_raises_no_doubt(forward: bool, form: float):
    check = MountingCheck()
    assert not any(check.form(form, forward) for _ in range(20))


def test_forms_of_both_directions_raise_no_doubt():
    check = MountingCheck()
    assert not any(check.form(0.5 - 0.15 * (-1) ** k, k % 2 == 1) for k in range(20))
    assert not any(check.form(0.35, k % 2 == 0) for k in range(20))
