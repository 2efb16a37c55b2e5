"""Hand-made events and truth, for which the right figures are known."""

from __future__ import annotations

import pickle
from collections.abc import Collection
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cued.evaluation.figures import Row, Scores, figures
from cued.evaluation.matching import match
from cued.evaluation.scoring import score, sensor_sets
from cued.evaluation.tables import markdown, tables
from cued.evaluation.tally import Group, pool
from cued.evaluation.targets import verdicts
from cued.evaluation.truth import Truth
from cued.model import (
    AnyEvent,
    Belt,
    BeltState,
    Fall,
    Footfall,
    Gait,
    Lift,
    Placement,
    Stride,
    Stumble,
)
from cued.recording.tables.table import SensorTrack, TableRecording
from cued.recording.tables.truth import TruthRow


def evaluate(recordings, run):
    """Score an engine on recordings, one after the other."""
    return pool([score(recording, run) for recording in recordings])


STEP_S = 0.55
STEPS = 60
START_S = 3.0

# --- matching -----------------------------------------------------------------------------------

few = st.lists(st.integers(0, 40).map(lambda n: n / 20), max_size=6)


def brute(a: list[float], b: list[float], within: float) -> tuple[int, float]:
    """Return the most pairs, then the least distance, by trying everything."""
    best = (0, 0.0)
    for n in range(1, min(len(a), len(b)) + 1):
        for mine in combinations(a, n):
            for theirs in permutations(b, n):
                gaps = [abs(x - y) for x, y in zip(mine, theirs, strict=True)]
                if max(gaps) <= within + 1e-9:
                    best = max(best, (n, -round(sum(gaps), 9)))
    return best


def value(a: list[float], b: list[float], within: float) -> tuple[int, float]:
    pairs = match(a, b, within)
    return len(pairs), -round(sum(abs(a[i] - b[j]) for i, j in pairs), 9)


@given(a=few.filter(lambda x: len(x) <= 5), b=few.filter(lambda x: len(x) <= 5))
def test_matching_is_optimal(a: list[float], b: list[float]):
    assert value(a, b, 0.1) == brute(a, b, 0.1)


times = st.lists(st.floats(0, 20), max_size=60)


@given(a=times, b=times, within=st.floats(0.001, 1.0))
def test_matching_is_one_to_one_within_tolerance_and_symmetric(
    a: list[float], b: list[float], within: float
):
    pairs = match(a, b, within)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    assert all(abs(a[i] - b[j]) <= within + 2e-9 for i, j in pairs)
    assert value(a, b, within)[0] == value(b, a, within)[0]
    assert value(a, b, within)[1] == pytest.approx(value(b, a, within)[1], abs=1e-6)


def test_two_detections_of_one_contact_are_one_hit():
    assert match([1.0], [0.98, 1.01], 0.1) == [(0, 1)]


def test_no_pair_is_lost_by_matching_the_nearest():
    assert match([1.0, 1.09], [1.05, 1.15], 0.06) == [(0, 0), (1, 1)]


# --- a walk of known numbers --------------------------------------------------------------------


def contact_times() -> list[float]:
    return [round(START_S + STEP_S * i, 4) for i in range(STEPS)]


def side(i: int) -> str:
    return "left" if i % 2 == 0 else "right"


def recording(
    placements: Collection[Placement] = ("lower_back",),
    subject: str = "made-1",
    extra: Collection[TruthRow] = (),
    rows: list[TruthRow] | None = None,
) -> TableRecording:
    t = np.arange(0, 45, 0.01)
    acc = np.tile([0.0, 0.0, 9.8], (t.size, 1))
    if rows is None:
        rows = [TruthRow(t, "contact", side(i)) for i, t in enumerate(contact_times())]  # type: ignore[arg-type]
        rows += [TruthRow(t + 0.4, "lift", side(i)) for i, t in enumerate(contact_times())]  # type: ignore[arg-type]
        rows.append(TruthRow(0.0, "direction", value="forward"))
    return TableRecording(
        name=subject,
        title="treadmill walk",
        subject=subject,
        sensors=tuple(SensorTrack(p, p, 100.0, t, acc) for p in placements),
        belt=(Belt(0.0, 1.2),),
        truth=tuple(sorted([*rows, *extra], key=lambda row: row.t)),
    )


def perfect(shift_s: float = 0.0, **stride: object) -> list[AnyEvent]:
    events: list[AnyEvent] = []
    at = [t + shift_s for t in contact_times()]
    for i, t in enumerate(at):
        events.append(Footfall(t=t, known_t=t + 0.06, side=side(i), sensor="x"))  # type: ignore[arg-type]
        events.append(Lift(t=t + 0.4, known_t=t + 0.5, side=side(i), sensor="x"))  # type: ignore[arg-type]
        if i >= 2:
            values: dict[str, object] = {
                "side": side(i),
                "duration_s": t - at[i - 2],
                "length_m": 1.2 * 2 * STEP_S,
                "speed_m_s": 1.2,
                "mode": "walking",
                "direction": "forward",
            }
            values |= stride
            if i == 2:
                events.append(gait(t, 0.06, str(values["mode"]), str(values["direction"])))
            events.append(Stride(t=t, known_t=t + 0.06, **values))  # type: ignore[arg-type]
    return events


