"""Places of sessions and results, and files that are complete or absent."""

from __future__ import annotations

import os

import pytest

from cued.model import CuedError
from cued.report.places import is_afar, place, write_whole


def test_a_path_is_absolute_and_near(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert place("sessions") == tmp_path / "sessions"
    assert not is_afar(place("sessions"))


def test_an_unreachable_address_gives_one_line():
    with pytest.raises(CuedError, match=r"sftp://127.0.0.1:1/sessions"):
        place("sftp://127.0.0.1:1/sessions")


def test_a_driver_that_fails_without_a_word_is_named_by_its_error(monkeypatch):
    def fails(_text):
        raise NotADirectoryError

    monkeypatch.setattr("upath.UPath", fails)
    with pytest.raises(CuedError, match="sftp://lab/sessions: NotADirectoryError"):
        place("sftp://lab/sessions")


def test_a_file_is_replaced_whole_and_no_other_file_is_left(tmp_path):
    path = tmp_path / "a.fit"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["a.fit"]


def test_a_failure_names_the_file_and_leaves_no_partial_one(tmp_path):
    path = tmp_path / "there is no folder" / "a.fit"
    with pytest.raises(OSError, match=r"a\.fit") as error:
        write_whole(path, b"new")
    assert error.value.filename == str(path)
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, b"new")
        assert os.read(reader, 10) == b"new"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
