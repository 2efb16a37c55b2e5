"""Commands from outside: rubbish, floods and what is not allowed are refused with a reason."""

from __future__ import annotations

import pytest

from cued.sinks._requests import Gate, RequestRefused
from cued.sinks.mqtt import Config
from tests.sinks.rubbish import RUBBISH


@pytest.mark.parametrize("payload", RUBBISH, ids=range(len(RUBBISH)))
def test_rubbish_is_refused_with_a_reason(payload: bytes) -> None:
    gate = Gate(Config().commands)
    with pytest.raises(RequestRefused) as refused:
        gate.check(payload, 0.0)
    assert str(refused.value)
    assert len(str(refused.value)) < 400


def test_five_commands_a_second_are_accepted() -> None:
    gate = Gate(Config().commands)
    heard = 0
    for n in range(1000):  # ten seconds of a hundred a second
        try:
            gate.check(b'{"command": "pause"}', n / 100)
            heard += 1
        except RequestRefused:
            pass
    assert heard == pytest.approx(60, abs=1)  # ten at once, and five a second from then on


def test_a_belt_moves_only_where_allowed() -> None:
    order = b'{"command": "set_speed", "value": 0.8}'
    with pytest.raises(RequestRefused, match="not allowed"):
        Gate(Config().commands).check(order, 0.0)
    assert Gate(Config(commands=("set_speed",)).commands).check(order, 0.0).value == 0.8


def test_refusals_in_a_flood_are_answered_once_a_second() -> None:
    gate = Gate(())
    answered = 0
    for n in range(1, 301):  # three seconds of a hundred a second
        with pytest.raises(RequestRefused):
            gate.check(b"{", n / 100)
        answered += gate.may_answer(n / 100)
    assert gate.refused == 300
    assert 10 <= answered <= 25  # of the first ten and of the 15 let in later, and one a second
