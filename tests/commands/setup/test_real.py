"""What set-up finds out of the belt: the length of a round, the unit that it is told in."""

from __future__ import annotations

import pytest

from cued.commands._setup.real import EMPTY_AT_M_S, MORE_M_S, UnitTrial
from cued.model import Belt, BeltFault, CuedError


def tried(before, after, written=1.0, fault=False):
    trial = UnitTrial(written)
    trial.hear(Belt(0.0, before))
    trial.begin()
    for n, speed in enumerate(after):
        trial.hear(Belt(1.0 + n, speed))
    if fault:
        trial.hear(BeltFault(9.0, "treadmill", "belt_control_off", ""))
    return trial.factor("it failed")


def test_the_unit_is_found_from_what_the_belt_does():
    requested = 0.28 + MORE_M_S
    assert tried(0.28, [0.3, 0.33, requested, requested]) == 1.0
    assert tried(0.28, [0.3, requested, 1.609 * requested], fault=True) == 1.609
    assert tried(0.28, [requested / 1.609], written=1.609, fault=True) == 1.0
    with pytest.raises(CuedError, match="did not follow: it failed"):
        tried(0.28, [0.28, 0.28])


def test_only_a_slow_belt_is_tried():
    trial = UnitTrial(1.0)
    with pytest.raises(CuedError, match="reported no speed"):
        trial.begin()
    trial.hear(Belt(0.0, EMPTY_AT_M_S + 0.1))
    with pytest.raises(CuedError, match="too fast"):
        trial.begin()
