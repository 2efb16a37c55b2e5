"""Set-up of a service: who writes for it, how it is opened again, and what a stranger can do."""

from __future__ import annotations

import json
import os
import socket
import stat
import threading
import tomllib

import pytest

from cued.commands._setup import writer, writing
from cued.commands._setup.answers import Answers
from cued.model import CuedError


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
