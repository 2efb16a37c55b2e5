"""Files that are whole or not there."""

from __future__ import annotations

import pytest

from cued.whole import replacing


def test_a_file_takes_its_place_when_it_is_whole(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b"old")
    with replacing(path, 0o600) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def half(path, fault):
    with replacing(path) as file:
        file.write(b"ne")
        raise fault


@pytest.mark.parametrize("fault", [OSError, ValueError, KeyboardInterrupt])
def test_a_fault_leaves_what_was_there_and_nothing_beside_it(tmp_path, fault):
    path = tmp_path / "a.json"
    path.write_bytes(b"old")
    with pytest.raises(fault):
        half(path, fault)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
