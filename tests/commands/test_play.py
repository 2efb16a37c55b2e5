"""An engine fed from a stream: its events are counted, written and heard, and nothing is kept."""

from __future__ import annotations

import json

from cued import app, config
from cued.commands import _play
from cued.model import Command, Tick
from cued.runtime.playback import Playback

MARKS = [Command(1.0, "mark"), Tick(1.1), Command(2.0, "mark", "here")]


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_at_full_speed_every_event_is_counted_written_and_heard(tmp_path):
    target, heard = tmp_path / "events", []
    counts = _play.at_full_speed(config.convert({}), {}, MARKS, str(target), heard.append)
    assert counts["notice"] >= 2
    assert sum(counts.values()) == len(heard) == len(lines(target))
    assert _play.at_full_speed(config.convert({}), {}, MARKS, None) == counts


def test_in_time_the_daemon_writes_what_its_engine_says(tmp_path):
    chosen = config.convert({"station": {"hardware": False, "state": str(tmp_path)}})
    target, heard = tmp_path / "events", []
    source = Playback(MARKS, 1000.0)
    _play.in_time(chosen, app.engine(chosen, {}), source, str(target), hears=heard.append)
    marks = [line for line in lines(target) if line.get("code") == "mark"]
    assert len(marks) == 2
    assert len([e for e in heard if getattr(e, "code", "") == "mark"]) == 2


def test_a_replay_keeps_neither_session_nor_history():
    sinks = {"recorder": {}, "history": {}, "console": {}}
    made = _play.keeping_nothing(config.convert({"sinks": sinks}))
    assert list(made.parts["sinks"]) == ["console"]


def test_counts_are_a_line_even_if_there_are_none():
    assert _play.summed_up({"stride": 2, "cue": 1}) == "1 cue, 2 stride"
    assert _play.summed_up({}) == "no events"
