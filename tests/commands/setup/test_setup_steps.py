"""The core of set-up: steps that can be left and come back to, and a door for one phone."""

from __future__ import annotations

import argparse

import pytest

from cued import config
from cued.commands import run, setup
from cued.commands._setup.steps import STEPS, Conversation
from cued.model import ConfigError
from cued.sinks._door import OPEN_S, PAUSE_S, TRIES, Door


def door(*digits: int) -> Door:
    spoken, keys = iter(digits), iter(("one", "two", "three"))
    return Door(0.0, lambda _: next(spoken), lambda: next(keys))


def test_three_wrong_attempts_end_the_digits_and_each_wait_doubles():
    shut, now, waited = door(*range(100)), 0.0, []
    for _ in range(4):
        assert shut.digits(now)
        for left in range(TRIES - 1, -1, -1):
            now += 2.0
            assert shut.enter("9999", now) == ("", left)
        assert shut.enter("0000", now + 2.0) == ("", 0)
        waited.append(shut.wait_s(now))
        assert shut.digits(now + shut.wait_s(now) - 0.1) == ""
        now += shut.wait_s(now)
    assert waited == [2 * PAUSE_S, 4 * PAUSE_S, 8 * PAUSE_S, 16 * PAUSE_S]


def test_correct_digits_reset_the_pause():
    shut = door(1, 2, 3)
    shut.digits(0.0)
    for now in (2.0, 4.0, 6.0):
        shut.enter("9999", now)
    assert shut.digits(26.0) == "0002"
    assert shut.enter("0002", 30.0)[0] == "one"
    assert shut.wait_s(30.0) == PAUSE_S


def test_only_one_guess_a_second_is_accepted():
    shut = door(1234)
    shut.digits(0.0)
    assert shut.enter("0000", 1.0) == ("", 2)
    assert shut.enter("1234", 1.5) == ("", 2), "not even looked at"
    assert shut.enter("1234", 2.5) == ("one", 0)


def test_digits_work_once_and_the_last_phone_has_the_key():
    shut = door(1234, 42)
    assert shut.enter("1234", 0.0) == ("", 0), "nothing was spoken yet"
    assert shut.digits(1.0) == "1234"
    assert shut.digits(11.0) == "1234", "asked for again, by whoever, they are the same"
    assert shut.enter("1234", 12.0)[0] == "one"
    assert shut.enter("1234", 14.0) == ("", 0)
    assert shut.digits(30.0) == "0042"
    assert shut.enter("0042", 31.0)[0] == "two"
    assert not shut.admits("one", 32.0)
    assert shut.admits("two", 32.0)


def test_set_up_closes_after_15_minutes_without_use():
    shut = door(1234)
    shut.digits(0.0)
    key, _ = shut.enter("1234", 1.0)
    assert shut.admits(key, OPEN_S)
    assert shut.admits(key, 2 * OPEN_S - 1.0)
    assert not shut.admits(key, 3 * OPEN_S)
    assert not shut.admits("", 1.0)
    assert shut.digits(3 * OPEN_S) == ""


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


def nothing(args):
    raise ConfigError("[sources] has no table")


def test_a_first_start_without_a_configuration_is_set_up_from_a_phone(tmp_path, monkeypatch):
    path, served = tmp_path / "cued.toml", []
    monkeypatch.setattr(config, "SEARCHED", (str(path),))
    monkeypatch.setattr(setup, "from_a_phone", lambda place, unattended: served.append(place))
    monkeypatch.setattr(run, "load_config", nothing)
    with pytest.raises(ConfigError):  # nobody came
        run.run(argparse.Namespace(config=None, set_up=False))
    assert [place.path for place in served] == [path]
    with pytest.raises(ConfigError):
        run.run(argparse.Namespace(config=path, set_up=False))
    assert len(served) == 1, "a file that was asked for by name is not made up"
