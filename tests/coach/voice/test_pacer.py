"""Beats start once, last as long as they are wanted, and end without a stop."""

from __future__ import annotations

from cued.coach.rule import Proposal
from cued.coach.voice.pacer import Pacer
from cued.model import Priority

WISH = Proposal(
    key="metronome", priority=Priority.TECHNIQUE, theme="stride", since=0.0, refractory_s=60.0,
    because={"spm": 112.0, "for_s": 30.0},
)  # fmt: skip


def beats(pacer: Pacer, *times: float) -> list[tuple[float, float]]:
    """Return time and rate of the beats that begin or end."""
    ticks = [pacer.pop(t) for t in times]
    return [(beat.t, beat.spm) for beat in ticks if beat]


def test_ticks_start_on_request_and_end_three_seconds_after_the_last_request():
    pacer = Pacer()
    pacer.want(WISH, 10.0)
    assert beats(pacer, 10.0, 11.0, 12.0) == [(10.0, 112.0)]
    pacer.want(WISH, 12.5)
    assert beats(pacer, 15.0) == []
    assert beats(pacer, 15.6, 16.0) == [(15.6, 0.0)]


def test_ticks_last_thirty_seconds_at_most_and_then_pause_a_minute():
    pacer = Pacer()
    ticks = []
    for second in range(100):
        pacer.want(WISH, float(second))
        ticks += beats(pacer, float(second))
    assert ticks == [(0.0, 112.0), (30.0, 0.0), (60.0, 112.0), (90.0, 0.0)]


def test_a_self_started_beat_continues_without_requests():
    pacer = Pacer()
    pacer.begin(118.04, 20.0, 5.0, {}, fades=True)
    assert pacer.lasts
    assert beats(pacer, 5.0, 15.0, 24.9, 25.0) == [(5.0, 118.0), (25.0, 0.0)]
    assert not pacer.lasts


def test_safety_ends_it_at_once():
    pacer = Pacer()
    pacer.begin(118.0, 20.0, 5.0, {}, fades=True)
    assert beats(pacer, 5.0) == [(5.0, 118.0)]
    pacer.stop()
    assert beats(pacer, 6.0, 7.0) == [(6.0, 0.0)]


def test_a_beat_stopped_before_it_sounded_is_never_reported():
    pacer = Pacer()
    pacer.want(WISH, 1.0)
    pacer.stop()
    assert beats(pacer, 1.1, 2.0) == []
