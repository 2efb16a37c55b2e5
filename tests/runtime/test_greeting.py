"""The greeting: "ready" or what is missing, once each, and never into something that goes on."""

from __future__ import annotations

from cued.coach.voice import phrases
from cued.model import Cue, Link, Notice, Tick
from cued.runtime.greeting import LOOKS, PATIENCE_S, Greeting


def greeting(*sensors):
    return Greeting(phrases.load("en"), sensors)


def up(sensor, t):
    return Link(t=t, sensor=sensor, state="up", age_s=0.0)


def said(greets, seconds, events=()):
    """Let time pass in ticks of a tenth; what was said, and when."""
    out, owed = [], sorted(events, key=lambda e: e.t)
    for n in range(int(10 * seconds)):
        t = n / 10
        while owed and owed[0].t <= t:
            greets.hear(owed.pop(0))
        cue = greets.feed(Tick(t))
        if cue:
            greets.hear(cue)
            out.append((t, cue.text))
    return out


def test_ready_is_said_once_when_every_sensor_sends():
    events = [up("back", 1.0), up("left", 2.0), up("left", 5.0)]
    assert said(greeting("back", "left"), 60, events) == [(2.0, "Ready. Press for a workout")]


def test_without_sensors_it_is_ready_at_once():
    assert said(greeting(), 60) == [(0.0, "Ready. Press for a workout")]


def test_a_missing_sensor_is_announced_once_and_ready_when_it_comes():
    events = [up("back", 1.0), up("left", 40.0)]
    assert said(greeting("back", "left"), 60, events) == [
        (PATIENCE_S, "No sensor yet"),
        (40.0, "Ready. Press for a workout"),
    ]


def test_other_missing_parts_are_said_after_ready():
    notice = Notice(t=0.0, level="warning", code="motors_missing", text="no motors: none")
    assert said(greeting("back"), 60, [notice, up("back", 1.0)]) == [
        (1.0, "Ready. Press for a workout"),
        (4.0, "No vibration"),
    ]


def test_a_cue_of_the_coach_goes_first():
    cue = Cue(t=1.9, key="unsteady", text="", pattern="unsteady", priority=6, verdict="given")
    events = [cue, up("back", 2.0)]
    assert said(greeting("back"), 60, events) == [(4.9, "Ready. Press for a workout")]


def test_every_greeting_is_in_every_language():
    for language in phrases.LANGUAGES:
        words = phrases.load(language)
        assert all(words.say(key) for key in (*LOOKS, "config_error"))
