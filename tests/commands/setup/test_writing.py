"""The written configuration, and the password that is not in it."""

from __future__ import annotations

import tomllib

import pytest

from cued.commands import setup
from cued.commands._setup import writing
from cued.commands._setup.answers import CREDENTIAL, Answers
from cued.model import ConfigError
from tests.commands.setup.talking import Answering, Machine, flags, talked


def test_the_password_is_stored_for_the_service_only(tmp_path):
    path = writing.keep_password("s3cret", "cued", tmp_path / "store")
    assert (path.name, path.read_text(), path.stat().st_mode & 0o777) == (
        CREDENTIAL,
        "s3cret\n",
        0o600,
    )
    assert writing.keep_password("s3cret", "left", tmp_path).name == f"{CREDENTIAL}-left"
    (tmp_path / "password").write_text("s3cret\n")
    answers = flags(
        "--mqtt", "mq", "--mqtt-user", "me", "--mqtt-password-file", str(tmp_path / "password")
    )
    text = writing.text(setup.laid_over({}, answers))
    assert "s3cret" not in text
    assert tomllib.loads(text)["sinks"]["mqtt"]["credential"] == CREDENTIAL


def test_a_sensor_may_have_any_name():
    raw = {"sensors": {"my pod. left": {"device": "pod", "placement": "foot_left"}}}
    assert talked(raw, Answering(), Machine())["sensors"] == raw["sensors"]


def test_the_old_file_is_kept_only_if_it_differs(tmp_path):
    path, old = tmp_path / "etc/cued.toml", tmp_path / "etc/cued.toml.old"
    assert writing.write(path, "one") is None
    assert writing.write(path, "one") is None
    assert writing.write(path, "two") == old
    assert (path.read_text(), old.read_text()) == ("two", "one")
    assert path.stat().st_mode & 0o777 == 0o644


def test_answers_that_are_refused_leave_the_file_alone(tmp_path):
    path = tmp_path / "cued.toml"
    path.write_text("[station]\nname = 'hall'\n")
    with pytest.raises(ConfigError):
        writing.applied(path, Answers(language="xx"))
    assert path.read_text() == "[station]\nname = 'hall'\n"
    assert [p.name for p in tmp_path.iterdir()] == ["cued.toml"]


@pytest.mark.parametrize("content", ["sensors = 3", "[sensors]\nback = 3", "station = 'hall'"])
def test_a_section_that_is_no_table_is_refused(tmp_path, content):
    path = tmp_path / "cued.toml"
    path.write_text(content)
    with pytest.raises(ConfigError):
        writing.read(path)
    assert writing.read(tmp_path / "none.toml") == {}
