"""A button and a status light: wired or not, and whether a press arrives."""

from __future__ import annotations

from cued.model import Command
from tests.commands.setup.talking import Answering, Machine, talked, tried

NOT_PRESSED = [("trial.not_pressed", {}, False)]


def test_what_is_wired_gets_its_table_and_what_is_not_loses_it():
    person = Answering(**{"button wired": "y", "light wired": "y"})
    made = talked({}, person, Machine())
    assert (made["sources"]["buttons"], made["sinks"]["light"]) == ({}, {})
    gone = talked(made, Answering(**{"button wired": "n", "light wired": "n"}), Machine())
    assert "buttons" not in gone.get("sources", {})
    assert "light" not in gone.get("sinks", {})


def test_a_press_is_told_from_commands_that_come_another_way():
    raw = {"sources": {"buttons": {"mark_pin": 7}, "belt_by_hand": {"speed_m_s": 1.0}}}
    machine = Machine(heard=[Command(1.0, "mark", source="button")])
    assert tried("buttons", "press", machine, raw) == [("trial.pressed", {}, True)]
    assert machine.listened == ({"buttons": {"mark_pin": 7}}, 8.0)  # and to nothing else
    assert tried("buttons", "press", Machine(heard=[Command(1.0, "mark")]), raw) == NOT_PRESSED
    assert tried("buttons", "press", Machine(heard=[]), raw) == NOT_PRESSED
