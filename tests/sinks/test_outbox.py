"""Summaries arrive once, even with a disk that cannot be written (a real one)."""

from __future__ import annotations

import errno
from pathlib import Path

from cued.sinks._outbox import Outbox
from tests.helpers.disk import remount


def test_an_outbox_on_a_read_only_disk_is_sent_once(disk):
    Outbox(disk / "mqtt").put(b'{"kept":1}', wall=1.0)
    remount(disk, "ro")
    outbox = Outbox(disk / "mqtt")
    (path,) = outbox.waiting()
    assert outbox.read(path) == b'{"kept":1}'
    outbox.delivered(path)
    assert path.exists()
    assert outbox.waiting() == []


def test_an_unreadable_outbox_on_a_read_only_disk_does_no_harm(disk):
    Outbox(disk / "mqtt").put(b'{"kept":1}', wall=2.0)
    (disk / "mqtt" / "000000000001000.json").write_bytes(b"\0\0")
    remount(disk, "ro")
    outbox = Outbox(disk / "mqtt")
    first, second = outbox.waiting()
    assert outbox.read(first) is None
    assert outbox.waiting() == [second]


def test_a_new_summary_waits_in_memory_until_the_disk_is_writable(disk):
    remount(disk, "ro")
    outbox = Outbox(disk / "mqtt")
    outbox.put(b'{"kept":1}', wall=1.0)
    (path,) = outbox.waiting()
    assert outbox.read(path) == b'{"kept":1}'
    assert not path.exists()
    remount(disk, "rw")
    outbox.put(b'{"kept":2}', wall=2.0)
    assert [p.read_bytes() for p in outbox.waiting()] == [b'{"kept":1}', b'{"kept":2}']
    outbox.delivered(path)
    assert not path.exists()


def test_one_that_cannot_be_read_or_listed_now_is_sent_later(tmp_path, monkeypatch):
    outbox = Outbox(tmp_path)
    outbox.put(b'{"kept":1}', wall=1.0)
    (path,) = outbox.waiting()

    def no_descriptor(*_arguments, **_options):
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as short:
        short.setattr(Path, "read_bytes", no_descriptor)
        assert outbox.read(path) is None
        short.setattr(Path, "glob", no_descriptor)
        short.setattr(Path, "mkdir", no_descriptor)
        outbox.put(b'{"kept":2}', wall=2.0)
    assert [outbox.read(p) for p in outbox.waiting()] == [b'{"kept":1}', b'{"kept":2}']
