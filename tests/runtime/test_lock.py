"""The station's lock: one daemon at a time, and none that stands in the way."""

from __future__ import annotations

import pytest

from cued.runtime import lock


def test_without_a_place_for_a_lock_it_runs_without_one(tmp_path):
    (tmp_path / "file").touch()
    with lock.only_one(tmp_path / "file", "one"):
        assert not lock.held(tmp_path / "file", "one")


def test_a_station_runs_once_and_others_beside_it(tmp_path):
    with lock.only_one(tmp_path / "state", "one"):
        with pytest.raises(lock.Taken, match="station one is run by another cued already"):
            lock.only_one(tmp_path / "state", "one").__enter__()
        with lock.only_one(tmp_path / "state", "two"):
            assert lock.held(tmp_path / "state", "two")
        assert lock.held(tmp_path / "state", "one")
        assert not lock.held(tmp_path / "state", "two")


def test_the_lock_is_free_after_a_fault_and_its_file_may_stay(tmp_path):
    with pytest.raises(ZeroDivisionError), lock.only_one(tmp_path, "one"):
        raise ZeroDivisionError
    assert not lock.held(tmp_path, "one")
    with lock.only_one(tmp_path, "one"):
        assert lock.held(tmp_path, "one")