def gait(t: float, delay_s: float, mode: str, direction: str) -> Gait:
    return Gait(t=t, known_t=t + delay_s, mode=mode, direction=direction)  # type: ignore[arg-type]


def scored(made: TableRecording, events: list[AnyEvent]) -> Row:
    scores = figures(evaluate([made], lambda _recording, _sensors: events))
    assert len({row.group for row in scores.rows}) == len(scores.rows)
    return scores.rows[0]


# Of 60 contacts, the first two and the last two are not steady.
STEADY = STEPS - 4


def test_perfect_events_score_perfectly():
    row = scored(recording(), perfect())
    assert row.group == Group("made", "trunk", "walking", "forward")
    c = row.contacts
    assert (c.true, c.precision, c.recall, c.f1, c.f1_at_50_ms, c.f1_whole_bouts) == (
        STEADY,
        1,
        1,
        1,
        1,
        1,
    )
    assert (c.bias_ms, c.spread_ms) == pytest.approx((0, 0), abs=0.01)
    assert c.delay_median_ms == pytest.approx(60)
    assert (c.side_right_percent, c.side_wrong_percent) == (100, 0)
    s = row.strides
    assert s.reported_percent == 100
    assert (s.time_bias_ms, s.belt_length_bias_percent) == pytest.approx((0, 0), abs=0.01)
    assert s.cadence_p95_spm == pytest.approx(0, abs=0.01)
    assert row.direction.right_percent == row.mode.right_percent == 100
    assert row.direction.steps_max == 2  # the first stride ends with the third contact


def test_no_events_score_nothing_and_do_not_divide_by_zero():
    row = scored(recording(), [])
    assert (row.contacts.recall, row.contacts.f1, row.contacts.precision) == (0, 0, None)
    assert (row.strides.reported_percent, row.strides.time_bias_ms) == (0, None)
    assert (row.direction.right_percent, row.direction.unknown_percent) == (0, 100)
    assert row.direction.never == 1


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


def test_lengths_are_compared_with_the_truth_and_with_the_belt():
    lengths = [
        TruthRow(t, "stride_length", side(i), "1.3")  # type: ignore[arg-type]
        for i, t in enumerate(contact_times())
        if i >= 2
    ]
    s = scored(recording(extra=lengths), perfect(length_m=1.313)).strides
    assert s.length_bias_percent == pytest.approx(1.0, abs=0.01)
    assert s.belt_length_bias_percent == pytest.approx(100 * (1.313 / 1.32 - 1), abs=0.01)
    assert s.lengths == s.true


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
    made = [TruthRow(t, "contact", side(i)) for i, t in enumerate(contact_times()[:contacts])]  # type: ignore[arg-type]
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


def test_lengths_between_still_phases_are_paired_with_the_stride_before():
    rows = [
        TruthRow(t + 0.2, "stride_length", "right", "1.32")
        for i, t in enumerate(contact_times())
        if i % 2 and i > 2
    ]
    events = [e for e in perfect(length_m=1.32 * 0.98) if getattr(e, "side", "") == "right"]
    s = scored(recording(["foot_right"], rows=rows), events).strides
    assert (s.reported_percent, s.lengths) == (100, len(rows))
    assert s.length_bias_percent == pytest.approx(-2)


def test_the_belts_speed_from_the_feet_is_scored_only_without_another_source():
    made = recording(["foot_left", "foot_right"])
    reported = BeltState(t=0.0, speed_m_s=0.98 * 1.2, since=0.0, source="feet")
    events = perfect(speed_m_s=1.02 * 1.2)
    s = scored(made, [reported, *events]).strides
    assert s.speeds == s.true
    assert s.speed_bias_percent == pytest.approx(2)
    assert s.speed_within_percent == s.speed_within_of_ten_percent == 0
    assert s.reported_speed_bias_percent == pytest.approx(-2)
    assert scored(made, [replace(reported, source="console"), *events]).strides.speeds == 0


# --- steady gait --------------------------------------------------------------------------------


def test_a_stride_unlike_the_others_is_not_steady():
    rows = list(recording().truth)
    late = [TruthRow(r.t + 0.9 if r.t > 20 else r.t, r.kind, r.side, r.value) for r in rows]
    truth = Truth(recording(rows=late))
    (_, first_end), (second_start, _) = truth.steady
    assert first_end < 20.1
    assert second_start > 20.5


def test_a_recording_cut_out_of_a_walk_loses_only_the_steps_of_the_start():
    rows = [TruthRow(0.2 + 0.3 * i, "contact") for i in range(148)]
    truth = Truth(recording(rows=rows))
    ((start, end),) = truth.steady
    assert start == 1.5
    assert end == pytest.approx(0.2 + 0.3 * 147)  # the last contact
    assert all(s.duration_s == pytest.approx(0.6) for s in truth.strides)


def test_footfalls_while_standing_are_counted():
    stop = TruthRow(contact_times()[-1], "stop")
    events = [*perfect(), Footfall(t=40.0, known_t=40.1, side="left", sensor="x")]
    row = scored(recording(extra=[stop]), events)
    assert row.standing_false == 1
    assert row.standing_s > 5


