"""The index of a folder of sessions: what has not changed is not read again, and it never lies."""

from __future__ import annotations

import os

import pytest

import cued.recording.sessions.index as module
from cued.recording.sessions.index import NAME, index
from tests.recording.sessions.kept import cued, write


@pytest.fixture
def read(monkeypatch):
    """The files that are read while the test goes on."""
    paths = []
    session = module.RecordedSession
    monkeypatch.setattr(module, "RecordedSession", lambda path: paths.append(path) or session(path))
    return paths


def test_a_file_is_read_once_and_again_when_it_has_changed(tmp_path, there, read, capsys):
    first, second = write(there, "anna", days_ago=1), write(there, "bea", stumbles=1)
    cued(tmp_path)
    output = capsys.readouterr().out
    assert read == [first, second]
    cued(tmp_path)
    assert capsys.readouterr().out == output
    assert read == [first, second]
    before = first.stat()
    content = first.read_bytes()
    first.unlink()
    first.write_bytes(content)  # of the same size and time, and yet another file
    os.utime(first, ns=(before.st_atime_ns, before.st_mtime_ns))
    cued(tmp_path)
    assert read == [first, second, first]


@pytest.mark.parametrize("content", [b"", b"{", b'{"format": 99, "files": {}}', b"\xff\x00"])
def test_a_damaged_index_costs_time_only(tmp_path, there, content, capsys):
    write(there, "anna")
    cued(tmp_path)
    output = capsys.readouterr().out
    (there / NAME).write_bytes(content)
    cued(tmp_path)
    assert capsys.readouterr().out == output


def test_an_index_that_is_a_pipe_is_not_waited_for(there):
    there.mkdir()
    os.mkfifo(there / NAME)
    index(there)


def test_the_index_is_private_and_names_nobody_whose_files_are_gone(tmp_path, there):
    path = write(there, "anna")
    write(there, "bea")
    cued(tmp_path)
    assert (there / NAME).stat().st_mode & 0o777 == 0o600
    assert b"anna" in (there / NAME).read_bytes()
    cued(tmp_path, "delete", path.stem, "--yes")
    assert b"anna" not in (there / NAME).read_bytes()
    cued(tmp_path, "forget", "bea", "--yes")
    assert b"bea" not in (there / NAME).read_bytes()


def test_a_read_only_folder_is_still_listed(there, monkeypatch):
    path = write(there, "anna")
    monkeypatch.setattr("os.open", lambda *_: (_ for _ in ()).throw(PermissionError))
    known = index(there)
    assert known.entry(path).endings[0].runner == "anna"
    known.save()
    assert not (there / NAME).exists()
