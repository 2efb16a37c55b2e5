"""The steps of set-up, which can be left and come back to."""

from __future__ import annotations

import pytest

from cued.commands._setup.steps import STEPS, Conversation
from cued.model import ConfigError


def test_configured_values_are_shown_and_kept_unless_changed():
    hip = {"device": "pod", "placement": "waist"}
    sources = {"ble": {}, "belt_by_hand": {"speed_m_s": 1.0}}
    raw = {"station": {"language": "fr"}, "sensors": {"hip": hip}, "sources": sources}
    talk = Conversation(raw)
    shown = {}
    for _ in STEPS:
        shown |= talk.view().fields
        talk.answer({})
    assert (shown["language"], shown["belt_m_s"]) == ("fr", 1.0)
    assert shown["sensors"] == [{"device": "pod", "placement": "waist"}]
    assert talk.tables["sensors"] == raw["sensors"]


def test_a_speed_that_was_typed_stays_when_the_unit_is_changed_after_it():
    talk = Conversation({})
    talk.go("belt")
    talk.answer({"belt_m_s": 1.118})
    talk.go("purpose")
    talk.answer({"speed_unit": "mph"})
    talk.go("belt")
    assert (talk.view().fields["belt_m_s"], talk.view().speed_unit) == (1.118, "mph")
    assert talk.tables["sources"]["belt_by_hand"] == {"speed_m_s": 1.118}


@pytest.mark.parametrize(
    "values",
    [{"language": "xx"}, {"language": 3}, {"volume": 0.5}, {"nonsense": 1}, {"mqtt_password": "x"}],
)
def test_an_invalid_answer_changes_nothing(values):
    talk = Conversation({})
    before = (talk.view(), talk.tables)
    with pytest.raises(ConfigError):
        talk.answer(values)
    assert (talk.view(), talk.tables) == before


def test_a_network_to_join_is_asked_for_only_on_the_access_point():
    talk = Conversation({})
    assert "wifi" not in talk.view().steps
    with pytest.raises(ConfigError):
        talk.go("wifi")
    talk.wifi = True
    assert talk.view().steps == STEPS
    talk.go("wifi")
    talk.answer({"wifi": "home", "wifi_password": "a long secret"})
    talk.back()
    assert talk.view().fields == {"wifi": "home", "wifi_password": ""}
    talk.answer({"wifi": "home"})
    assert talk.answers.wifi_password == "a long secret"
    assert talk.tables == Conversation({}).tables


def test_steps_keep_their_answers_when_revisited():
    talk = Conversation({})
    talk.answer({"language": "it"})
    talk.answer({"program": False})
    talk.back()
    assert talk.view().fields["program"] is False
    talk.back()
    talk.back()
    assert talk.view().fields == {"language": "it"}
