"""A daemon with disk, broker and card, and faults that begin at given moments."""

from __future__ import annotations

import contextlib
import re
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from cued.recording.history.file import NAME
from cued.recording.history.schema import load
from cued.recording.sessions.session import RecordedSession
from tests.helpers.home import HOME
from tests.helpers.running import Running

MOMENTS = ("start", "session", "end")
AT_ONCE = 4
COACHED_S = 2.5  # after the fault has begun in a session: longer than a gap may be
CONFIG = """
[sinks.history]
file = '{state}/history.sqlite'
[sinks.recorder]
folder = '{state}/sessions'
keep_free_mb = 0
[sinks.mqtt]
host = '127.0.0.1'
port = {port}
"""
DOCUMENT = HOME / "docs/system-tests.md"
BEGINS, ENDS = "<!-- fault matrix -->", "<!-- end -->"
FEWEST, FEW = 16, 20  # it opens 20; below 11 it has no pipe for its signals
HUGE = 200_000_000  # bytes of a message


class Broker:
    """A minimal broker that can fall silent or flood its client."""

    def __init__(self) -> None:
        self.mute = self.shouts = False
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                link = self.server.accept()[0]
                threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link: socket.socket) -> None:
        with suppress(OSError, IndexError), link, link.makefile("rb") as file:
            while True:
                kind, size, shift = file.read(1)[0], 0, 0
                while (digit := file.read(1)[0]) & 0x80:
                    size, shift = size | (digit & 0x7F) << shift, shift + 7
                body = file.read(size | digit << shift)
                answer = self._answer(kind, body)
                if not self.mute or kind == 0x10:
                    link.sendall(answer)
                if self.shouts and kind != 0x10:
                    self._shout(link)

    def _answer(self, kind: int, body: bytes) -> bytes:
        match kind >> 4:
            case 1:
                return b"\x20\x03\x00\x00\x00"
            case 3 if kind & 6:
                topic = int.from_bytes(body[:2], "big")
                return b"\x40\x02" + body[2 + topic : 4 + topic]
            case 8:
                return b"\x90\x04" + body[:2] + b"\x00\x00"
            case 12:
                return b"\xd0\x00"
            case _:
                return b""

    def _shout(self, link: socket.socket) -> None:
        topic = b"cued/one/command"
        size = HUGE
        head = bytes((size >> shift) & 0x7F | 0x80 for shift in (0, 7, 14)) + bytes((size >> 21,))
        link.sendall(b"\x30" + head + len(topic).to_bytes(2, "big") + topic + b"\x00")
        for _ in range(HUGE // 1_000_000):
            link.sendall(b"x" * 1_000_000)


class Cell:
    """One daemon, its disk and its broker."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.state = folder, folder / "state"
        self.state.mkdir()
        self.broker = Broker()
        self.daemon: Running | None = None

    def limit(self, descriptors: int) -> None:
        assert self.daemon
        resource.prlimit(self.daemon.process.pid, resource.RLIMIT_NOFILE, (descriptors,) * 2)

    def flag(self, fault: str) -> None:
        (self.folder / "fault").write_text(fault)


Fault = Callable[[Cell], AbstractContextManager[Callable[[], object]]]


@contextmanager
def read_only_disk(cell: Cell) -> Iterator[Callable[[], object]]:
    """Make the disk read-only, as the kernel does when it finds ext4 damaged."""
    image = cell.folder / "disk"
    with image.open("wb") as file:
        file.truncate(16_000_000)
    run("mkfs.ext4", "-q", image)
    run("mount", "-o", "loop,errors=remount-ro", image, cell.state)
    device = run("findmnt", "-no", "SOURCE", cell.state).strip().rpartition("/")[2]
    try:
        yield lambda: Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("1")
    finally:
        run("umount", "-l", cell.state)


@contextmanager
def full_disk(cell: Cell) -> Iterator[Callable[[], object]]:
    run("mount", "-t", "tmpfs", "-o", "size=4m", "none", cell.state)

    def fill() -> None:
        with suppress(OSError), (cell.state / "filler").open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)

    try:
        yield fill
    finally:
        run("umount", "-l", cell.state)


def damage_history(cell: Cell) -> None:
    with (cell.state / NAME).open("r+b" if (cell.state / NAME).exists() else "wb") as file:
        file.write(b"SQLite format 3\0" + b"x" * 9000)


@contextmanager
def locked_history(cell: Cell) -> Iterator[Callable[[], object]]:
    with contextlib.closing(
        sqlite3.connect(cell.state / NAME, 10.0, isolation_level=None, check_same_thread=False)
    ) as other:
        yield lambda: other.execute("begin exclusive")


def at_once(fault: Callable[[Cell], object]) -> Fault:
    """Make a fault of an action without preparation and clean-up."""
    return lambda cell: nullcontext(lambda: fault(cell))


FAULTS: dict[str, Fault] = {
    "none": at_once(lambda cell: None),
    f"{FEWEST} / {FEW} / {FEW} file descriptors at most": at_once(
        lambda cell: cell.limit(FEW if (cell.folder / "session").exists() else FEWEST)
    ),
    "disk read-only": read_only_disk,
    "disk full": full_disk,
    "disk hangs": at_once(lambda cell: cell.flag("disk_hangs")),
    "history damaged": at_once(damage_history),
    "history held by another program": locked_history,
    "broker mute after CONNACK": at_once(lambda cell: setattr(cell.broker, "mute", True)),
    "a message of 200 MB": at_once(lambda cell: setattr(cell.broker, "shouts", True)),
    "sound card blocks": at_once(lambda cell: cell.flag("blocked_card")),
    "all other parts raise": at_once(lambda cell: cell.flag("parts_raise")),
}


class Seen(NamedTuple):
    """The outcome of one daemon."""

    fault: str
    moment: str
    ready_s: float
    gap_s: float
    ended_s: float
    status: int
    pins_low: bool
    peak_mb: float
    sessions: int | None  # in the history, None where it cannot be read
    damage: str  # of session files
    files: int
    said: str


def run(*command: object) -> str:
    words = [str(word) for word in command]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def see(fault: str, moment: str) -> Seen:
    """Take one daemon through one fault."""
    with tempfile.TemporaryDirectory(prefix="fault-") as name:
        cell = Cell(Path(name))
        shutil.copy((HOME / "tests/helpers/faulty_site.py"), cell.folder / "sitecustomize.py")
        with FAULTS[fault](cell) as begin:
            try:
                return _seen(cell, fault, moment, begin)
            finally:
                (cell.folder / "fault").unlink(missing_ok=True)
                cell.broker.server.close()
                if cell.daemon:
                    cell.daemon.process.kill()
                    cell.daemon.process.wait()
                    cell.daemon.socket.close()


def _seen(cell: Cell, fault: str, moment: str, begin: Callable[[], object]) -> Seen:
    started = time.monotonic()
    descriptors = fault.endswith("descriptors at most")  # of a process that has to exist
    if moment == "start" and not descriptors:
        begin()
    more = CONFIG.format(state=cell.state, port=cell.broker.port)
    card = fault == "sound card blocks"
    daemon = cell.daemon = Running(cell.folder, program=False, more=more, hardware=card)
    if moment == "start" and descriptors:
        begin()
    daemon.socket.settimeout(60.0)  # an excessive time is still measured
    daemon.hear("READY=1")
    ready_s = time.monotonic() - started
    while not (cell.folder / "session").exists():
        daemon.hear("WATCHDOG=1")
    if moment == "session":
        begin()
    until = time.monotonic() + COACHED_S
    while time.monotonic() < until:
        daemon.hear("WATCHDOG=1")
    if moment == "end":
        begin()
    peak = Path(f"/proc/{daemon.process.pid}/status").read_text()
    asked = time.monotonic()
    daemon.process.send_signal(signal.SIGTERM)
    status = daemon.process.wait(20)
    ended_s = time.monotonic() - asked
    times = [float(line) for line in (cell.folder / "conclusions").read_text().split()]
    moments = [*(t for t in times if t < asked), asked]
    sessions, damage, files = _kept(cell.state)
    return Seen(
        fault,
        moment,
        ready_s,
        max(b - a for a, b in pairwise(moments)),
        ended_s,
        status,
        _pins_low(cell.folder / "pins"),
        float(re.findall(r"VmHWM:\s+(\d+)", peak)[0]) / 1e3,
        sessions,
        damage,
        files,
        daemon.log.read_text(),
    )


def _kept(state: Path) -> tuple[int | None, str, int]:
    """Return the number of sessions in the history, damage of the session files, and the files."""
    try:
        sessions = load(state / NAME, "runner").sessions
    except (sqlite3.Error, OSError):
        sessions = None
    files = list((state / "sessions").glob("*.mcap"))
    return (
        sessions,
        "; ".join(str(RecordedSession(path).damage or "") for path in files),
        len(files),
    )


def _pins_low(lines: Path) -> bool:
    """Return whether the keeper left each pin low; without a keeper none was set."""
    if not lines.exists():
        return True
    last = {line.split(" ")[1]: line.split(" ")[2] for line in lines.read_text().splitlines()[1:]}
    return bool(last) and all(float(value) == 0.0 for value in last.values())


def see_all() -> list[Seen]:
    """Run the matrix, several daemons at a time."""
    cells = [(fault, moment) for fault in FAULTS for moment in MOMENTS]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda cell: see(*cell), cells[2:]))  # no fault needs one moment


def table(seen: list[Seen]) -> str:
    """Return the table of docs/system-tests.md."""
    lines = [
        "| fault: from the start / in a session / at SIGTERM | ready, s | longest gap, s "
        "| ended, s | status | history | session file |",
        "|---|---|---|---|---|---|---|",
    ]
    for fault in FAULTS:
        of = [cell for cell in seen if cell.fault == fault]
        columns = (
            [f"{cell.ready_s:.1f}" for cell in of],
            [f"{cell.gap_s:.1f}" for cell in of],
            [f"{cell.ended_s:.1f}" for cell in of],
            [str(cell.status) for cell in of],
            ["kept" if cell.sessions else "lost" for cell in of],
            ["damaged" if cell.damage else "whole" if cell.files else "none" for cell in of],
        )
        joined = (" / ".join(c) if len(set(c)) > 1 else c[0] for c in columns)
        lines.append(f"| {fault} | {' | '.join(joined)} |")
    return "\n".join(lines)


def write(seen: list[Seen]) -> None:
    """Write the table into the document."""
    text = DOCUMENT.read_text("utf-8")
    head, rest = text.split(BEGINS)
    DOCUMENT.write_text(f"{head}{BEGINS}\n{table(seen)}\n{ENDS}{rest.split(ENDS)[1]}", "utf-8")
