"""Consent to change a treadmill's speed, and the unit in which it takes one."""

from __future__ import annotations

import pytest

from cued.commands._setup.answers import Answers
from cued.commands._setup.topics import _treadmill
from cued.model import ConfigError
from tests.commands.setup.talking import BELT, POD, Answering, Machine, talked, tried


def test_consent_leads_to_trials_of_the_unit_until_one_works():
    person = Answering(**{"may cued change": "y", "lowest speed": ["y", "y"]})
    made = talked({}, person, Machine([POD, BELT]))
    assert made["sensors"]["treadmill"]["options"] == {"control": True, "write_factor": 1.609}
    assert "no speed was reported" in person.lines
    refused = talked(made, Answering(**{"may cued change": "n"}), Machine())
    assert refused["sensors"]["treadmill"]["options"] == {"control": False, "write_factor": 1.609}


def mill(device="ftms", **options):
    table = {"device": device, "placement": "treadmill"}
    return {"sensors": {"mill": {**table, **({"options": options} if options else {})}}}


def test_the_factor_is_written_for_treadmills_that_take_one_and_removed_with_0():
    out = mill(unlock="urevo")
    _treadmill.lay(out, Answers(control=True, write_factor=1.609))
    assert out == mill(unlock="urevo", control=True, write_factor=1.609)
    _treadmill.lay(out, Answers(control=False, write_factor=0.0))
    assert out == mill(unlock="urevo", control=False)
    pad = mill("walkingpad")
    _treadmill.lay(pad, Answers(control=True, write_factor=1.609))
    assert pad == mill("walkingpad", control=True)


def test_without_consent_nothing_is_written_that_was_not_there():
    out = mill()
    _treadmill.lay(out, Answers(control=False))
    assert out == mill()


def test_the_unit_is_tried_only_on_a_treadmill_that_takes_a_speed():
    machine = Machine()
    machine.ready = True
    assert tried("belt", "unit", machine, mill()) == [("trial.unit", {"factor": "1.609"}, True)]
    with pytest.raises(ConfigError, match="no treadmill is configured"):
        tried("belt", "unit", machine, mill("walkingpad"))
