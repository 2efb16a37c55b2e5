"""A minute's walk: strides, direction, belt, doubts and lost sensors."""

from __future__ import annotations

import pytest

from cued.commands._setup.topics import walked
from cued.commands._setup.topics.walked import concluded
from cued.model import Command, Gait, Link, Notice, Stride
from tests.commands.setup.talking import Machine, tried


def found(monkeypatch, events):
    monkeypatch.setattr(walked, "concluded", lambda _tables, _heard: events)
    return tried("walk", "walk", Machine(heard=[]))


def strides(n, speed=1.0):
    return [
        Stride(t=float(k), side="left", duration_s=1.1, length_m=None, speed_m_s=speed)
        for k in range(n)
    ]


def test_nineteen_strides_are_too_few_for_a_minute(monkeypatch):
    assert found(monkeypatch, strides(19)) == [("trial.few", {"n": 19}, False)]


@pytest.mark.parametrize(("way", "good"), [("backward", True), ("unknown", False)])
def test_twenty_are_enough_and_the_last_known_direction_is_told(monkeypatch, way, good):
    gaits = [Gait(t=9.0, mode="walking", direction=way)]
    assert found(monkeypatch, [*strides(20), *gaits]) == [
        ("trial.strides", {"n": 20}, True),
        (f"trial.way_{way}", {}, good),
    ]


def test_a_missing_belt_a_doubt_and_a_lost_sensor_are_told_once(monkeypatch):
    doubt = Notice(t=1.0, level="warning", code="feet_swapped", text="")
    other = Notice(t=1.0, level="info", code="mark", text="")
    lost = Link(t=1.0, sensor="foot", state="lost", age_s=3.0)
    events = [*strides(20, speed=None), doubt, doubt, other, lost, lost]
    assert found(monkeypatch, events)[2:] == [
        ("trial.no_belt", {}, False),
        ("notice.feet_swapped", {}, False),
        ("trial.lost", {"sensor": "foot"}, False),
    ]


def test_the_configured_engine_concludes():
    events = concluded({"station": {"language": "de"}}, [Command(1.0, "mark")])
    assert [e.code for e in events if isinstance(e, Notice)] == ["mark"]
