"""The folder of sessions: how files are found, and which are deleted when room is short."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from cued.model import RecordingError
from cued.recording.sessions import folder
from tests.recording.sessions.kept import DAY, NOW, write


def test_a_pipe_among_the_sessions_is_ignored(tmp_path):
    os.mkfifo(tmp_path / "2026-01-01_000000.mcap")
    assert folder.files(tmp_path) == []


def test_old_sessions_are_deleted(there):
    old, new = write(there, "anna", days_ago=40), write(there, "anna", days_ago=20)
    stumble = write(there, "anna", days_ago=50, stumbles=1)
    long_ago = write(there, "anna", days_ago=70, stumbles=1)
    assert folder.tidy(there, folder.Keep(days=30, free_mb=0), NOW) == [long_ago, old]
    assert new.exists()
    assert stumble.exists()


@pytest.mark.parametrize("years", [12, 40])
def test_a_clock_that_is_years_ahead_deletes_nothing(there, years):
    kept = [write(there, "anna", days_ago=n) for n in (25, 10, 0)]
    keep, wrong = folder.Keep(days=30, free_mb=0), NOW + years * 365 * DAY
    assert folder.tidy(there, keep, wrong) == []
    ahead = write(there, "anna", days_ago=-years * 365)  # a session by that clock
    assert folder.tidy(there, keep, wrong + DAY) == []
    assert folder.tidy(there, keep, NOW + 9 * DAY) == kept[:1]  # by the right one again
    assert ahead.exists()


def test_a_session_that_cannot_be_deleted_does_not_keep_the_others(there, monkeypatch):
    fixed, old = write(there, "anna", days_ago=50), write(there, "anna", days_ago=40)
    delete = Path.unlink

    def unlink(path, **options):
        if path == fixed:
            raise PermissionError(errno.EPERM, "not permitted", str(path))
        delete(path, **options)

    monkeypatch.setattr(Path, "unlink", unlink)
    assert folder.tidy(there, folder.Keep(days=30, free_mb=0), NOW) == [old]


def test_on_a_full_disk_the_oldest_go_first_and_stumbles_last(there, monkeypatch):
    stumble = write(there, "anna", days_ago=9, stumbles=1)
    plain = [write(there, "anna", days_ago=n) for n in (8, 5, 2)]

    def free(folder_):
        used = sum(1 for _ in there.glob("*.mcap"))
        return shutil._ntuple_diskusage(0, 0, int((10 - used) * 1e6))

    monkeypatch.setattr(shutil, "disk_usage", free)
    assert folder.tidy(there, folder.Keep(days=99, free_mb=8.0), NOW) == plain[:2]
    assert stumble.exists()
    assert folder.tidy(there, folder.Keep(days=99, free_mb=9.5), NOW) == [plain[2], stumble]


def test_two_sessions_of_one_second_are_numbered(there):
    first, second, third = (write(there, "anna") for _ in range(3))
    assert (second.name, third.name) == (f"{first.stem}_2.mcap", f"{first.stem}_3.mcap")
    assert folder.find(there, first.stem) == first  # exactly, although others begin like it


def test_a_name_that_fits_several_is_answered_with_them(there):
    first, second = write(there, "anna"), write(there, "anna")
    with pytest.raises(RecordingError, match=f"any of {first.stem}, {second.stem}"):
        folder.find(there, first.stem[:10])


def test_an_unknown_name_is_answered_with_the_known_ones(there):
    write(there, "anna")
    with pytest.raises(RecordingError, match="there is no session"):
        folder.find(there, "nothing")
