"""A trunk that bounces more than it did."""

from __future__ import annotations

import pytest

from tests.coach.rules.asked import heard, step


@pytest.mark.parametrize(("after", "announced"), [(7.0, True), (5.0, False), (1.0, False)])
def test_harder_landings_are_announced_and_softer_ones_are_not(after: float, announced: bool):
    bounces = [4.0] * 30 + [after] * 60
    found = heard("hard_landing", [step(t, {"bounce_cm": v}) for t, v in enumerate(bounces)])
    assert {key for _, key in found} == ({"hard_landing"} if announced else set())
