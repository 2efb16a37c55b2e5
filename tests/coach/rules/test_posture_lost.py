"""The loss of the backward part's tall trunk in the carry."""

from __future__ import annotations

from typing import Any

import pytest

from cued.coach.known import Carried
from tests.coach.rules.asked import heard, step

TALL = Carried(posture={"trunk_lean_deg": 2.0, "bounce_cm": 4.0})


def carrying(lean: float, bounce: float = 4.0, strides: int = 60, **known: Any):
    values = {"trunk_lean_deg": lean, "bounce_cm": bounce}
    asked = [step(float(t), values, **{"carry": TALL, **known}) for t in range(strides)]
    return heard("posture_lost", asked)


@pytest.mark.parametrize(("lean", "bounce", "announced"), [
    (2.0, 4.0, False), (8.0, 4.0, False), (12.0, 4.0, True), (2.0, 6.5, True), (-9.0, 4.0, False),
])  # fmt: skip
def test_more_lean_or_bounce_than_in_the_imprint_is_announced(
    lean: float, bounce: float, announced: bool
):
    assert {key for _, key in carrying(lean, bounce)} == ({"posture_lost"} if announced else set())


def test_it_takes_a_dozen_settled_strides_of_the_carry():
    assert carrying(40.0, strides=12) == []
    assert carrying(40.0, strides=13)
    assert carrying(40.0, carry=None) == []
    assert carrying(40.0, since_change={"left": 3}) == []
