"""Walking, running or standing, from one foot's contacts, lifts and rests."""

from __future__ import annotations

import pytest

from cued.gait.foot.mode import FootMode


def stepped(stride_s: float, stance: float) -> FootMode:
    mode = FootMode()
    for i in range(6):
        mode.contact(i * stride_s)
        mode.lift((i + stance) * stride_s)
    return mode


@pytest.mark.parametrize(("stride_s", "stance", "what"), [
    (1.1, 0.62, "walking"),
    (2.2, 0.68, "walking"),  # slow and backward
    (0.74, 0.45, "running"),
    (0.70, 0.35, "running"),
    (0.80, 0.62, "walking"),  # small quick steps
    (1.0, 0.48, "walking"),  # a bouncy walk
])  # fmt: skip
def test_stance_and_stride_time_decide_together(stride_s: float, stance: float, what: str):
    assert stepped(stride_s, stance).mode == what


def test_the_mode_starts_as_walking_and_one_faint_stride_changes_nothing():
    mode = FootMode()
    mode.contact(0.0)
    assert mode.mode == "walking"
    mode = stepped(1.1, 0.62)
    mode.lift(5.5 + 0.5 * 0.85)
    mode.contact(5.5 + 0.85)
    assert mode.mode == "walking"


def test_a_long_rest_is_standing_and_a_slow_walkers_stance_is_not():
    mode = stepped(1.1, 0.62)
    assert not mode.rest(5.5 + 1.2)
    assert mode.rest(5.5 + 1.6)
    assert not mode.rest(5.5 + 1.7)
    slow = stepped(2.4, 0.7)
    assert not slow.rest(5 * 2.4 + 2.0)
    assert slow.rest(5 * 2.4 + 3.0)


def test_an_extra_contact_does_not_change_the_mode():
    mode = stepped(1.1, 0.62)
    assert mode.contact(5.6) == 0.5
    assert mode.mode == "walking"
    mode.forget()
    assert mode.mode == "unknown"
