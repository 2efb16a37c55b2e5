"""Figures of hand-made counts."""

from __future__ import annotations

from cued.evaluation.figures import alarm_row, f1, figures, row
from cued.evaluation.tally import (
    Alarms,
    AnswerTally,
    Contacts,
    Group,
    Hits,
    Scatter,
    StrideTally,
    Tallies,
    Tally,
)

GROUP = Group("made", "trunk", "walking", "forward")


def test_contacts_give_rates_and_errors_in_milliseconds():
    counted = Contacts(
        steady=Hits(found=8, missed=2),
        tight=Hits(found=5, missed=5, false=5),
        errors_s=[0.01, 0.03],
        delays_s=[0.05, 0.06, 0.1],
        offsets_s=[0.0412],
        within=Scatter(squares=0.0008, freedom=2),
        side_right=6,
        side_wrong=1,
        side_unknown=1,
    )
    c = row(GROUP, Tally(contacts=counted)).contacts
    assert (c.true, c.precision, c.recall, c.f1) == (10, 1.0, 0.8, 0.8889)
    assert (c.f1_at_50_ms, c.f1_whole_bouts) == (0.5, None)
    assert (c.bias_ms, c.spread_ms, c.spread_within_ms) == (20.0, 14.14, 20.0)
    assert (c.delay_median_ms, c.delay_p95_ms) == (60.0, 96.0)
    assert (c.side_right_percent, c.side_wrong_percent) == (75.0, 12.5)
    assert c.offset_removed_ms == (41.2,)


def test_strides_give_errors_in_percent_and_cadence_without_its_sign():
    counted = StrideTally(
        true=4,
        matched=3,
        time_errors_s=[0.01, -0.01],
        length_errors=[0.01, 0.03],
        cadence_errors_spm=[-1.0, 3.0],
        speed_errors=[0.02],
        speed_strides=Scatter(squares=0.0004, freedom=4),
    )
    s = row(GROUP, Tally(strides=counted)).strides
    assert (s.true, s.reported_percent, s.lengths, s.speeds) == (4, 75.0, 2, 1)
    assert (s.time_bias_ms, s.time_spread_ms) == (0.0, 14.14)
    assert (s.length_bias_percent, s.length_spread_percent) == (2.0, 1.41)
    assert s.cadence_median_spm == 2.0
    assert (s.speed_bias_percent, s.speed_spread_percent) == (2.0, None)
    assert s.speed_within_percent == 1.0


def test_answers_give_shares_and_the_steps_that_they_took():
    direction = AnswerTally(right=6, wrong=1, unknown=3, backward=2, first=[2, 4, 9], never=1)
    made = row(GROUP, Tally(["a", "a", "b"], ["p", "p", "p"], direction=direction))
    a = made.direction
    assert (a.strides, a.right_percent, a.wrong_percent, a.unknown_percent) == (10, 60, 10, 30)
    assert (a.steps_median, a.steps_max, a.never) == (4.0, 9.0, 1)
    assert (made.recordings, made.people, made.called_backward) == (2, 1, 2)


def test_where_nothing_was_counted_there_is_no_figure():
    empty = row(GROUP, Tally())
    assert (empty.contacts.true, empty.contacts.f1, empty.contacts.bias_ms) == (0, None, None)
    assert (empty.strides.reported_percent, empty.strides.speed_within_percent) == (None, None)
    assert (empty.mode.right_percent, empty.mode.steps_max) == (None, None)
    assert f1(Hits()) is None


def test_alarms_are_false_in_quiet_files_and_hits_in_the_others():
    alarms = Alarms(files=4, hours=0.5, stumbles=2, possible=1, flagged=3, caught=2, warned=1)
    alarms.leads_s = [0.2, 0.4]
    walk, stumble, fall = (alarm_row("d", w, "trunk", alarms) for w in ("walk", "stumble", "fall"))
    assert (walk.false_per_hour, walk.flagged_percent, walk.caught_percent) == (6.0, None, None)
    assert (stumble.false_per_hour, stumble.flagged_percent) == (None, 75.0)
    assert (fall.caught_percent, fall.warned_percent, fall.lead_median_ms) == (50.0, 25.0, 300.0)


def test_rows_are_sorted_by_group():
    groups = [Group(data, "trunk", "walking", "forward") for data in ("b", "a")]
    assert [r.group.data for r in figures(Tallies({g: Tally() for g in groups})).rows] == ["a", "b"]
