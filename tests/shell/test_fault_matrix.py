"""Faults at the start, in a session and at the end, on the real process.

Whatever the fault: ready within 10 s, ended within 10 s, and what was kept can be read. Figures:
docs/system-tests.md. Motors and relay at an end: ``test_keeper.py``; each part that raises:
``test_fences.py``.
"""

from __future__ import annotations

import contextlib
import resource
import signal
import socket
import sqlite3
import subprocess
import threading
import time

import pytest

from cued.recording.history.file import NAME
from cued.recording.history.schema import load
from cued.recording.sessions.session import RecordedSession
from cued.runtime import leaving
from tests.shell.test_run import BLOCKING, Running

pytestmark = pytest.mark.alone

KEPT = """
[sinks.history]
file = '{state}/history.sqlite'
[sinks.recorder]
folder = '{state}/sessions'
"""
LIMIT_S = 10.0  # of the service, at READY and at the end


@contextlib.contextmanager
def none(_state, _folder):
    yield "", {}


@contextlib.contextmanager
def few_descriptors(_state, _folder):
    limits = (24, 24)
    yield "", {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, limits)}


@contextlib.contextmanager
def read_only(state, _folder):
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "none", state], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a disk")
    subprocess.run(["mount", "-o", "remount,ro", state], check=True)
    yield "", {}
    subprocess.run(["umount", "-l", state], check=True)


@contextlib.contextmanager
def damaged(state, _folder):
    (state / NAME).write_bytes(b"SQLite format 3\0" + b"x" * 9000)
    yield "", {}


@contextlib.contextmanager
def held(state, _folder):
    with contextlib.closing(sqlite3.connect(state / NAME, isolation_level=None)) as other:
        other.execute("pragma locking_mode = exclusive")
        other.execute("create table x (y)")
        other.execute("begin exclusive")
        yield "", {}


@contextlib.contextmanager
def mute_broker(_state, _folder):
    """A broker that says it is connected, and never anything again."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        links = []

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    link, _ = server.accept()
                    links.append(link)
                    link.recv(4096)
                    link.sendall(b"\x20\x03\x00\x00\x00")

        threading.Thread(target=serve, daemon=True).start()
        port = server.getsockname()[1]
        yield f"[sinks.mqtt]\nhost = '127.0.0.1'\nport = {port}\n", {}
        for link in links:
            link.close()


@contextlib.contextmanager
def blocked_card(_state, folder):
    (folder / "sitecustomize.py").write_text(BLOCKING)
    yield "", {"hardware": True}


FAULTS = [none, few_descriptors, read_only, damaged, held, mute_broker, blocked_card]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.__name__)
def test_ready_and_ended_in_10_s_and_what_was_kept_is_readable(fault, tmp_path, capsys):
    state = tmp_path / "state"
    state.mkdir()
    with fault(state, tmp_path) as (more, options):
        started = time.monotonic()
        daemon = Running(tmp_path, program=False, more=more + KEPT.format(state=state), **options)
        try:
            daemon.hear("READY=1")
            ready_s = time.monotonic() - started
            while not (tmp_path / "session").exists():
                daemon.hear("WATCHDOG=1")  # inputs are handled, and a session begins
            daemon.hear("WATCHDOG=1")
            asked = time.monotonic()
            daemon.process.send_signal(signal.SIGTERM)
            status = daemon.process.wait(2 * LIMIT_S)
            ended_s = time.monotonic() - asked
        finally:
            daemon.process.kill()
            daemon.process.wait()
            daemon.socket.close()
        said = daemon.log.read_text()
        with capsys.disabled():
            print(f"\n| {fault.__name__} | {ready_s:.1f} s | {ended_s:.1f} s | {status} |")
        assert ready_s < LIMIT_S
        assert ended_s < LIMIT_S
        assert status == (leaving.HUNG if fault is blocked_card else 0)
        assert "Traceback" not in said
    if fault not in (read_only, held):
        assert load(state / NAME, "runner").sessions == 1
    for path in (state / "sessions").glob("*.mcap"):
        assert not RecordedSession(path).damage
