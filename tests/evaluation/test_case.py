"""What a set of sensors can see, and under which names a run is counted."""

from __future__ import annotations

import pytest

from cued.evaluation.case import Case, SensorSet
from cued.evaluation.tally import AlarmTally, Group, Tallies
from cued.evaluation.truth import Truth
from cued.recording.tables.table import TableRecording
from cued.recording.tables.truth import TruthRow
from tests.evaluation.walked import recording


def case(made: TableRecording, suffix: str = "") -> Case:
    return Case(made, Truth(made), SensorSet("trunk", ("lower_back",)), Tallies(), suffix)


def test_a_sensor_on_one_foot_sees_that_foot_and_perhaps_one_of_unknown_side():
    left = SensorSet("foot", ("toe",), frozenset({"left"}))
    assert (left.knows("left"), left.knows("unknown"), left.knows("right")) == (True, True, False)
    assert SensorSet("trunk", ("back",)).knows("right")


@pytest.mark.parametrize(
    ("placement", "within_s", "by_side"),
    [("trunk", 0.1, False), ("foot", 0.05, True), ("shank", 0.05, True), ("all", 0.05, True)],
)
def test_a_trunk_may_be_twice_as_far_off_and_need_not_know_the_side(placement, within_s, by_side):
    worn = SensorSet(placement, ("s",))
    assert (worn.within_s, worn.by_side) == (within_s, by_side)


@pytest.mark.parametrize(
    ("subject", "collection", "data"),
    [("voisard-s04", "walks", "voisard"), ("", "walks", "walks"), ("", "", "trial")],
)
def test_a_data_set_is_named_by_its_subject_else_by_a_folder(subject, collection, data):
    made = TableRecording(name="trial", sensors=(), subject=subject, collection=collection)
    assert case(made).data == data


def test_a_run_is_counted_by_the_mode_and_direction_at_each_time_with_the_suffix():
    back = TruthRow(20.0, "direction", value="backward")
    run = case(recording(extra=[back]), suffix=" (intact)")
    run.tally(19.0).standing_s = 1.0
    run.tally(21.0).standing_s = 2.0
    assert {group: tally.standing_s for group, tally in run.out.groups.items()} == {
        Group("made (intact)", "trunk", "walking", "forward"): 1.0,
        Group("made (intact)", "trunk", "walking", "backward"): 2.0,
    }
    assert [tally.standing_s for tally in run.tallies()] == [2.0, 1.0]  # the file's middle first


def test_alarms_are_counted_by_the_files_label_else_by_its_mode():
    label = TruthRow(0.0, "label", value="stumble")
    assert case(recording(extra=[label])).watch() == AlarmTally("made", "stumble", "trunk")
    assert case(recording()).watch() == AlarmTally("made", "walking", "trunk")
