"""Join sessions, or remove a runner's name from them.

A new file is written next to the old one and replaces it in one step, so that a power cut leaves
one or the other.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from cued.coach.workout.memory import Memory
from cued.model import RecordingError, Summary
from cued.recording.sessions import records
from cued.recording.sessions.messages import EVENTS, INPUTS, FileMessage
from cued.recording.sessions.opening import Opening
from cued.recording.sessions.session import RecordedSession, SessionPart
from cued.recording.sessions.totals import Ending
from cued.recording.sessions.writing import NS, SessionFile, offset_ns
from cued.whole import replacing

NOBODY = "forgotten"
# Keys whose values may contain a runner's name; elsewhere the same word means a phase or a foot.
FREE = {"runner", "value", "text", "why", "because", "details", "source", "worked"}
T = TypeVar("T", Opening, Ending)


def merge(sessions: Sequence[RecordedSession]) -> Path:
    """Join a runner's sessions as parts of the oldest's file; delete the other files."""
    runners = {s.ending(p).runner for s in sessions for p in s.parts}
    if len(runners) > 1:
        raise RecordingError(f"sessions of different runners: {', '.join(sorted(runners))}")
    if len({s.path.resolve() for s in sessions}) < len(sessions):
        raise RecordingError("a session cannot be joined with itself")
    ordered = sorted(sessions, key=lambda s: s.parts[0].opening.began)
    into = ordered[0].path
    _replace(into, _copies(ordered))
    for session in ordered[1:]:
        session.path.unlink()
    return into


def is_of(session: RecordedSession, runner: str) -> bool:
    """Return whether any of a session belongs to a runner."""
    for part in session.parts:
        if session.ending(part).runner == runner:
            return True
        summaries = (e for e in session.events(part) if isinstance(e, Summary))
        if any(s.details.get("runner") == runner for s in summaries):
            return True
    return False


def mentions(session: RecordedSession, runner: str) -> bool:
    """Return whether a session of somebody else names a runner anywhere."""
    for part in session.parts:
        about = msgspec.json.encode((part.opening, part.ending))
        if _without(about, runner) != about:
            return True
        texts = (one.data for one in _messages(session, part) if _is_text(one))
        if any(_without(text, runner) != text for text in texts):
            return True
    return False


def without(session: RecordedSession, runner: str) -> None:
    """Remove every mention of a runner from a session of somebody else."""
    _replace(session.path, _copies([session], runner))


def _copies(sessions: Sequence[RecordedSession], runner: str = "") -> Iterator[bytes]:
    """Yield the bytes of a file with all parts of the sessions, without a named runner."""
    file = SessionFile()
    for session in sessions:
        for part in session.parts:
            file.begin(_nameless(_unknown(part.opening, runner), Opening, runner))
            for number, chunk in enumerate(session.chunks(part)):
                if number == part.hole:
                    file.gap()
                for one in _in_chunk(session, part, chunk):
                    file.add(_nameless_message(one, runner))
                yield file.drain()
            if part.hole is not None and part.hole >= len(part.chunks):
                file.gap()
            file.end(_nameless(session.ending(part), Ending, runner))
    file.finish()
    yield file.drain()


def _messages(session: RecordedSession, part: SessionPart) -> Iterator[FileMessage]:
    for chunk in session.chunks(part):
        yield from _in_chunk(session, part, chunk)


def _in_chunk(session: RecordedSession, part: SessionPart, chunk: bytes) -> Iterator[FileMessage]:
    offset = offset_ns(part.opening)
    for topic, ns, data in records.messages(chunk, session.topics):
        yield FileMessage(topic, (ns - offset) / NS, data)


def _is_text(one: FileMessage) -> bool:
    return one.topic.startswith((INPUTS, EVENTS))


def _nameless_message(one: FileMessage, runner: str) -> FileMessage:
    if not runner or not _is_text(one):
        return one
    return msgspec.structs.replace(one, data=_without(one.data, runner))


def _nameless(value: T, kind: type[T], runner: str) -> T:
    if not runner:
        return value
    return msgspec.json.decode(_without(msgspec.json.encode(value), runner), type=kind)


def _unknown(opening: Opening, runner: str) -> Opening:
    """Return an opening without a runner's memory, which a guest's session may hold."""
    if not runner or opening.memory.runner.lower() != runner.lower():
        return opening
    return msgspec.structs.replace(opening, memory=Memory(runner=NOBODY))


def _without(text: bytes, runner: str) -> bytes:
    """Replace a name in the texts of a JSON value."""
    if runner.lower() not in text.decode().lower():
        return text
    name = re.compile(rf"(?<!\w){re.escape(runner)}(?!\w)", re.IGNORECASE)
    return msgspec.json.encode(_cleared(msgspec.json.decode(text), name, free=False))


def _cleared(node: Any, name: re.Pattern[str], *, free: bool) -> Any:
    """Replace a name in everything below the keys of ``FREE``."""
    match node:
        case dict():
            parts = cast("dict[str, Any]", node).items()
            return {
                name.sub(NOBODY, key) if free else key: _cleared(
                    value, name, free=free or key in FREE
                )
                for key, value in parts
                if not (free and name.fullmatch(key))
            }
        case list():
            return [_cleared(one, name, free=free) for one in cast("list[Any]", node)]
        case str():
            return name.sub(NOBODY, node) if free else node
        case _:
            return node


def _replace(path: Path, content: Iterator[bytes]) -> None:
    before = path.stat()
    with replacing(path, 0o600) as file:
        file.writelines(content)
        file.flush()  # before the time is set
        os.utime(file.fileno(), ns=(before.st_atime_ns, before.st_mtime_ns))
