"""The file that shows the minder that a session is open."""

from __future__ import annotations

import json
import os

from cued.keeper import PinRequest
from cued.model import Phase, Summary
from cued.runtime.session_marker import SessionMarker

WANTED = PinRequest(pins=(12, 13), most_s=0.5, frequency_hz=200.0, hardware=False)


def test_the_file_exists_while_a_session_is_open_and_lists_the_outputs(tmp_path):
    path = tmp_path / "session"
    marker = SessionMarker(path, clip=lambda: "/clip.wav", pins=WANTED)
    marker.beat(0.0)
    assert not path.exists()
    marker.hear(Phase(t=1.0, name="settle", from_="idle", why="begin"))
    about = json.loads(path.read_text())
    assert about == {"clip": "/clip.wav", "pins": json.loads(json.dumps(WANTED))}
    os.utime(path, (1, 1))
    marker.beat(1.0)
    assert path.stat().st_mtime > 1
    marker.hear(Summary(t=9.0, started_t=1.0, duration_s=8.0, strides=0, backward_s=0.0,
                        cues=0, stumbles=0))  # fmt: skip
    assert not path.exists()


def test_without_a_folder_nothing_is_written_and_nothing_fails(tmp_path):
    marker = SessionMarker(tmp_path / "none" / "session", clip=lambda: "", pins=None)
    marker.hear(Phase(t=1.0, name="settle", from_="idle", why="begin"))
    marker.beat(1.0)
    marker.close()


def test_a_voice_without_a_clip_leaves_the_motors(tmp_path):
    marker = SessionMarker(tmp_path / "session", clip=lambda: 1 // 0, pins=WANTED)
    marker.hear(Phase(t=1.0, name="settle", from_="idle", why="begin"))
    about = json.loads((tmp_path / "session").read_text())
    assert about == {"clip": "", "pins": json.loads(json.dumps(WANTED))}


def test_the_file_is_touched_twice_a_second_and_not_after_the_end(tmp_path):
    path = tmp_path / "session"
    marker = SessionMarker(path, clip=lambda: "", pins=None)
    marker.hear(Phase(t=1.0, name="settle", from_="idle", why="begin"))
    touched = []
    for now in (10.0, 10.2, 10.4, 10.5, 10.9, 11.0):
        os.utime(path, (1, 1))
        marker.beat(now)
        touched += [now] * (path.stat().st_mtime > 1)
    assert touched == [10.0, 10.5, 11.0]
    marker.close()
    assert not path.exists()
    path.write_text("of another run")
    os.utime(path, (1, 1))
    marker.beat(20.0)
    assert path.stat().st_mtime == 1


def test_a_change_of_phase_within_a_session_leaves_the_file_as_it_is(tmp_path):
    path = tmp_path / "session"
    marker = SessionMarker(path, clip=lambda: "", pins=None)
    marker.hear(Phase(t=1.0, name="carry", from_="turn_front", why="turned"))
    assert not path.exists()
