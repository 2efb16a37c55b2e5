"""Vibration motors: wired or not, and which side is which."""

from __future__ import annotations

from tests.commands.setup.talking import Answering, Machine, talked, tried


def test_swapped_motors_are_swapped_once():
    raw = {"actuators": {"haptic": {"left_pin": 20, "right_pin": 21}}}
    made = talked(raw, Answering(buzz="right"), Machine())
    assert made["actuators"]["haptic"] == {"left_pin": 21, "right_pin": 20}
    assert talked(made, Answering(buzz="left"), Machine())["actuators"] == made["actuators"]


def test_motors_that_nobody_felt_stay_configured_with_a_hint():
    person = Answering(buzz="none")
    made = talked({}, person, Machine())
    assert made["actuators"]["haptic"] == {}
    assert any("cued selftest --ask" in line for line in person.lines)


def test_where_the_motor_cannot_be_driven_nobody_is_asked_what_was_felt():
    person = Answering(card="-")
    made = talked({}, person, Machine(deaf="no motors: lgpio is missing"))
    assert "no motors: lgpio is missing" in person.lines
    assert not any("buzz" in question for question in person.asked)
    assert made["actuators"]["haptic"] == {}


def test_the_page_buzzes_the_side_that_it_names():
    machine = Machine()
    assert tried("motors", "buzz", machine, side="right") == [("trial.felt", {}, True)]
    assert tried("motors", "buzz", machine, side="left") == [("trial.felt", {}, True)]
    assert machine.buzzed == ["right", "left"]
    refused = [("trial.refused", {"why": "busy"}, False)]
    assert tried("motors", "buzz", Machine(deaf="busy"), side="left") == refused
