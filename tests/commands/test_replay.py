"""The command that feeds a recording to an engine again: what has changed."""

from __future__ import annotations

from cued.commands.replay import compare, described, raw_lines
from cued.model import Cue, LinkChanged, Notice, Notification, Stumble, Tick
from cued.recording.sessions.opening import Opening
from cued.recording.sessions.session import RecordedSession
from cued.recording.sessions.writing import SessionWriter
from tests.recording.sessions.kept import stride


def test_a_difference_names_what_is_missing_and_what_is_new():
    a, b, c = (stride(float(t)) for t in range(3))
    assert not compare([a, b], [a, b])
    found = compare([a, b], [a, c])
    assert (found.gone, found.new) == ((b,), (c,))
    assert compare([a, b], [b, a]).reordered


def test_what_the_daemon_itself_said_is_no_difference():
    notice = Notice(t=1.0, level="info", code="no_speaker", text="")
    cue = Cue(t=1.0, key="hello", text="", pattern="none", priority=2, verdict="given")
    assert not compare([notice, cue, stride(2.0)], [stride(2.0)], ["hello"])
    assert compare([notice, cue, stride(2.0)], [stride(2.0)]).gone == (cue,)


def test_of_equal_events_each_counts_once():
    found = compare([stride(1.0)], [stride(1.0), stride(1.0)])
    assert (found.gone, found.new, found.reordered) == ((), (stride(1.0),), False)


def test_a_difference_is_worded_by_kind_and_then_in_the_order_of_time():
    cue = Cue(
        t=4.0, key="tall", text="Tall", pattern="none", priority=2, verdict="given",
        because={"score": 1.23456},
    )  # fmt: skip
    lines = described(compare([stride(1.0), Stumble(t=9.0, score=1.5)], [cue]))
    assert lines == [
        "- 1 stride",
        "- 1 stumble",
        "+ 1 cue",
        "+       4.00 s  cue tall (given) 'Tall' score 1.235",
        "-       9.00 s  stumble 1.50",
    ]


def test_raw_lines_are_the_bytes_of_the_devices_and_their_links(tmp_path):
    log = SessionWriter(tmp_path / "a.mcap", Opening())
    sent = Notification(2.0, "back", "2a37", b"\x01\xff", beside=True)
    lost = LinkChanged(3.0, "back", False, "it was switched off")
    log.write([LinkChanged(1.0, "back", True), Tick(1.5), sent, lost])
    log.close()
    assert list(raw_lines(RecordedSession(log.path))) == [
        "1.0000 back connected",
        "2.0000 back 2a37 01ff",
        "3.0000 back disconnected it was switched off",
    ]
