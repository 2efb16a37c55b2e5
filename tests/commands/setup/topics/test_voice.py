"""The voice, tried until it is heard well."""

from __future__ import annotations

from cued.commands._setup.topics import voice
from tests.commands.setup.talking import Answering, Machine, talked, tried


def test_a_card_that_was_not_found_is_not_kept():
    raw = {"actuators": {"speech": {"device": "USB"}}}
    made = talked(raw, Answering(card=["loudspeaker", "-"]), Machine(deaf="no sound"))
    assert made["actuators"]["speech"]["device"] == "USB"


def test_louder_and_softer_stay_within_what_the_card_can_do():
    machine = Machine()
    person = Answering(heard=["l", "l", "s", "y"])
    made = talked({"actuators": {"speech": {"volume": 0.9}}}, person, machine)
    assert machine.volumes == [0.9, 1.0, 1.0, 0.85]
    assert made["actuators"]["speech"]["volume"] == 0.85


def test_a_page_is_told_why_nothing_was_heard():
    assert tried("voice", "say", Machine()) == [("trial.heard", {}, True)]
    deaf = [("trial.refused", {"why": "no card"}, False)]
    assert tried("voice", "say", Machine(deaf="no card")) == deaf


def test_digits_are_spoken_even_with_a_configuration_that_is_wrong():
    machine = Machine()
    assert voice.spoken(machine, {"station": {"language": "xx"}}, "1, 2, 3, 4") == ""
    assert machine.volumes == [0.8]
