"""Foot sensors worn on the wrong feet, told from the trunk's sides."""

from __future__ import annotations

from cued.gait.fusion.swapped_sensors import SwapCheck
from tests.gait.cycles import contact


def walked(choice, swapped, n=24):
    reported = []
    for k in range(n):
        side = "left" if k % 2 else "right"
        other = "right" if k % 2 else "left"
        reported += choice.feed(contact(0.5 * k, "f", other if swapped else side), of_trunk=False)
        reported += choice.feed(contact(0.5 * k + 0.02, "trunk", side), of_trunk=True)
    return [notice.code for notice in reported]


def test_swapped_foot_sensors_are_noticed_and_correct_ones_are_not():
    assert walked(SwapCheck(), swapped=True) == ["feet_swapped"]
    assert not walked(SwapCheck(), swapped=False)


def test_a_few_opposite_steps_are_not_enough():
    assert not walked(SwapCheck(), swapped=True, n=12)
