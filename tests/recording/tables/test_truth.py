"""The truth is sorted by time, or refused with line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from cued.model import RecordingError
from cued.recording.tables.table import read_table
from cued.recording.tables.truth import read_truth
from tests.recording.tables.recordings import TRUTH

BAD_TRUTH = {
    "header": ("t,kind,side,value\n", 1, "header"),
    "time": (TRUTH + "soon,contact,left,\n", 4, "not a time"),
    "kind": (TRUTH + "1.0,contacts,left,\n", 4, "did you mean 'contact'"),
    "side": (TRUTH + "1.0,contact,links,\n", 4, "side is 'links'"),
    "number": (TRUTH + "1.0,stride_length,left,long\n", 4, "not a number"),
    "direction": (TRUTH + "1.0,direction,,sideways\n", 4, "forward or backward"),
    "cells": (TRUTH + "1.0,contact\n", 4, "2 cells"),
    "twice": (TRUTH + "0.5,contact,left,\n", 4, "this repeats line 2"),
    "unit": ("t_s,kind,side,value\n500,contact,left,\n900,lift,left,\n", 1, "not seconds?"),
    "clock": ("t_s,kind,side,value\n-9,contact,left,\n0,label,,walk\n", 1, "another clock"),
}


@pytest.mark.parametrize("case", BAD_TRUTH)
def test_wrong_truth_is_refused_with_line_and_reason(folder: Path, case: str):
    text, line, reason = BAD_TRUTH[case]
    (folder / "truth.csv").write_text(text)
    with pytest.raises(RecordingError) as refused:
        read_table(folder)
    assert f"truth.csv, line {line}: " in str(refused.value)
    assert reason in str(refused.value)


def test_truth_rows_are_sorted_by_time(folder: Path):
    assert [row.t for row in read_truth(folder / "truth.csv")] == [0.1, 0.5]
