"""Strides as CSV and Parquet, for each program in the form that it reads."""

from __future__ import annotations

import csv

from pyarrow import parquet

from cued import __main__
from tests.report.made import MINUTES


def test_tables_hold_every_stride(session, tmp_path):
    out, columns = tmp_path / "s.csv", tmp_path / "s.parquet"
    words = ["--csv", str(out), "--parquet", str(columns)]
    assert __main__.main(["export", str(session), *words]) == 0
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    table = parquet.read_table(columns)
    assert len(rows) == table.num_rows == 60 * MINUTES
    assert float(rows[3]["unix_s"]) == 1.8e9 + 3
    assert rows[3]["phase"] == "settle"
    assert rows[3]["step_s"] == ""
    assert table["step_s"].null_count == table.num_rows


def test_a_german_excel_reads_the_table(session, tmp_path):
    out = tmp_path / "s.csv"
    arguments = ["export", str(session), "--csv", str(out), "--dialect", "excel-de"]
    assert __main__.main(arguments) == 0
    text = out.read_bytes().decode("utf-8-sig")
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    assert rows[3]["duration_s"] == "1,100"
    assert rows[3]["length_m"] == "1"
    assert rows[3]["speed_m_s"] == "0,9"
