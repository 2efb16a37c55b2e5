"""The command that writes files for other software: on a full disk, and asked for nothing."""

from __future__ import annotations

import pytest

from cued import __main__
from cued.recording.sessions.rewriting import merge
from cued.recording.sessions.session import RecordedSession
from tests.report.made import events, write


def test_a_request_for_nothing_is_refused(session, capsys):
    assert __main__.main(["export", str(session)]) == 1
    assert "--fit FILE" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--fit", "--csv", "--parquet"])
def test_a_full_disk_leaves_no_partial_file_and_one_line(
    session, tmp_path, option, monkeypatch, capsys
):
    def full(_fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    out = tmp_path / "there" / "out.file"
    out.parent.mkdir()
    out.write_text("the one before")
    assert __main__.main(["export", str(session), option, str(out)]) == 1
    assert capsys.readouterr().err == f"cued: {out}: No space left on device\n"
    assert out.read_text() == "the one before"
    assert list(out.parent.iterdir()) == [out]


def test_each_part_of_a_joined_session_is_an_activity_of_its_own(session, tmp_path, capsys):
    later = write(tmp_path / "t.mcap", events(), began=1.8e9 + 7200.0)
    joined = merge([RecordedSession(session), RecordedSession(later)])
    assert __main__.main(["export", str(joined), "--fit", str(tmp_path / "s.fit")]) == 0
    files = [tmp_path / "s_1.fit", tmp_path / "s_2.fit"]
    assert capsys.readouterr().out == "".join(f"{file}\n" for file in files)
    assert all(file.stat().st_size > 1000 for file in files)
    assert not (tmp_path / "s.fit").exists()
