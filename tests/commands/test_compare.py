"""The command that compares configurations."""

from __future__ import annotations

import pytest

from cued import __main__
from cued.report import dataset
from cued.report.done import Done
from tests.report.test_comparison import row


@pytest.fixture
def results(tmp_path):
    for value, times in (("3", (1.0, 2.0)), ("4", (1.0,))):
        wanted = f'[null,{{"rules.x":"{value}"}}]'
        own = {"configuration": dataset.configuration(wanted), "settings": wanted, "effective": ""}
        rows = [row(run="before", t_s=1.0, **own)]
        rows += [row(run="after", t_s=t, **own) for t in times]
        rows += [row(run="after", t_s=12.0, **own, type="mark")]
        done = Done(session="s", wanted=wanted)
        dataset.write(tmp_path, "s-1.parquet", rows, [row(**own)], done)
    return tmp_path


def test_the_command_finds_configurations_by_what_was_swept(results, capsys):
    labels = results / "labels.csv"
    labels.write_text("s,1,right\ns,9,missed\n")
    words = [str(results), "--before", "rules.x=3", "--after", "rules.x=4"]
    assert __main__.main(["compare", *words, "--labels", str(labels)]) == 0
    said = capsys.readouterr().out
    assert "4.00     2.00    -2.00  unknown" in said
    assert "s at 2.0 s: long, before only" in said
    assert "s at 12.0 s: long, long -> long" in said
    assert "after  precision 1.00, recall 0.50, 0 cues without a label" in said
    assert __main__.main(["compare", str(results), "--after", "rules.x=4"]) == 0


def test_results_that_cannot_be_compared_give_one_line(results, tmp_path_factory, capsys):
    empty = tmp_path_factory.mktemp("empty")
    for words in ([str(empty)], [str(results)], [str(results), "--after", "nothing"]):
        assert __main__.main(["compare", *words]) == 1
        assert capsys.readouterr().err.count("\n") == 1
