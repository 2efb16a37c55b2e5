"""What is kept of the signals, findings and events around one moment."""

from __future__ import annotations

import numpy as np
import pytest

from cued.evaluation.moment import Moment, look
from cued.gait.finding import Contact
from cued.gait.fusion.chains import GaitConfig
from cued.model import AnyEvent, Gait, Input, Measurement, Packet, Tick
from cued.recording.tables.table import SensorTrack
from tests.gait import trunk_walker as walker

PACKET = 10  # samples


def packets(gyro: bool = True) -> list[Input]:
    """Return 20 s of a walk, with ticks and the packets of a sensor that nobody asks for."""
    acc, gyr, _ = walker.walking(20.0)
    out: list[Input] = []
    for i in range(0, len(acc), PACKET):
        part = slice(i, i + PACKET)
        t = np.arange(i, i + PACKET) * 0.01
        turns = gyr[part] if gyro else None
        out.append(Packet(t[-1], "back", t, acc[part], turns, 100.0, synced=True))
        out += [Packet(t[-1], "other", t, acc[part], None, 100.0, synced=True), Tick(t[-1])]
    return out


def moment(
    given: list[Input], events: list[AnyEvent] | None = None, at: float = 8.055
) -> tuple[Moment, list[Input]]:
    """Return the moment, of a second before and after, and the inputs that were read for it."""
    track = SensorTrack("back", "lower_back", 100.0, np.empty(0), np.empty((0, 3)), mounting=None)
    read: list[Input] = []

    def feed(item: Input) -> list[AnyEvent]:
        read.append(item)
        return (events or []) if len(read) == 1 else []

    return look(given, feed, [track], GaitConfig(), at, 1.0), read


def test_the_samples_of_a_second_before_and_after_are_kept_and_what_was_found_in_them():
    seen = moment(packets())[0].sensors["back"]
    assert (seen.t[0], seen.t[-1]) == pytest.approx((7.06, 9.05))
    assert seen.acc.shape == seen.t.shape == (200,)
    assert seen.acc.mean() == pytest.approx(9.8, abs=0.5)  # the size of the acceleration
    assert seen.turn is not None
    assert 0.0 <= seen.turn.min() < seen.turn.max() < 1.0
    steps = [f.t for f in seen.findings if isinstance(f, Contact)]
    assert len(steps) in (3, 4, 5)
    assert all(6.9 < t <= 9.05 for t in steps)


def test_the_scores_of_stumble_and_fall_are_kept_for_the_same_time():
    scores = moment(packets())[0].sensors["back"].scores
    assert scores
    for t, score in scores.values():
        assert t.shape == score.shape
        assert (t.min(), t.max()) == pytest.approx((7.06, 9.05))


def test_without_a_gyroscope_no_turns_are_shown_and_nothing_of_a_sensor_not_asked_for():
    found = moment(packets(gyro=False))[0]
    assert found.sensors["back"].turn is None
    assert set(found.sensors) == {"back"}


def test_events_are_those_near_the_moment_but_for_measurements():
    near = Gait(t=7.5, mode="walking", direction="forward")
    far = Gait(t=6.9, mode="walking", direction="unknown")
    measured = Measurement(t=8.0, name="cadence_spm", value=109.0, unit="spm", strides=4)
    found, _ = moment(packets(), [near, far, measured])
    assert found.events == [near]
    assert (found.at, found.start, found.end) == pytest.approx((8.055, 7.055, 9.055))


def test_no_more_is_read_than_what_may_still_tell_of_the_moment():
    _, read = moment(packets())
    assert 9.9 < max(item.t for item in read) <= 10.055


def test_a_moment_after_the_end_has_neither_samples_nor_findings():
    seen = moment(packets(), at=30.0)[0].sensors["back"]
    assert (seen.t.size, seen.acc.size, seen.findings) == (0, 0, [])
