"""How often mode and direction are right, and after how many steps."""

from __future__ import annotations

import pytest

from cued.evaluation.figures import figures
from cued.model import Gait
from cued.recording.tables.truth import TruthRow
from tests.evaluation.walked import (
    STEPS,
    contact_times,
    evaluate,
    gait,
    perfect,
    recording,
    scored,
    side,
)


def test_unknown_directions_are_not_right_and_backward_ones_are_counted():
    row = scored(recording(), perfect(direction="unknown"))
    assert (row.direction.right_percent, row.direction.unknown_percent) == (0, 100)
    row = scored(recording(), perfect(direction="backward"))
    assert row.direction.wrong_percent == 100
    assert row.called_backward == STEPS - 2 + 1  # every stride, and the change of gait


def test_a_gait_event_with_direction_backward_counts_too():
    wrong = Gait(t=10.0, known_t=10.2, mode="walking", direction="backward")
    assert scored(recording(), [*perfect(), wrong]).called_backward == 1


def test_a_late_answer_is_measured_in_steps():
    first = 9
    events = [e for e in perfect() if not isinstance(e, Gait)]
    events.append(gait(contact_times()[first], 0.06, "walking", "forward"))
    assert scored(recording(), events).direction.steps_max == first


@pytest.mark.parametrize(("contacts", "never"), [(3, 0), (4, 0), (5, 1), (6, 1)])
def test_a_bout_of_fewer_than_four_steps_ends_before_an_answer_is_due(contacts: int, never: int):
    made = [TruthRow(t, "contact", side(i)) for i, t in enumerate(contact_times()[:contacts])]
    rows = [*made, TruthRow(0.0, "direction", value="forward")]
    assert scored(recording(rows=rows), []).direction.never == never


def test_an_answer_too_late_after_a_stride_does_not_count_for_it():
    events = [e for e in perfect() if not isinstance(e, Gait)]
    events.append(gait(contact_times()[9], 0.2, "walking", "forward"))
    assert scored(recording(), events).direction.steps_max == 10


def test_direction_is_scored_against_the_truth_at_that_time():
    back = TruthRow(20.0, "direction", value="backward")
    scores = figures(evaluate([recording(extra=[back])], lambda _r, _s: perfect()))
    by = {row.group.direction: row for row in scores.rows}
    assert by["forward"].direction.right_percent == 100
    assert by["backward"].direction.wrong_percent == 100


def test_without_true_contacts_the_engines_strides_are_scored():
    rows = [TruthRow(0.0, "direction", value="backward"), TruthRow(0.0, "gait", value="walk")]
    made = recording(rows=rows)
    row = scored(made, perfect(direction="backward"))
    assert row.group.direction == "backward"
    assert row.direction.right_percent == row.mode.right_percent == 100
    assert row.direction.strides == STEPS - 2 - 4
    assert scored(made, []).direction.never == 1
