"""What the commands' arguments share."""

from __future__ import annotations

import argparse

import pytest

from cued.commands import _options
from cued.model import ConfigError


def test_settings_are_split_at_the_first_equals_sign():
    args = argparse.Namespace(settings=["coach.profile = usual", "sinks.live.broker=ws://a?b=c"])
    assert _options.settings(args) == {
        "coach.profile": "usual",
        "sinks.live.broker": "ws://a?b=c",
    }


@pytest.mark.parametrize("item", ["coach.profile", "=usual"])
def test_a_setting_without_a_key_or_a_value_says_how_to_write_it(item):
    with pytest.raises(ConfigError, match=r"write SECTION\.KEY=VALUE"):
        _options.settings(argparse.Namespace(settings=[item]))


@pytest.mark.parametrize("text", ["-1", "inf", "nan"])
def test_numbers_are_finite_and_from_zero_up(text):
    with pytest.raises(argparse.ArgumentTypeError):
        _options.non_negative(text)
    assert _options.non_negative("0") == 0.0
    with pytest.raises(argparse.ArgumentTypeError):
        _options.positive("0")


@pytest.mark.parametrize(("typed", "yes"), [("Yes\n", True), ("\n", False), ("", False)])
def test_only_yes_is_yes(typed, yes, monkeypatch, capsys):
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    assert _options.ask("Really?") == yes
    assert capsys.readouterr().err == "Really? [y/n] "
