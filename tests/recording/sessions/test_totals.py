"""Totals of a session while it is recorded."""

from __future__ import annotations

import numpy as np
import pytest

from cued.model import (
    Cue,
    Fall,
    Packet,
    Stride,
    Stumble,
    Summary,
)
from cued.recording.sessions.opening import Opening
from cued.recording.sessions.session import RecordedSession
from cued.recording.sessions.totals import Cover, Totals
from cued.recording.sessions.writing import SessionWriter


def test_a_part_is_summarised(tmp_path):
    path = tmp_path / "s.mcap"
    log = SessionWriter(path, Opening(began=1.7e9, t=0.0))
    cue = Cue(t=2.0, key="tall", text="", pattern="none", priority=2, verdict="given")
    back = Stride(
        t=1.0, side="left", duration_s=1.2, length_m=None, speed_m_s=None, direction="backward"
    )
    over = Summary(
        t=3.0, started_t=0.0, duration_s=3.0, strides=1, backward_s=1.2, cues=1, stumbles=1,
        details={"runner": "bea"},
    )  # fmt: skip
    packet = Packet(2.5, "trunk", None, np.zeros((1, 3)), None, 100.0)
    log.write([packet, cue, back, Stumble(t=2.0, score=1.5), over])
    log.close()
    session = RecordedSession(path)
    ending = session.parts[0].ending
    assert ending is not None
    assert (ending.runner, ending.cues, ending.stumbles, ending.backward_s) == ("bea", 1, 1, 1.2)


def test_time_that_two_strides_cover_counts_once():
    cover = Cover()
    strides = [
        Stride(t=t, side="left", duration_s=1.0, length_m=None, speed_m_s=None)
        for t in (1.0, 1.5, 1.2, 9.0)
    ]
    assert [cover.feed(stride) for stride in strides] == [1.0, 0.5, 0.0, 1.0]


def test_only_a_confirmed_fall_and_a_given_cue_count():
    totals = Totals(Opening(began=100.0, t=5.0))
    for stage in ("possible", "confirmed"):
        totals.feed(Fall(t=6.0, stage=stage))
    for verdict in ("given", "faded"):
        totals.feed(Cue(t=6.0, key="tall", text="", pattern="none", priority=2, verdict=verdict))
    ending = totals.ending()
    assert (ending.falls, ending.cues, ending.began, ending.duration_s) == (1, 1, 100.0, 0.0)


@pytest.mark.parametrize("sides", [("left", "right"), ("right",), ("left",), ("unknown",) * 2])
def test_time_backward_is_the_same_with_any_sensors(tmp_path, sides):
    log = SessionWriter(tmp_path / "s.mcap", Opening(began=1.7e9, t=0.0))
    strides = [
        Stride(
            t=5.0 + n / len(sides), side=sides[n % len(sides)], duration_s=1.0, length_m=None,
            speed_m_s=None, direction="backward" if n < 60 * len(sides) else "forward",
        )
        for n in range(100 * len(sides))
    ]  # fmt: skip
    log.write(strides)
    log.close()
    (part,) = RecordedSession(log.path).parts
    assert part.ending is not None
    assert part.ending.backward_s == pytest.approx(60.0, abs=1.0)
