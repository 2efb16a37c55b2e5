"""Set-up of a service: who writes for it, how it is opened again, and what a stranger can do."""

from __future__ import annotations

import json
import math
import os
import socket
import stat
import threading
import tomllib

import pytest

from cued.commands._setup import writer, writing
from cued.commands._setup.answers import Answers
from cued.model import CuedError
from cued.sinks._door import Door
from cued.sinks._settings import Settings


@pytest.fixture
def helper(tmp_path, monkeypatch):
    """The helper, as systemd starts it, and a service that may not write itself."""
    path, at = tmp_path / "etc" / "cued.toml", tmp_path / "writer.sock"
    path.parent.mkdir()
    path.write_text('[station]\nname = "hall"\n')
    monkeypatch.setattr(writing, "WRITER", str(at))
    monkeypatch.setattr(writing, "CREDENTIALS", tmp_path / "store")
    monkeypatch.setattr(writer, "WITHIN_S", 2.0)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(at))
    listening.listen()
    thread = threading.Thread(target=writer.main, args=(path, listening), daemon=True)
    thread.start()
    yield path
    thread.join(5)
    listening.close()


def sent(path, data: bytes):
    with socket.socket(socket.AF_UNIX) as asked:
        asked.connect(path)
        asked.sendall(data)
        asked.shutdown(socket.SHUT_WR)
        return json.loads(asked.makefile("rb").read())


def test_the_helper_writes_answers_for_an_unprivileged_service(helper, monkeypatch):
    real = writing.may_write
    me = threading.current_thread()
    monkeypatch.setattr(
        writing, "may_write", lambda p: threading.current_thread() is not me and real(p)
    )
    answers = Answers(language="fr", mqtt="mq", mqtt_user="me", mqtt_password="s3cret")
    assert writing.applied(helper, answers)
    made = tomllib.loads(helper.read_text())
    assert made["station"] == {"name": "hall", "language": "fr"}
    assert "s3cret" not in helper.read_text()
    kept = writing.CREDENTIALS / "cued-mqtt-password"
    assert (kept.read_text(), stat.S_IMODE(kept.stat().st_mode)) == ("s3cret\n", 0o600)
    assert helper.with_name("cued.toml.old").read_text() == '[station]\nname = "hall"\n'
    with pytest.raises(CuedError, match="language"):
        writing.applied(helper, Answers(language="xx"))


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'{"path": "/etc/passwd"}', b'{"language": 3}', b'{"station": "../x"}',
     b'{"sensors": [{"device": "os", "placement": "waist"}]}', b'{"language":"' + b"x" * 70_000],
)  # fmt: skip
def test_invalid_answers_change_nothing(helper, data):
    before = helper.read_text()
    assert sent(writing.WRITER, data)["why"]
    assert helper.read_text() == before
    assert os.listdir(helper.parent) == ["cued.toml"]


def settings(now, *, idle=True):
    said: list[str] = []
    opened: list[Door] = []
    door = Door(0.0, lambda _: 1234, lambda: "key", shy=True)

    def speak(digits):
        said.append(digits)
        return idle

    def open_(door):
        opened.append(door)
        return idle

    return Settings(door, speak, open_, lambda: now[0]), said, opened


async def test_the_live_page_opens_set_up_with_the_spoken_digits():
    now = [0.0]
    page, said, opened = settings(now)
    assert (await page.ask("enter", {"digits": "1234"}, "")).status == 403
    assert (await page.ask("speak", {}, "")).status == 200
    assert said == ["1234"]
    now[0] = 2.0
    for name in ("show", "answer", "write", "try", "leave"):
        assert (await page.ask(name, {}, "key")).status == 403
    reply = await page.ask("enter", {"digits": "1234"}, "")
    assert (reply.status, reply.body) == (200, {"key": "key"})
    assert len(opened) == 1
    assert opened[0].admits("key", 3.0)


async def test_in_a_session_nothing_is_opened():
    now = [0.0]
    page, _, _ = settings(now, idle=False)
    assert (await page.ask("speak", {}, "")).body == {"why": "session"}
    now[0] = 2.0
    assert (await page.ask("enter", {"digits": "1234"}, "")).status == 409


async def test_repeated_requests_are_answered_less_and_less_often():
    now = [0.0]
    page, said, _ = settings(now)
    for second in range(86_400 // 10):
        now[0] = 10.0 * second
        await page.ask("speak", {}, "")
    assert len(said) < 35, "a day of asking"


async def test_a_year_of_guessing_gets_few_attempts():
    now = [0.0]
    page, _, _ = settings(now)
    tries = 0
    while now[0] < 365 * 86_400:
        await page.ask("speak", {}, "")
        for _ in range(3):
            now[0] += 1.1
            reply = await page.ask("enter", {"digits": "0000"}, "")
            tries += reply.status == 403 and reply.body["left"] < 3
        now[0] += max(600.0, page._door.wait_s(now[0]))
    assert tries < 80
    assert math.isinf(page._door._until), "and it is not shut to its owner"
