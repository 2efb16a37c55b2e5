"""The limit of rest follows the foot's swings."""

from __future__ import annotations

import pytest

from cued.gait.foot.chain import WINDOW, SwingPace


def limit_after(*rates: float) -> float:
    """Return the limit of rest after windows of these turn rates, rad/s."""
    pace = SwingPace()
    for rate in rates:
        pace.rest_rate([rate] * WINDOW)
    return pace.rest_rate([0.0])[0]


def test_before_any_swing_a_foot_of_usual_pace_is_assumed():
    assert limit_after() == 1.0


def test_quick_swings_leave_the_limit_at_its_maximum():
    assert limit_after(6.0) == 1.0


def test_slow_swings_lower_it_to_a_share_of_their_rate():
    slowly = [1.5, 0.3] * 60  # with stances between, in which the level fades by 2 % a window
    assert limit_after(*slowly) == pytest.approx(0.4 * 1.5, rel=0.03)


def test_it_never_falls_below_the_noise():
    assert limit_after(*[0.01] * 500) == 0.25


def test_any_split_gives_the_same_limits():
    rates = [0.1 * (n % 37) for n in range(200)]
    whole, one_by_one = SwingPace(), SwingPace()
    assert whole.rest_rate(rates) == [limit for r in rates for limit in one_by_one.rest_rate([r])]
