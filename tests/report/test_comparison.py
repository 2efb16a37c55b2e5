"""Comparison of two configurations: rates, interval, first difference, marks and labels."""

from __future__ import annotations

import pytest

from cued.model import CuedError
from cued.report import comparison
from cued.report.comparison import GivenCue, Label, SharedPart


def part(session="s", runner="ann", hours=1.0, before=(), after=(), marks=()):
    def cues(times):
        return tuple(GivenCue(t, "long") for t in times)

    return SharedPart(
        session=session, runner=runner, hours=hours, before=cues(before), after=cues(after),
        marks=marks,
    )  # fmt: skip


def row(**message):
    common = {"station": "gym", "session": "s", "input": "i", "part": 0, "runner": "ann"}
    return {**common, "hours": 0.5, "type": "cue", "verdict": "given", "key": "long", **message}


def test_rates_are_over_the_hours_of_all_sessions():
    parts = [part(hours=1.0, before=(1, 2, 3), after=(1,)), part(hours=3.0, before=(5,))]
    everything, long = comparison.changes(parts)
    assert (everything.before, everything.after) == (1.0, 0.25)
    assert (long.key, long.before) == ("long", 1.0)


def test_the_interval_resamples_runners_and_not_sessions():
    same = [part(f"{r}{n}", r, before=(1, 2), after=(1,)) for r in "abc" for n in range(5)]
    (low, high) = comparison.changes(same)[0].interval
    assert low == high == -1.0
    one = [part(f"a{n}", "a", before=(1, 2), after=(1,)) for n in range(50)]
    assert comparison.changes(one)[0].interval is None
    unlike = [part(r, r, before=(1,) * n, after=()) for n, r in enumerate("abcd")]
    low, high = comparison.changes(unlike)[0].interval
    assert low < -1.5 < high


def test_the_first_differing_cue_is_shown_with_its_run():
    assert comparison.first_difference(part(before=(1, 9), after=(1, 9))) is None
    assert comparison.first_difference(part(before=(1, 9), after=(1, 5, 9)))[1] == "after"
    assert comparison.first_difference(part(before=(1, 9), after=(9,))) == (
        GivenCue(1, "long"),
        "before",
    )


def test_cues_are_near_a_mark_that_was_pressed_after_them():
    ((t, before, after),) = comparison.near_marks(part(before=(90, 101), after=(70,), marks=(100,)))
    assert t == 100
    assert before == [GivenCue(90, "long")]
    assert after == []


def test_precision_and_recall_by_labels():
    parts = [part(before=(10, 50, 300), after=(10, 200))]
    labels = [Label("s", 11.0, "right"), Label("s", 50.0, "false"), Label("s", 198.0, "missed")]
    before, after = (comparison.score(parts, labels, run) for run in ("before", "after"))
    assert (before.precision, before.recall, before.unlabelled) == (0.5, 0.5, 1)
    assert (after.precision, after.recall, after.unlabelled) == (1.0, 1.0, 0)
    nothing = comparison.score(parts, [], "before")
    assert nothing.precision is None
    assert nothing.recall is None


@pytest.mark.parametrize(
    ("line", "message"),
    [("s,1", "line 2: write session"), ("s,x,right", "line 2"), ("s,1,wrong", "line 2"),
     ("other,1,right", "other is not a session")],
)  # fmt: skip
def test_an_unknown_label_is_refused_with_its_line(tmp_path, line, message):
    path = tmp_path / "labels.csv"
    path.write_text(f"session,t,label\n{line}\n")
    with pytest.raises(CuedError, match=message):
        comparison.read_labels(path, ["s"])


def test_only_sessions_that_both_have_are_compared():
    about = [row(configuration=c, session=s) for c, s in (("a", "s"), ("b", "s"), ("b", "t"))]
    rows = [row(configuration=c, run="after", t_s=t) for c, t in (("a", 1.0), ("b", 2.0))]
    rows += [row(configuration="b", run="after", t_s=3.0, verdict="busy")]
    (one,) = comparison.paired(rows, about, "a", "b")
    assert (one.session, one.before, one.after) == (
        "s",
        (GivenCue(1.0, "long"),),
        (GivenCue(2.0, "long"),),
    )
    assert len(comparison.paired(rows, about, "recorded", "b")) == 2
