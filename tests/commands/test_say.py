"""Cues that a person next to the treadmill may request."""

from __future__ import annotations

import pytest

from cued.coach.commands import SAY_EVERY_S, SAYABLE
from cued.coach.voice.phrases import LANGUAGES, load
from cued.model import Command, CommandResult, Cue, Stumble, Tick
from tests.coach.runner import Runner


def ask(runner: Runner, key: str) -> tuple[CommandResult, list[Cue]]:
    out = runner.feed(Command(runner.t, "say", key))
    [result] = [e for e in out if isinstance(e, CommandResult)]
    return result, [e for e in out if isinstance(e, Cue) and e.key == key]


def test_it_is_said_with_its_reason_and_not_again_at_once() -> None:
    runner = Runner()
    result, cues = ask(runner, "hard_landing")
    assert result.ok
    assert [(c.verdict, c.text, c.because) for c in cues] == [
        ("given", "Land quietly", {"asked": "person"})
    ]
    runner.t += SAY_EVERY_S - 1.0
    result, cues = ask(runner, "look_ahead")
    assert (result.ok, result.why, cues) == (False, "again in 1 s", [])
    runner.t += 1.0
    assert ask(runner, "look_ahead")[0].ok


def test_keys_not_meant_for_it_are_refused() -> None:
    result, cues = ask(Runner(), "fall_confirmed")
    assert not result.ok
    assert not cues


def test_it_never_speaks_over_safety_nor_while_muted() -> None:
    runner = Runner()
    runner.feed(Command(runner.t, "mute"))
    assert not ask(runner, "hard_landing")[0].ok
    runner.feed(Command(runner.t, "unmute"))
    runner.t += 10.0
    runner.feed(Tick(runner.t))
    runner.feed(Stumble(t=runner.t, score=2.0))
    runner.t += 1.0
    runner.feed(Tick(runner.t))
    result, cues = ask(runner, "hard_landing")
    assert not result.ok
    assert not cues


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_key_has_words_in_every_language(language: str) -> None:
    words = load(language)
    assert all(words.wordings(key) and "{" not in words.say(key) for key in SAYABLE)
