"""Contacts and lifts against the truth: found, missed, false, on which side and how far off."""

from __future__ import annotations

import pytest

from cued.model import Footfall, Placement
from cued.recording.tables.truth import TruthRow
from tests.evaluation.walked import STEADY, STEPS, contact_times, perfect, recording, scored


def test_a_shift_is_bias_and_not_spread():
    c = scored(recording(), perfect(shift_s=0.07)).contacts
    assert c.bias_ms == pytest.approx(70)
    assert c.spread_ms == pytest.approx(0, abs=0.01)
    assert (c.f1, c.f1_at_50_ms) == (1, 0)


def test_a_clock_offset_of_each_foot_is_spread_but_not_spread_within():
    feet: tuple[Placement, ...] = ("foot_left", "foot_right")
    events = [e for e in perfect(0.03) if getattr(e, "side", "") == "left"]
    events += [e for e in perfect(-0.03) if getattr(e, "side", "") == "right"]
    c = scored(recording(feet), events).contacts
    assert c.spread_ms == pytest.approx(30, rel=0.02)
    assert c.spread_within_ms == pytest.approx(0, abs=0.01)


def test_missed_and_false_contacts_are_counted_once_each():
    events = [e for e in perfect() if not (isinstance(e, Footfall) and 10 < e.t < 11)]
    removed = sum(10 < t < 11 for t in contact_times())
    events.append(Footfall(t=20.3, known_t=20.4, side="left", sensor="x"))
    c = scored(recording(), events).contacts
    assert removed == 2
    assert c.recall == pytest.approx((STEADY - removed) / STEADY, abs=1e-4)
    assert c.precision == pytest.approx((STEADY - removed) / (STEADY - removed + 1), abs=1e-4)


def test_contacts_outside_steady_walking_count_only_for_the_whole_bout():
    turn = [TruthRow(15.0, "turn_start"), TruthRow(18.0, "turn_end")]
    events = [e for e in perfect() if not (isinstance(e, Footfall) and 15 < e.t < 18)]
    c = scored(recording(extra=turn), events).contacts
    assert c.f1 == 1
    assert c.f1_whole_bouts is not None
    assert c.f1_whole_bouts < 1


def test_wrong_and_unknown_sides_are_counted_separately():
    events = perfect()
    for n, e in enumerate(events):
        if isinstance(e, Footfall) and 10 < e.t < 20:
            named = "unknown" if e.t < 15 else ("right" if e.side == "left" else "left")
            events[n] = Footfall(t=e.t, known_t=e.known_t, side=named, sensor="x")  # type: ignore[arg-type]
    c = scored(recording(), events).contacts
    wrong = sum(15 <= t < 20 for t in contact_times())
    assert c.side_wrong_percent == pytest.approx(100 * wrong / STEADY, abs=0.01)
    assert c.f1 == 1


def test_a_foot_sensor_has_to_name_the_foot():
    feet: tuple[Placement, ...] = ("foot_left", "foot_right")
    swapped = [
        Footfall(t=e.t, known_t=e.known_t, side="right" if e.side == "left" else "left", sensor="x")
        for e in perfect()
        if isinstance(e, Footfall)
    ]
    assert scored(recording(feet), perfect()).contacts.f1 == 1
    assert scored(recording(feet), swapped).contacts.f1 == 0


def test_one_foot_is_scored_on_its_own_contacts():
    events = [e for e in perfect() if getattr(e, "side", "") == "left"]
    row = scored(recording(["foot_left"]), events)
    assert (row.contacts.f1, row.lifts.f1) == (1, 1)
    assert row.contacts.true == sum(1 for i in range(STEPS) if i % 2 == 0) - 2
    assert row.strides.cadence_p95_spm == pytest.approx(0, abs=0.01)


def test_the_marker_offset_is_removed_only_where_the_data_set_has_one():
    feet: tuple[Placement, ...] = ("foot_left", "foot_right")
    there = scored(recording(feet, subject="gottlieb-s9"), perfect(shift_s=0.09))
    assert there.contacts.f1 == 1
    assert there.contacts.offset_removed_ms == (90.0,)
    assert there.strides.reported_percent == 100
    assert scored(recording(feet), perfect(shift_s=0.09)).contacts.f1 == 0


def test_footfalls_while_standing_are_counted():
    stop = TruthRow(contact_times()[-1], "stop")
    events = [*perfect(), Footfall(t=40.0, known_t=40.1, side="left", sensor="x")]
    row = scored(recording(extra=[stop]), events)
    assert row.standing_false == 1
    assert row.standing_s > 5
