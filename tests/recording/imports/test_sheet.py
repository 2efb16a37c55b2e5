"""Finding a table in a text, and the meaning of its cells."""

from __future__ import annotations

import pytest

from cued.model import RecordingError
from cued.recording.imports import sheet
from cued.recording.imports.files import Files
from cued.recording.imports.headings import heading
from tests.recording.imports.exports import ACC, N, T, imported, rows


def understood(head: str) -> bool:
    return heading(head) is not None


@pytest.mark.parametrize(("line", "separator"), [
    ("a,b,c", ","), ("a;b;c", ";"), ("a\tb", "\t"), ("a b c", " "), ("a|b|c", "|"),
])  # fmt: skip
def test_the_separator_is_the_most_frequent_one_or_space(line: str, separator: str):
    assert sheet.separator_of(line) == separator


def test_headings_are_found_below_other_lines():
    lines = ["Device: 7", "", "t_s,ax,ay,az", "0,1,2,3"]
    found = sheet.find_layout(lines, understood)
    assert found
    assert (found.names, found.first) == (("t_s", "ax", "ay", "az"), 3)


def test_a_line_of_units_belongs_to_the_headings():
    lines = ["time,ax,ay,az", "s,g,g,g", "0,0,0,1", "1,0,0,1"]
    found = sheet.find_layout(lines, understood)
    assert found
    assert found.first == 2
    assert [heading(name) for name in found.names][1] != heading("ax")


def test_a_text_without_a_table_has_no_layout():
    assert sheet.find_layout(["Dear all,", "no numbers today"], understood) is None
    assert sheet.find_layout([], understood) is None


def test_a_word_among_numbers_is_refused_with_its_line_and_a_truncated_end_is_dropped(tmp_path):
    def read(text: str) -> sheet.Sheet:
        path = tmp_path / "a.csv"
        path.write_text(text)
        files = Files(path)
        layout = sheet.find_layout(files.text("a.csv").split("\n"), understood)
        assert layout
        return sheet.read_sheet(files, "a.csv", layout, ["t_s", "ax"])

    whole = read("t_s,ax,ay,az\n0,1,2,3\n1,2,3,4\n2,3")
    assert whole["ax"].tolist() == [1.0, 2.0]
    with pytest.raises(RecordingError, match="line 3"):
        read("t_s,ax,ay,az\n0,1,2,3\n1,much,3,4\n2,3,4,5\n3,4,5,6\n")


def test_a_truncated_last_line_is_left_out_and_reported(tmp_path, capsys):
    text = "t_s,ax,ay,az\n" + rows(T, ACC) + "4.00,0.1"
    (tmp_path / "trunk.csv").write_text(text)
    assert imported(tmp_path, tmp_path / "trunk.csv").sensors[0].t.size == N
    assert "the incomplete last line was left out" in capsys.readouterr().err
