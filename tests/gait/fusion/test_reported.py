"""Cadence and heart rate as reported by a foot pod and a strap."""

from __future__ import annotations

import numpy as np
import pytest

from cued.coach.known import Known
from cued.engine import Engine, Worn
from cued.gait.metrics import cadence_spm
from cued.model import AnyEvent, Cadence, HeartRate, LinkChanged, Measurement, Packet, Tick
from cued.parts import NoOptions


def engine(*worn: str) -> Engine:
    metric = cadence_spm.PART.build(NoOptions())
    return Engine({w: Worn("foot_left") for w in worn}, metrics={"cadence_spm": metric})


def values(events: list[AnyEvent]) -> list[tuple[float, float | None, str]]:
    return [(e.t, e.value, e.source) for e in events if isinstance(e, Measurement)]


def packet(t: float) -> Packet:
    return Packet(t, "foot", None, np.full((5, 3), 5.6), None, 100.0)


def test_a_runner_with_only_a_foot_pod_is_shown_its_cadence_with_its_name():
    one = engine()
    (event,) = one.feed(Cadence(1.0, "pod", 164.0))
    assert isinstance(event, Measurement)
    assert (event.name, event.value, event.unit) == ("cadence_spm", 164.0, "spm")
    assert (event.source, event.strides) == ("pod", 0)


@pytest.mark.parametrize("steps", [0.0, None])
def test_no_steps_and_silence_make_it_unknown_once(steps):
    one = engine()
    one.feed(Cadence(1.0, "pod", 164.0))
    events = [] if steps is None else one.feed(Cadence(2.0, "pod", steps))
    for t in range(2, 20):
        events += one.feed(Tick(float(t)))
    assert [(value, source) for _, value, source in values(events)] == [(None, "pod")]
    assert values(events)[0][0] == (2.0 if steps is not None else 6.0)


def test_an_inertial_sensor_that_sends_data_replaces_it():
    one = engine("foot")
    assert values(one.feed(Cadence(1.0, "pod", 164.0)))  # it has not sent data yet
    one.feed(packet(1.5))
    one.feed(Cadence(2.0, "pod", 164.0))
    assert not values(one.feed(Cadence(2.1, "pod", 164.0)))
    for k in range(31):
        one.feed(Tick(2.0 + k / 10))  # until it is lost
    assert values(one.feed(Cadence(5.1, "pod", 160.0))) == [(5.1, 160.0, "pod")]


def test_it_ends_as_soon_as_a_better_sensor_sends_data():
    one = engine("foot")
    one.feed(Cadence(1.0, "pod", 164.0))
    one.feed(packet(1.5))
    assert values(one.feed(Cadence(2.0, "pod", 164.0))) == [(2.0, None, "pod")]


@pytest.mark.parametrize(
    ("end", "at"),
    [
        (HeartRate(2.0, "strap", 0.0), 2.0),  # off the skin
        (LinkChanged(2.5, "strap", connected=False), 2.5),
        (Tick(5.1), 5.1),  # silent
    ],
)
def test_a_heart_rate_lasts_as_long_as_its_strap_reports_it(end, at):
    one = Engine({})
    assert values(one.feed(HeartRate(1.0, "strap", 121.0))) == [(1.0, 121.0, "strap")]
    assert values([*one.feed(Tick(4.9)), *one.feed(end)]) == [(at, None, "strap")]


def test_a_metric_that_is_off_is_not_shown():
    assert Engine({}).feed(Cadence(1.0, "pod", 164.0)) == []


def test_the_coach_does_not_treat_it_as_measured():
    view = Known()
    for event in engine().feed(Cadence(1.0, "pod", 164.0)):
        view.see(event, 1.0)
    assert view.measured == {}
