"""One session with other configurations: rows for what matters, and no work twice."""

from __future__ import annotations

from cued.model import Cue, Gait, Measurement, Stride
from cued.report import dataset
from cued.report.done import RunOptions
from cued.report.reanalysis import Run, analyse
from tests.report.made import MINUTES, START

OWN = RunOptions().text()
QUICK = RunOptions(quick=True).text()


def test_rows_are_of_what_matters_and_counts_of_everything():
    run = Run({"session": "s"}, 100.0)
    cue = Cue(t=3.0, key="tall", text="", pattern="none", priority=2, verdict="faded")
    run.feed(Gait(t=1.0, mode="walking", direction="backward"))
    run.feed(Measurement(t=2.0, name="cadence_spm", value=109.0, unit="spm", strides=5))
    run.feed(Measurement(t=2.0, name="carried_percent", value=40.0, unit="%", strides=5))
    run.feed(cue)
    assert run.counts == {"gait": 1, "measurement": 2, "cue": 1, "cue:tall:faded": 1}
    carried, told = run.rows
    assert (carried["key"], carried["value"], carried["unit"]) == ("carried_percent", 40.0, "%")
    assert (told["key"], told["verdict"], told["because"]) == ("tall", "faded", "{}")
    assert (told["unix_s"], told["t_s"], told["direction"]) == (103.0, 3.0, "backward")
    assert told["session"] == "s"


def test_only_configurations_without_a_result_are_run(session, tmp_path):
    asked = []

    def engines(_session, _part, wanted):
        asked.append(list(wanted))
        for which in range(len(wanted)):
            yield which, Stride(t=START, side="left", duration_s=1.0, length_m=None, speed_m_s=None)

    out = tmp_path / "out"
    for wanted in ([OWN], [OWN, QUICK], [QUICK]):
        done = analyse(session, out, wanted, engines, lambda _part, _wanted: "{}")
        assert [d.wanted for d in done] == wanted
        assert all(d.after == {"stride": 1} for d in done)
        assert all(d.before["stride"] == 60 * MINUTES for d in done)
    assert asked == [[OWN], [QUICK]]
    assert sorted(row["exact"] for row in dataset.read(out, about=True)) == [False, True]
