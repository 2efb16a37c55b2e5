"""Sessions joined, and sessions without a runner who is to be forgotten.

A file is made anew beside the old one and takes its place in one step, so that a power cut leaves
one or the other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec.structs import replace

from cued.coach.workout.memory import Memory
from cued.model import Command, Input, RecordingError, Summary
from cued.recording.sessions.chunk import Packer
from cued.recording.sessions.opening import FORMAT, Opening
from cued.recording.sessions.session import MAGIC, Part, Session, record

NOBODY = "forgotten"


def merge(sessions: Sequence[Session]) -> Path:
    """Join sessions of one runner into the oldest's file, each a part of it; the rest goes."""
    runners = {s.ending(p).runner for s in sessions for p in s.parts}
    if len(runners) > 1:
        raise RecordingError(f"sessions of different runners: {', '.join(sorted(runners))}")
    if len({s.path.resolve() for s in sessions}) < len(sessions):
        raise RecordingError("a session cannot be joined with itself")
    ordered = sorted(sessions, key=lambda s: s.parts[0].opening.began)
    into = ordered[0].path

    def write(file: BinaryIO) -> None:
        for session in ordered:
            for part in session.parts:
                _copy(file, session, part)

    _replace(into, write)
    for session in ordered[1:]:
        session.path.unlink()
    return into


def is_of(session: Session, runner: str) -> bool:
    """Tell whether a runner did any of a session."""
    for part in session.parts:
        if session.ending(part).runner == runner:
            return True
        summaries = (e for e in session.events(part) if isinstance(e, Summary))
        if any(s.details.get("runner") == runner for s in summaries):
            return True
    return False


def mentions(session: Session, runner: str) -> bool:
    """Tell whether a runner is named in a session of somebody else."""
    for part in session.parts:
        memory = part.opening.memory
        if runner in (memory.runner, *memory.others):
            return True
        if any(_names(item, runner) for item in session.inputs(part)):
            return True
    return False


def without(session: Session, runner: str) -> None:
    """Take what names a runner out of a session of somebody else."""

    def write(file: BinaryIO) -> None:
        for part in session.parts:
            opening = replace(part.opening, memory=_memory(part.opening.memory, runner))
            _copy(file, session, part, opening, lambda item: _nameless(item, runner))

    _replace(session.path, write)


def _memory(memory: Memory, runner: str) -> Memory:
    others = {name: m for name, m in memory.others.items() if name != runner}
    if memory.runner == runner:
        return Memory(runner=NOBODY, others=others)
    return replace(memory, others=others)


def _names(item: Input, runner: str) -> bool:
    return isinstance(item, Command) and str(item.value or "").strip() == runner


def _nameless(item: Input, runner: str) -> Input:
    if isinstance(item, Command) and _names(item, runner):
        return replace(item, value=NOBODY)
    return item


def _copy(
    file: BinaryIO,
    session: Session,
    part: Part,
    opening: Opening | None = None,
    change: Callable[[Input], Input] | None = None,
) -> None:
    opening = opening or part.opening
    if change:
        opening = replace(opening, format=FORMAT)  # packed as it is done now
    file.write(record("O", msgspec.json.encode(opening)))
    packer = Packer()
    for number, data in enumerate(session.contents(part)):
        if number == part.hole:
            file.write(record("D", b""))
        if change:
            inputs, events = session.unpacked(data)
            file.write(record("C", packer.pack([change(item) for item in inputs], events)))
        else:
            file.write(record("C", data))
    file.write(record("E", msgspec.json.encode(session.ending(part))))


def _replace(path: Path, write: Callable[[BinaryIO], None]) -> None:
    before = path.stat()
    beside = path.with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(MAGIC)
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.utime(beside, ns=(before.st_atime_ns, before.st_mtime_ns))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
