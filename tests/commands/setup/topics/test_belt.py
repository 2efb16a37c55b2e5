"""The belt's speed: typed in either unit, with or without its keys."""

from __future__ import annotations

import pytest

from cued import config
from cued.model import Belt
from tests.commands.setup.talking import POD, Answering, Machine, talked, tried


def test_a_typed_speed_gets_its_keys():
    answers = {"typed by hand": "4.0", "faster and slower": "y"}
    made = talked({}, Answering(**answers), Machine([POD]))
    assert made["sources"]["buttons"] == {"faster_pin": 22, "slower_pin": 23}
    assert config.convert(made)
    made = talked(made, Answering(**{"faster and slower": "n", "button wired": "y"}), Machine())
    assert made["sources"]["buttons"] == {}


def test_speeds_are_typed_in_the_unit_that_was_chosen() -> None:
    answers = {"unit of speeds": "mph", "typed by hand": "2.5"}
    person = Answering(**answers)
    made = talked({}, person, Machine([POD]))
    assert made["coach"]["speed_unit"] == "mph"
    assert made["sources"]["belt_by_hand"]["speed_m_s"] == pytest.approx(2.5 * 0.44704, abs=1e-3)
    person = Answering(**{"belt sensor": "y", "strips": "6", "speed of the belt": "2.8"})
    made = talked({"coach": {"speed_unit": "mph"}}, person, Machine([POD]))
    length = made["sources"]["belt_pulses"]["length_m"]
    assert length == pytest.approx(0.1 * 2.8 * 0.44704 / 0.05, abs=2e-3)


@pytest.mark.parametrize(
    ("reports", "found"),
    [
        ([], ("trial.no_belt", {}, False)),
        ([Belt(1.0, 1.2), Belt(2.0, 0.0)], ("trial.belt_still", {}, False)),
        ([Belt(1.0, 0.0), Belt(2.0, 1.2)], ("trial.belt", {"speed": 1.2}, True)),
        ([Belt(1.0, 0.9, kind="typed")], ("trial.belt_typed", {"speed": 0.9}, True)),
    ],
)
def test_the_last_report_of_the_belt_is_told(reports, found):
    assert tried("belt", "belt", Machine(heard=reports)) == [found]
