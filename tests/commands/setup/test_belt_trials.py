"""What set-up finds out of the belt: the length of a round, the unit that it is told in."""

from __future__ import annotations

import random

import pytest

from cued.commands._setup.real import EMPTY_AT_M_S, MORE_M_S, UnitTrial
from cued.commands._setup.topics._belt_round import length_of
from cued.model import Belt, BeltFault, CuedError
from cued.signal.pulses import Pulses


@pytest.mark.parametrize(("length_m", "marks"), [(3.02, 8), (2.6, 6), (0.14, 1)])
@pytest.mark.parametrize("speed", [0.8, 1.25, 2.5])
def test_a_minute_at_a_known_speed_gives_the_length(length_m, marks, speed):
    chance = random.Random(1)
    places = sorted(length_m / marks * (i + chance.uniform(-0.2, 0.2)) for i in range(marks))
    pulses, heard = Pulses(0.1, marks), []
    for n in range(int(speed * 60 / length_m)):
        for place in places:
            t = (n * length_m + place) / speed
            found = pulses.feed(t)
            heard += [Belt(t, found)] if found else []
    assert length_of(heard, speed) == pytest.approx(length_m, rel=0.02)


def test_few_pulses_give_no_length():
    with pytest.raises(CuedError, match="blink"):
        length_of([Belt(float(t), 0.1) for t in range(5)], 1.0)


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
