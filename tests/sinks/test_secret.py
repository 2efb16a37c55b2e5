"""Where a broker's password is read from, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from cued import __main__
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
    for folder in (str(tmp_path), "/nonexistent"):
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", folder)
        with pytest.raises(ConfigError, match="LoadCredential=broker") as refused:
            password(WHERE, "broker", "")
        assert not isinstance(refused.value, OutOfReach)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_others_can_read_is_refused_with_the_fix(file, mode):
    file.chmod(mode)
    with pytest.raises(ConfigError, match=f"mode {mode:04o}.*chmod 600 {file}") as refused:
        password(WHERE, "", str(file))
    assert "sesame" not in str(refused.value)


def test_a_byte_order_mark_is_no_part_of_a_password(file):
    file.write_bytes("\ufeffopen sesame\r\n".encode())
    assert password(WHERE, "", str(file)) == "open sesame"


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", bytes(300_000)])
def test_an_empty_or_unreadable_secret_is_refused(file, content):
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="password_file"):
        password(WHERE, "", str(file))
    with pytest.raises(ConfigError, match="is a folder"):
        password(WHERE, "", str(file.parent))


def test_a_manual_check_names_secrets_only_the_service_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    path = tmp_path / "cued.toml"
    belt = "[sources.belt_by_hand]\nspeed_m_s = 1.0\n"
    path.write_text(belt + '[sinks.mqtt]\nuser = "cued"\ncredential = "mqtt"\n')
    assert __main__.main(["check", "--config", str(path)]) == 0
    assert "not checked: [sinks.mqtt] credential" in capsys.readouterr().out
    path.write_text(belt + '[sinks.mqtt]\nuser = "cued"\npassword_file = "/nonexistent"\n')
    assert __main__.main(["check", "--config", str(path)]) == 78
