"""Where a broker's password is read from, and what is refused."""

from __future__ import annotations

import pytest

from cued.model import ConfigError, OutOfReach
from cued.sinks._secret import password

WHERE = "[sinks.mqtt]"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "secret"
    path.write_text("open sesame\n")
    path.chmod(0o600)
    return path


def test_a_systemd_credential_takes_precedence_over_a_file(tmp_path, file, monkeypatch):
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "broker").write_text("from systemd\r\n")
    assert password(WHERE, "broker", str(file)) == "from systemd"
    assert password(WHERE, "another", str(file)) == "open sesame"
    assert password(WHERE, "", "") is None


def test_a_credential_that_is_missing_is_a_mistake_only_in_the_service(monkeypatch, tmp_path):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(OutOfReach, match="LoadCredential=broker"):
        password(WHERE, "broker", "")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with pytest.raises(ConfigError, match="LoadCredential=broker"):
        password(WHERE, "broker", "")


def test_a_file_others_can_read_is_refused_with_the_fix(file):
    file.chmod(0o640)
    with pytest.raises(ConfigError, match=f"mode 0640.*chmod 600 {file}"):
        password(WHERE, "", str(file))


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_an_empty_or_unreadable_secret_is_refused(file, content):
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="password_file"):
        password(WHERE, "", str(file))
    with pytest.raises(ConfigError, match="is a folder"):
        password(WHERE, "", str(file.parent))
