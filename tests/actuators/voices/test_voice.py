"""What every voice uses: versions without starting anything, and a program that fails."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cued.actuators.voices.voice import RenderError, package_version, program_version, speak


def test_a_programs_version_changes_with_its_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program_version("speaker") == ""
    file = tmp_path / "speaker"
    versions: set[str] = set()
    for content, changed_s in (("a", 1), ("ab", 1), ("ab", 2)):
        file.write_text(content)
        file.chmod(0o755)
        os.utime(file, (changed_s, changed_s))
        versions.add(program_version("speaker"))
    assert len(versions) == 3
    assert all(v.startswith("speaker ") for v in versions)


def test_a_package_has_a_version_only_if_it_is_installed() -> None:
    assert package_version("msgspec").startswith("msgspec 0.")
    assert package_version("no-such-voice") == ""


def test_a_program_that_is_not_there_renders_nothing(tmp_path: Path) -> None:
    absent = str(tmp_path / "absent")
    with pytest.raises(RenderError, match=f"{absent} does not work"):
        speak([absent, "word"])
