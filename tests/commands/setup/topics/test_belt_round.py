"""The length of the belt, from a minute of its marks at a known speed."""

from __future__ import annotations

import random

import pytest

from cued import config
from cued.commands._setup.topics._belt_round import length_of
from cued.model import Belt, ConfigError, CuedError
from cued.signal.pulses import Pulses
from tests.commands.setup.talking import POD, Answering, Machine, talked, tried


def test_a_belt_sensor_is_measured_by_a_minute_at_a_known_speed():
    person = Answering(**{"belt sensor": "y", "strips": "6", "speed of the belt": "4,5"})
    machine = Machine([POD])
    made = talked({}, person, machine)
    assert machine.listened == ({"belt_pulses": {"marks": 6, "length_m": 0.1}}, 60.0)
    assert made["sources"]["belt_pulses"] == {"length_m": 2.5, "marks": 6}  # 1.25 over 0.05 m/s
    assert "belt_by_hand" not in made["sources"]
    assert config.convert(made)


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


def test_a_page_finds_the_length_at_the_speed_that_was_typed():
    raw = {"sources": {"belt_by_hand": {"speed_m_s": 1.25}, "belt_pulses": {"length_m": 9.0}}}
    machine = Machine()
    assert tried("belt", "round", machine, raw) == [("trial.round", {"length": "2.500"}, True)]
    assert machine.listened[0]["belt_pulses"]["length_m"] == 0.1  # whatever is configured
    with pytest.raises(ConfigError, match="type the speed"):
        tried("belt", "round", machine, {"sources": {"belt_pulses": {"length_m": 9.0}}})
