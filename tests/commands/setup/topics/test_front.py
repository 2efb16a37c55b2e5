"""The front of a trunk sensor: asked for only where one is worn, and shown by a bow."""

from __future__ import annotations

import pytest

from cued.commands._setup.topics import front
from cued.model import Mounting
from tests.commands.setup.talking import Answering, Machine, talked, tried

BACK = {"sensors": {"back": {"device": "pod", "placement": "lower_back"}}}
FOOT = {"sensors": {"foot": {"device": "pod", "placement": "foot_left"}}}


def test_only_a_sensor_on_the_trunk_is_asked_about():
    person = Answering(**{"walking forward": "y"})
    assert talked(BACK, person, Machine())["gait"] == {"starts_forward": True}
    person = Answering(**{"walking forward": "y"})
    assert talked(FOOT, person, Machine())["gait"] == {}
    assert tried("front", "bow", Machine(heard=[]), FOOT) == [("trial.no_trunk", {}, True)]


def test_without_a_bow_the_front_is_not_found():
    assert tried("front", "bow", Machine(heard=[]), BACK) == [
        ("trial.no_front", {"sensor": "back"}, False)
    ]


@pytest.mark.parametrize(
    ("states", "key", "good"),
    [
        (["known"], "trial.front", True),
        (["known", "doubtful"], "trial.front_doubtful", False),
        (["doubtful", "known"], "trial.front", True),
    ],
)
def test_the_last_state_of_a_sensor_counts(monkeypatch, states, key, good):
    events = [Mounting(t=float(n), sensor="back", state=state) for n, state in enumerate(states)]
    events.append(Mounting(t=9.0, sensor="other", state="doubtful"))
    monkeypatch.setattr(front, "concluded", lambda _tables, _heard: events)
    assert tried("front", "bow", Machine(heard=[]), BACK) == [(key, {"sensor": "back"}, good)]
