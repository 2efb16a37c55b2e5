"""Counts that add up over recordings."""

from __future__ import annotations

import pickle

import pytest

from cued.evaluation.figures import figures
from cued.evaluation.scoring import score
from cued.evaluation.tally import (
    INTACT,
    Alarms,
    AlarmTally,
    Group,
    Scatter,
    Tallies,
    Tally,
    pool,
    under,
    without_doubles,
)
from tests.evaluation.walked import STEADY, both, perfect


def test_pooling_adds_up_and_survives_pickling():
    shifts = iter([0.0, 0.02])
    parts = [score(r, lambda _r, _s: perfect(next(shifts))) for r in both()]
    parts = [pickle.loads(pickle.dumps(part)) for part in parts]
    (row,) = figures(pool(parts)).rows
    assert (row.recordings, row.people) == (2, 2)
    assert row.contacts.true == 2 * STEADY
    assert row.contacts.bias_ms == pytest.approx(10)
    assert figures(pool(parts)) == figures(pool([pool(parts[:1]), pool(parts[1:])]))


def test_scatter_is_about_the_mean_of_each_run():
    """1 and 3 are 1 off their mean, 10 and 14 are 2 off theirs; one value alone says nothing."""
    scatter = Scatter()
    for values in ([1.0, 3.0], [10.0, 12.0, 14.0], [99.0], []):
        scatter.add(values)
    assert (scatter.squares, scatter.freedom) == (pytest.approx(10.0), 3)


def counts(**data: list[str]) -> Tallies:
    """Return counts of walks; an underscore stands for the intact ones."""
    return Tallies(
        {
            Group(name.replace("_", INTACT), "trunk", "walking", "forward"): Tally(files)
            for name, files in data.items()
        }
    )


def names(tallies: Tallies) -> list[str]:
    return [group.data for group in tallies.groups]


def test_intact_counts_are_left_out_where_all_recordings_are_intact():
    assert names(without_doubles(counts(a=["1", "2"], a_=["1", "2"]))) == ["a"]
    assert names(without_doubles(counts(a=["1", "2"], a_=["1"]))) == ["a", "a (intact)"]


def test_alarms_of_intact_recordings_are_never_counted_twice():
    watches = [AlarmTally(data, "walk", "trunk") for data in ("a", "a" + INTACT)]
    kept = without_doubles(Tallies({}, {watch: Alarms() for watch in watches})).alarms
    assert list(kept) == watches[:1]


def test_counts_can_be_named_after_a_person():
    tallies = counts(a=["1"], a_=["1"])
    tallies.alarms[AlarmTally("a", "walk", "trunk")] = Alarms(files=3)
    renamed = under("somebody", tallies)
    assert names(renamed) == ["somebody"]
    assert renamed.alarms == {AlarmTally("somebody", "walk", "trunk"): Alarms(files=3)}
