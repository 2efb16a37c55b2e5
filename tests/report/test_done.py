"""Results of many sessions in words: the change by kind of event, and what could not be read."""

from __future__ import annotations

from cued.report.done import Done, RunOptions, summed_up, troubles


def test_equal_options_have_the_same_text_in_whatever_order_they_were_given():
    one = RunOptions(laid={"a": "1", "b": "2"}, quick=True)
    assert one.text() == RunOptions(laid={"b": "2", "a": "1"}, quick=True).text()
    assert RunOptions.of(one.text()) == one


def test_changes_are_summed_over_sessions_with_a_sign():
    head, _, *rows, damaged = summed_up(
        [
            Done(session="a", seconds=1800.0, before={"cue:tall:given": 2}, after={"stumble": 1}),
            Done(session="b", seconds=3600.0, before={"cue:tall:given": 1}, skipped=True),
            Done(session="c", note="cut"),
        ]
    )
    assert head == "3 sessions, 1.5 h, 1 of them done earlier"
    assert [row.split() for row in rows] == [
        ["cue:tall:given", "3", "0", "-3"],
        ["stumble", "0", "1", "+1"],
        ["fall", "0", "0", "+0"],
        ["possible_fall", "0", "0", "+0"],
    ]
    assert damaged == "damaged: c: cut"


def test_up_to_five_sessions_with_one_trouble_are_named():
    five = [Done(session=f"s{n}", trouble=f"/data/s{n}: no such file") for n in range(5)]
    assert troubles([*five, Done(session="good")]) == [
        f"not read: s{n}: /data/s{n}: no such file" for n in range(5)
    ]
    six = [*five, Done(session="s5", trouble="/data/s5: no such file")]
    assert troubles(six) == ["not read: 6 sessions such as s0: /data/s0: no such file"]
