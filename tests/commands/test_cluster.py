"""Sessions spread over workers: which workers are refused, and what progress says."""

from __future__ import annotations

from pathlib import Path

from cued.commands import _cluster
from cued.report.done import Done

PATHS = [Path("a"), Path("b")]


def test_alone_every_session_is_analysed_in_its_order():
    asked = []

    def analyse(path):
        asked.append(path)
        return [Done(session=path)]

    found = _cluster.alone(analyse, PATHS)
    assert asked == []  # each when its turn comes
    assert list(found) == [(path, [Done(session=str(path))]) for path in PATHS]


def test_a_worker_with_another_version_is_refused_before_its_troubles():
    good = {**_cluster.VERSIONS, "trouble": ""}
    assert _cluster.refused("a", good) == ""
    other = _cluster.refused("a", {**good, "cued": "0.0", "trouble": "unread"})
    assert other.startswith("worker a has cued 0.0, this machine ")
    assert _cluster.refused("a", {**good, "trouble": "unread"}) == "worker a: unread"
    assert _cluster.refused("a", {"trouble": ""}).startswith("worker a has cued None")


def test_sessions_that_were_done_earlier_do_not_shorten_the_time_left():
    now = [0.0]
    progress = _cluster.Progress(dict.fromkeys([*PATHS, Path("c")], 100), clock=lambda: now[0])
    progress.feed(PATHS[0], [Done(session="a", seconds=3600.0, skipped=True)])
    assert progress.text() == "1 of 3 sessions, 1.0 h"  # nothing was timed yet
    now[0] = 120.0
    of_two_configurations = [Done(session="b", seconds=1800.0), Done(session="b")]
    progress.feed(PATHS[1], of_two_configurations)
    assert progress.text() == "2 of 3 sessions, 1.5 h, 2 min left"
    progress.feed(Path("c"), [Done(session="c")])
    assert progress.text() == "3 of 3 sessions, 1.5 h"
