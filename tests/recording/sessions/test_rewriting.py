"""Sessions joined, and cleared of a name."""

from __future__ import annotations

from msgspec.structs import replace

from cued.coach.workout.memory import Memory
from cued.model import Command, Gait, Notice
from cued.recording.sessions import rewriting
from cued.recording.sessions.opening import Opening
from cued.recording.sessions.session import RecordedSession
from cued.recording.sessions.writing import SessionWriter
from tests.recording.sessions.kept import NOW, borders, eight_chunks


def test_a_joined_session_keeps_its_hole_and_mixes_no_clocks(tmp_path):
    one, two = eight_chunks(tmp_path / "a.mcap"), eight_chunks(tmp_path / "b.mcap")
    bad = bytearray(one.read_bytes())
    bad[borders(bytes(bad))[4] - 20] ^= 1
    one.write_bytes(bad)
    joined = rewriting.merge([RecordedSession(one), RecordedSession(two)])
    first, second = RecordedSession(joined).parts
    assert (first.hole, len(first.chunks), second.hole) == (2, 7, None)
    assert "left out" in RecordedSession(joined).damage
    bad = bytearray(joined.read_bytes())
    bad[bad.rindex(b"station") + 2] ^= 1
    joined.write_bytes(bad)
    (part,) = RecordedSession(joined).parts
    assert len(part.chunks) == 7
    assert RecordedSession(joined).damage


def test_a_name_goes_from_a_configuration_and_from_marks_and_no_phase_is_renamed(tmp_path):
    opening = Opening(
        began=NOW, t=0.0, memory=Memory(runner="bea"), config={"coach": {"runner": "walking"}}
    )
    log = SessionWriter(tmp_path / "a.mcap", opening)
    gait = Gait(t=1.0, mode="walking", direction="forward")
    note = Notice(t=1.0, level="info", code="mark", text="Walking was here, not walkingly")
    log.write([Command(1.0, "mark", "seen by walking"), gait, note])
    log.close()
    session = RecordedSession(log.path)
    assert rewriting.mentions(session, "walking")
    assert not rewriting.is_of(session, "walking")
    rewriting.without(session, "walking")
    session = RecordedSession(log.path)
    assert not rewriting.mentions(session, "walking")
    (part,) = session.parts
    assert part.opening.config["coach"]["runner"] == "forgotten"
    assert next(session.inputs(part)).value == "seen by forgotten"
    found = list(session.events(part))
    assert found == [gait, replace(note, text="forgotten was here, not walkingly")]
