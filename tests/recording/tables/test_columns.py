"""Columns of numbers are read exactly, or refused with file, line and reason."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cued.model import RecordingError
from cued.recording.tables.columns import read_columns
from cued.recording.tables.table import read_table
from tests.recording.tables.recordings import edited, rows


def test_windows_line_ends_byte_order_mark_and_extra_columns_are_read(folder: Path):
    lines = rows(100)
    extra = [lines[0] + ",note", *(line + ",a word" for line in lines[1:])]
    (folder / "trunk.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(extra).encode())
    assert read_table(folder).sensors[0].acc.shape == (200, 3)


BAD = {
    "empty": ("", 1, "empty"),
    "blank": ("\n\n", 1, "empty"),
    "header only": ("t_s,ax,ay,az\n", 2, "no rows"),
    "missing column": ("t_s,ax,ay\n0,0,9.8\n", 1, "column az is missing"),
    "half a gyroscope": ("t_s,ax,ay,az,gx,gy\n0,0,0,9.8,0,0\n", 1, "column gz is missing"),
    "misspelled gyroscope": ("t_s,ax,ay,az,GX,GY,GZ\n0,0,0,9.8,0,0,0\n", 1, "is 'GX' meant"),
    "column twice": ("t_s,ax,ay,az,az\n0,0,0,9.8,9.8\n", 1, "twice"),
    "text in a number": (edited(42, "0.4000,0.1,x7,9.8,0,0,0"), 42, "ay is 'x7'"),
    "empty cell": (edited(42, "0.4000,0.1,,9.8,0,0,0"), 42, "ay is empty"),
    "short row": (edited(42, "0.4000,0.1,9.8"), 42, "3 cells where the header has 7"),
    "decimal comma": (edited(3, "0,0100,0,1,9,8,0,0,0"), 3, "9 cells"),
    "text after a blank line": ("t_s,ax,ay,az\n0,0,0,9.8\n\n0.01,0,0,oops\n", 4, "oops"),
    "not text": ("t_s,ax\0,ay,az\n", 1, "zero byte"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_malformed_file_is_refused_with_file_line_and_reason(tmp_path: Path, case: str):
    text, line, reason = BAD[case]
    path = tmp_path / "trunk.csv"
    path.write_text(text)
    with pytest.raises(RecordingError) as refused:
        read_columns(path, ("t_s", "ax", "ay", "az"), ("gx", "gy", "gz"))
    message = str(refused.value)
    assert f"{path}, line {line}: " in message
    assert reason in message
    assert "\n" not in message


def test_a_missing_file_is_named(folder: Path):
    (folder / "trunk.csv").unlink()
    with pytest.raises(RecordingError, match=r"trunk\.csv, line 1: No such file"):
        read_table(folder)


def test_a_truncated_gzip_is_refused_at_the_line_where_it_ends(folder: Path):
    whole = gzip.compress("\n".join(rows(50, seconds=40, gyr=False)).encode())
    (folder / "left.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RecordingError, match=r"left\.csv\.gz, line \d+: .*cut short"):
        read_table(folder)


def test_a_damaged_or_false_gzip_is_refused(folder: Path):
    whole = bytearray(gzip.compress("\n".join(rows(50, gyr=False)).encode()))
    whole[len(whole) // 2] ^= 0xFF
    (folder / "left.csv.gz").write_bytes(bytes(whole))
    with pytest.raises(RecordingError, match=r"left\.csv\.gz, line \d+: "):
        read_table(folder)
    (folder / "left.csv.gz").write_text("\n".join(rows(50, gyr=False)))
    with pytest.raises(RecordingError, match="not a gzip file"):
        read_table(folder)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=3, max_size=3),
        min_size=1,
        max_size=30,
    )
)
def test_every_number_that_python_writes_is_read_back(tmp_path: Path, cells: list[list[float]]):
    path = tmp_path / "x.csv"
    path.write_text("a,b,c\n" + "\n".join(",".join(map(repr, row)) for row in cells))
    np.testing.assert_array_equal(read_columns(path, ("a", "b", "c")).values, cells)
