"""Results on disk: found again if whole, named by what made them, and tidied after a crash."""

from __future__ import annotations

import pytest

from cued.report import dataset
from cued.report.done import Done

OUTCOME = Done(session="monday", wanted="[]", seconds=60.0, after={"stride": 3})
ROW = {"station": "gym/2", "session": "monday", "type": "mark", "t_s": 1.5}


@pytest.fixture
def out(tmp_path):
    dataset.write(tmp_path, "monday-1.parquet", [ROW], [{**ROW, "effective": "{}"}], OUTCOME)
    return tmp_path


def test_a_result_is_found_again_by_its_options_only(out):
    again = dataset.done(out, "monday-1.parquet", "tuesday", "[]")
    assert again == Done(
        session="tuesday", wanted="[]", seconds=60.0, after={"stride": 3}, skipped=True
    )
    assert dataset.done(out, "monday-1.parquet", "monday", "[null]") is None
    assert dataset.done(out, "monday-2.parquet", "monday", "[]") is None


@pytest.mark.parametrize("which", ["_sessions/", ""])
def test_a_result_of_which_one_file_is_cut_short_does_not_count(out, which):
    (path,) = out.glob(f"{which}configuration=*/*/monday-1.parquet")
    path.write_bytes(path.read_bytes()[:-1])
    assert dataset.done(out, "monday-1.parquet", "monday", "[]") is None


def test_a_station_with_a_slash_in_its_name_has_one_folder(out):
    (path,) = out.glob("configuration=*/*/monday-1.parquet")
    assert path.parent.name == "station=gym%2F2"
    (row,) = dataset.read(out)
    assert (row["station"], row["t_s"], row["key"]) == ("gym/2", 1.5, None)


def test_a_name_changes_with_the_sessions_bytes_and_with_the_options(tmp_path):
    session = tmp_path / "monday.mcap"
    names = set()
    for content, wanted in ((b"a", "[]"), (b"b", "[]"), (b"a", "[null]")):
        session.write_bytes(content)
        names.add(dataset.name(session, dataset.input_of(session), wanted))
    assert len(names) == 3
    assert all(name.startswith("monday-") for name in names)


def test_only_the_unfinished_file_that_another_worker_has_finished_is_removed(out):
    (path,) = out.glob("configuration=*/*/monday-1.parquet")
    for name in ("monday-1.parquet.77.new", "monday-2.parquet.77.new"):
        path.with_name(name).write_bytes(b"half")
    dataset.tidy(out)
    assert {p.name for p in path.parent.iterdir()} == {path.name, "monday-2.parquet.77.new"}
