"""A session as it is written: other software reads it, and a full disk leaves it whole."""

from __future__ import annotations

import errno
import io

import pytest
from mcap.reader import make_reader

from cued.model import Tick
from cued.recording.sessions.opening import Opening
from cued.recording.sessions.session import RecordedSession
from cued.recording.sessions.writing import SessionWriter
from tests.recording.sessions.kept import eight_chunks


def test_the_package_that_defines_the_format_reads_a_session(tmp_path):
    """Read as Foxglove does: openings, endings, and every message by the schema in the file."""
    reader = make_reader(io.BytesIO(eight_chunks(tmp_path / "a.mcap").read_bytes()))
    assert [m.name for m in reader.iter_metadata()] == ["opening", "ending"]
    messages = list(reader.iter_messages(log_time_order=False))
    assert {channel.topic for _, channel, _ in messages} == {
        "/samples/trunk", "/inputs/tick", "/events/stride"
    }  # fmt: skip
    assert {(s.name, s.encoding) for s, _, _ in messages} == {
        ("cued.Samples", "protobuf"), ("cued.Tick", "jsonschema"), ("cued.Stride", "jsonschema")
    }  # fmt: skip
    first = messages[0][2]
    assert first.log_time == 1_700_000_000 * 10**9


class _Full:
    """A file on a disk that takes half of what is written."""

    def __init__(self, file, report):
        self._file, self._report = file, report

    def write(self, data):
        self._file.write(data[: len(data) // 2])
        if self._report:
            raise OSError(errno.ENOSPC, "No space left on device")
        return len(data) // 2

    def __getattr__(self, name):
        return getattr(self._file, name)


@pytest.mark.parametrize("report", [True, False])
def test_what_a_full_disk_refuses_is_not_cut_short_and_is_written_later(tmp_path, report):
    log = SessionWriter(tmp_path / "a.mcap", Opening(began=1.7e9, t=0.0))
    before, file = log.path.read_bytes(), log._file
    log._file = _Full(file, report)
    with pytest.raises(OSError, match="No space left"):
        log.write([Tick(1.0)])
    assert log.path.read_bytes() == before
    assert log.waiting > 0
    log._file = file
    log.write([Tick(2.0)])
    assert log.waiting == 0
    log.close()
    session = RecordedSession(log.path)
    assert [item.t for item in session.inputs(session.parts[0])] == [1.0, 2.0]


def test_a_file_that_was_deleted_or_replaced_is_gone(tmp_path):
    log = SessionWriter(tmp_path / "a.mcap", Opening())
    assert not log.gone
    log.path.unlink()
    assert log.gone
    log.path.write_bytes(b"another")
    assert log.gone
    log.abandon()


def test_only_its_owner_may_read_a_session_and_none_is_overwritten(tmp_path):
    path = tmp_path / "sessions/a.mcap"
    SessionWriter(path, Opening()).abandon()
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        SessionWriter(path, Opening())