# --- sensors worn -------------------------------------------------------------------------------


def test_each_placement_is_run_alone_and_all_together():
    made = recording(["lower_back", "foot_left", "foot_right", "shank_left"])
    asked: list[tuple[str, ...]] = []
    score(made, lambda _r, sensors: asked.append(tuple(sensors)) or [])
    assert asked == [
        ("lower_back",),
        ("foot_left", "foot_right"),
        ("shank_left",),
        ("lower_back", "foot_left", "foot_right", "shank_left"),
    ]


def test_two_sensors_on_one_foot_make_two_runs():
    t = np.arange(0, 5, 0.01)
    acc = np.tile([0.0, 0.0, 9.8], (t.size, 1))
    tracks = tuple(SensorTrack(n, "foot_left", 100.0, t, acc) for n in ("toe", "heel"))
    worn = list(sensor_sets(TableRecording(name="two", sensors=tracks)))
    assert [(w.placement, w.names) for w in worn] == [("foot", ("toe",)), ("foot", ("heel",))]


def test_recordings_that_lost_samples_are_counted_but_not_as_intact():
    good, bad = (
        recording(subject="voisard-1"),
        recording(subject="voisard-2", extra=[TruthRow(46.0, "stop")]),
    )
    scores = figures(evaluate([good, bad], lambda _r, _s: perfect()))
    people = {row.group.data: row.people for row in scores.rows}
    assert people == {"voisard": 2, "voisard (intact)": 1}
    alone = figures(evaluate([good], lambda _r, _s: perfect()))
    assert [row.group.data for row in alone.rows] == ["voisard"]


# --- stumbles and falls -------------------------------------------------------------------------


def labelled(label: str, *peaks: TruthRow) -> TableRecording:
    rows = [TruthRow(0.0, "label", value=label), *peaks]
    return recording(["waist"], subject="sisfall-x", rows=rows)


def alarms(made: TableRecording, events: list[AnyEvent]):
    (row,) = figures(evaluate([made], lambda _r, _s: events)).alarms
    return row


def test_a_fall_reported_before_the_peak_is_warned_of_and_one_after_is_not():
    made = labelled("fall", TruthRow(20.0, "fall_peak"))
    before = Fall(t=19.5, known_t=19.6, stage="possible")
    confirmed = Fall(t=20.1, known_t=22.0, stage="confirmed")
    row = alarms(made, [before, confirmed])
    assert (row.warned_percent, row.caught_percent) == (100, 100)
    assert row.lead_median_ms == pytest.approx(400)
    late = Fall(t=19.9, known_t=20.05, stage="possible")
    row = alarms(made, [late])
    assert (row.warned_percent, row.caught_percent) == (0, 0)
    assert row.lead_median_ms is None
    early = Fall(t=5.0, known_t=5.1, stage="possible")
    assert alarms(made, [early]).warned_percent == 0


def test_a_stumble_is_flagged_by_a_stumble_or_a_possible_fall_near_it():
    made = labelled("stumble", TruthRow(20.0, "stumble_peak"))
    assert alarms(made, [Stumble(t=19.0, known_t=19.1, score=2)]).flagged_percent == 100
    assert alarms(made, [Fall(t=21.0, known_t=21.1, stage="possible")]).flagged_percent == 100
    assert alarms(made, [Stumble(t=10.0, known_t=10.1, score=2)]).flagged_percent == 0


def test_every_alarm_in_a_quiet_file_is_false():
    row = alarms(labelled("jog"), [Stumble(t=19.0, known_t=19.1, score=2)])
    assert row.false_per_hour == pytest.approx(3600 / 44.99, rel=1e-3)
    assert row.loud == ("sisfall-x",)
    assert row.flagged_percent is None


# --- pooling, targets, tables -------------------------------------------------------------------


def both() -> list[TableRecording]:
    return [recording(subject="voisard-s1"), recording(subject="voisard-s2")]


def test_pooling_adds_up_and_survives_pickling():
    shifts = iter([0.0, 0.02])
    parts = [score(r, lambda _r, _s: perfect(next(shifts))) for r in both()]
    parts = [pickle.loads(pickle.dumps(part)) for part in parts]
    (row,) = figures(pool(parts)).rows
    assert (row.recordings, row.people) == (2, 2)
    assert row.contacts.true == 2 * STEADY
    assert row.contacts.bias_ms == pytest.approx(10)
    assert figures(pool(parts)) == figures(pool([pool(parts[:1]), pool(parts[1:])]))


def test_targets_are_met_by_perfect_events_and_not_by_silence():
    def judged(events: list[AnyEvent]) -> tuple[Scores, list[bool]]:
        scores = figures(evaluate(both(), lambda _r, _s: events))
        return scores, [v.met for v in verdicts(scores)]

    _, met = judged(perfect())
    assert met
    assert all(met)
    scores, met = judged([])
    assert not any(met)
    text = "".join(markdown(t) for t in tables(scores, verdicts(scores)))
    assert "not met" in text
    assert "voisard" in text
