"""Files that are complete or absent."""

from __future__ import annotations

import os

import pytest

from cued.whole import replacing


def test_a_file_takes_its_place_only_when_complete(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b"old")
    with replacing(path, 0o600) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_next_to_it_is_not_overwritten(tmp_path):
    path, other = tmp_path / "a.json", tmp_path / "other"
    other.write_bytes(b"somebody else's")
    path.with_name(f"a.json.{os.getpid()}.new").symlink_to(other)
    with replacing(path) as file:
        file.write(b"new")
    assert (path.read_bytes(), other.read_bytes()) == (b"new", b"somebody else's")


def half(path, fault):
    with replacing(path) as file:
        file.write(b"ne")
        raise fault


@pytest.mark.parametrize("fault", [OSError, ValueError, KeyboardInterrupt])
def test_a_fault_leaves_the_old_file_and_no_other(tmp_path, fault):
    path = tmp_path / "a.json"
    path.write_bytes(b"old")
    with pytest.raises(fault):
        half(path, fault)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
