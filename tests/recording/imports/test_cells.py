"""Cells as people and programs write numbers and times."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cued.recording.imports import cells
from cued.recording.imports.cells import Writing, number_as, writing
from tests.recording.imports.exports import ACC, N, T, imported, rows


def test_empty_cells_and_words_like_none_are_unknown(tmp_path):
    lines = ("t_s,ax,ay,az\n" + rows(T, ACC)).split("\n")
    for at, nothing in enumerate(["", "NA", "null", "n/a"], start=20):
        t, _, ay, az = lines[at].split(",")
        lines[at] = ",".join([t, nothing, ay, az])
    (tmp_path / "trunk.csv").write_text("\n".join(lines))
    (track,) = imported(tmp_path, tmp_path / "trunk.csv").sensors
    assert np.isnan(track.acc[:, 0]).sum() == 4
    assert track.t.size == N


@pytest.mark.parametrize(("text", "separator", "value"), [
    ("1.5", ",", 1.5), ("1,5", ";", 1.5), (" 2e-3 ", ",", 0.002), ("", ",", math.nan),
    ("N/A", ",", math.nan),
])  # fmt: skip
def test_cells_are_numbers_as_people_write_them(text: str, separator: str, value: float):
    assert cells.number_of(text, separator) == pytest.approx(value, nan_ok=True)


def test_nan_cells_of_c_and_spreadsheets_are_unknown(tmp_path):
    lines = ("t_s,ax,ay,az\n" + rows(T, ACC)).split("\n")
    for at, nothing in enumerate(["1.#QNAN", "-1.#IND", "#NV", "#DIV/0!", "?"], start=20):
        t, _, ay, az = lines[at].split(",")
        lines[at] = ",".join([t, nothing, ay, az])
    (tmp_path / "trunk.csv").write_text("\n".join(lines))
    (track,) = imported(tmp_path, tmp_path / "trunk.csv").sensors
    assert np.isnan(track.acc[:, 0]).sum() == 5


@pytest.mark.parametrize(
    ("text", "separator", "written"),
    [
        ("0,5;1.000\n", ";", Writing(True, ".")),
        ("0,5;0.010\n1;1.000\n", ";", Writing(True)),  # an unambiguous decimal point
        ("0.5;1.000\n", ";", Writing(True)),
        ("1,234.5;2\n", ";", Writing(False, ",")),
        ("0,5;14.11.2023\n", ";", Writing(True)),
        ('"1,234.5","2"\n', ",", Writing(False, ",")),
        ('"0,25","2"\n', ",", Writing(True)),
        ('"1.234,5","2"\n', ",", Writing(True, ".")),
        ("1,234\n", ",", Writing(False)),
    ],
)
def test_the_number_format_is_judged_from_the_whole_file(text, separator, written):
    assert writing(text, separator) == written


def test_an_ambiguous_comma_is_refused():
    with pytest.raises(ValueError, match="1,234"):
        number_as("1,234", writing('"1,234","5,678"', ","))
