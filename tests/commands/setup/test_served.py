"""Set-up on a phone: nothing without the spoken digits, and nothing written before the end."""

from __future__ import annotations

import asyncio
import tomllib

import pytest

from cued.commands._setup.place import Place
from cued.commands._setup.served import SetUp
from cued.sinks._door import Door
from tests.commands.setup.talking import Machine

KEY = "key"


@pytest.fixture
async def serving(tmp_path):
    door = Door(asyncio.get_running_loop().time(), lambda _below: 42, lambda: KEY)
    return SetUp(Place(tmp_path / "cued.toml"), Machine(), door)


@pytest.fixture
async def entered(serving):
    await serving.ask("speak", {}, "")
    reply = await serving.ask("enter", {"digits": "0042"}, "")
    assert reply.body["key"] == KEY
    return serving


@pytest.mark.parametrize("name", ["show", "answer", "try", "write", "leave"])
async def test_without_the_digits_nothing_is_answered(serving, name, tmp_path):
    assert (await serving.ask(name, {}, "")).status == 403
    assert (await serving.ask(name, {}, KEY)).status == 403  # nobody has entered them yet
    assert list(tmp_path.iterdir()) == []


async def test_an_answer_that_does_not_fit_changes_nothing(entered):
    for values in ({"language": "xx"}, {"volume": 0.5}, "fr"):
        body = {"step": "language", "values": values}
        assert (await entered.ask("answer", body, KEY)).status == 409
    assert (await entered.ask("nonsense", {}, KEY)).status == 404
    assert (await entered.ask("show", {}, KEY)).body["step"] == "language"


async def test_the_file_is_written_at_the_end_and_then_it_is_over(entered, tmp_path):
    body = {"step": "language", "values": {"language": "fr"}}
    for _ in range(2):  # the second time it is another step's, and ignored
        assert (await entered.ask("answer", body, KEY)).body["step"] == "purpose"
    assert list(tmp_path.iterdir()) == []
    reply = await entered.ask("write", {}, KEY)
    assert (reply.status, reply.body) == (200, {"kept": False, "runs": False})
    assert tomllib.loads((tmp_path / "cued.toml").read_text())["station"]["language"] == "fr"
    assert (await entered.ask("show", {}, KEY)).status == 404


async def test_a_trial_is_made_with_values_that_are_not_answered_yet(entered):
    await entered.ask("go", {"to": "voice"}, KEY)
    body = {"name": "say", "values": {"volume": 0.3}}
    found = (await entered.ask("try", body, KEY)).body["found"]
    assert [one["key"] for one in found] == ["trial.heard"]
    assert entered._trials.volumes[-1] == 0.3
    assert (await entered.ask("show", {}, KEY)).body["fields"]["volume"] == 0.8
