"""Scores as tables of text."""

from __future__ import annotations

from cued.evaluation.figures import Scores, alarm_row, row
from cued.evaluation.tables import Table, markdown, tables
from cued.evaluation.tally import Alarms, Contacts, Group, Hits, StrideTally, Tally
from cued.evaluation.targets import Verdict

GROUP = Group("made", "trunk", "walking", "forward")


def test_a_table_is_written_as_markdown():
    table = Table("Two", ("a", "b"), (("1", "2"), ("3", "-")))
    assert markdown(table) == "### Two\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | - |\n"


def test_tables_with_nothing_in_them_are_left_out():
    assert tables(Scores((), ()), ()) == ()
    assert tables(Scores((row(GROUP, Tally()),), ()), ()) == ()


def test_a_verdict_is_told_in_words_and_what_was_not_measured_as_a_dash():
    judged = (Verdict("F1", "d", "≥ 0.9", 0.91234, True), Verdict("F1", "e", "≥ 0.9", None, False))
    (table,) = tables(Scores((), ()), judged)
    assert table.title == "Targets"
    assert table.rows == (
        ("F1", "d", "≥ 0.9", "0.9123", "met"),
        ("F1", "e", "≥ 0.9", "-", "not met"),
    )


def test_every_cell_of_a_row_has_its_heading():
    tally = Tally(
        contacts=Contacts(Hits(9, 1), errors_s=[0.01, 0.03]),
        lifts=Contacts(Hits(9, 1)),
        strides=StrideTally(true=9, matched=9, time_errors_s=[0.02], speed_errors=[0.01]),
    )
    tally.direction.right = tally.mode.wrong = 9
    alarms = alarm_row("sisfall", "walk", "trunk", Alarms(files=1, hours=0.5, stumbles=1))
    made = {t.title: t for t in tables(Scores((row(GROUP, tally),), (alarms,)), ())}
    assert list(made) == [
        *("Footfalls", "Lifts", "Strides", "The feet as a belt sensor"),
        *("Direction", "Mode", "Stumbles and falls"),
    ]
    assert all(len(t.rows[0]) == len(t.headings) for t in made.values())
    cells = {t.title: dict(zip(t.headings, t.rows[0], strict=True)) for t in made.values()}
    assert cells["Footfalls"]["group"] == "made trunk, walking forward"
    assert cells["Footfalls"]["F1"] == "0.947"
    assert cells["Footfalls"]["error ms"] == "+20.0 ± 14.1"
    assert cells["Footfalls"]["removed ms"] == "-"
    assert cells["Strides"]["time ms"] == "+20.0"
    assert cells["Direction"]["right %"] == "100.0"
    assert cells["Mode"]["wrong %"] == "100.0"
    assert cells["Stumbles and falls"]["false per h"] == "2.0"
