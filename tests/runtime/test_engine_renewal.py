"""When a new engine takes over, and for whom."""

from __future__ import annotations

import numpy as np

from cued.model import Belt, Command, Packet, Tick
from cued.runtime.engine_renewal import Renewal

NEW = object()  # stands for an engine, which is only handed on


def packet(t: float) -> Packet:
    return Packet(t=t, sensor="back", ticks=None, acc=np.zeros((1, 3)), gyr=None, rate_hz=100.0)


def ticked(renewal: Renewal, begin: int, end: int) -> list[tuple[int, object]]:
    """Return what ticks between two times lead to, with the time."""
    renewals = ((t, renewal.watch(Tick(float(t)))) for t in range(begin, end, 30))
    return [(t, outcome) for t, outcome in renewals if outcome is not None]


def test_ten_minutes_without_a_sensor_renew_the_engine():
    renewal = Renewal(lambda _t: NEW)  # type: ignore[arg-type,return-value]
    renewal.watch(packet(0.0))
    assert ticked(renewal, 0, 640) == [(630, NEW)]


def test_a_sensor_that_continues_keeps_the_engine():
    renewal = Renewal(lambda _t: NEW)  # type: ignore[arg-type,return-value]
    for t in range(0, 3000, 30):
        renewal.watch(packet(float(t)))
        assert renewal.watch(Tick(float(t))) is None


def test_a_session_left_open_is_stopped_first():
    session = [True]
    renewal = Renewal(lambda _t: None if session[0] else NEW)  # type: ignore[arg-type,return-value]
    renewal.watch(packet(0.0))
    (first,) = ticked(renewal, 0, 640)
    assert first == (630, Command(630.0, "stop", source="silence"))
    session[0] = False
    assert ticked(renewal, 640, 680) == [(640, NEW)]


def test_a_machine_that_slept_was_not_silent():
    renewal = Renewal(lambda _t: NEW)  # type: ignore[arg-type,return-value]
    renewal.watch(packet(0.0))
    renewal.watch(Tick(0.0))
    assert renewal.watch(Tick(90_000.0)) is None


def test_another_runner_gets_a_new_engine_with_the_belt_as_it_was():
    chosen: list[str] = []

    def choose(name: str, _t: float):
        chosen.append(name)
        return NEW

    renewal = Renewal(lambda _t: None, choose)  # type: ignore[arg-type]
    renewal.watch(Belt(5.0, 1.2))
    assert renewal.watch(Command(6.0, "runner", " bea ")) is NEW
    assert chosen == ["bea"]
    assert renewal.belt(7.0) == [Belt(7.0, 1.2)]
