"""The folder of sessions: how files are named, found, and deleted when there is no room.

A file is named by the wall clock at its beginning, and may be given a name after that:
``2026-03-01_181500.mcap``, ``2026-03-01_181500_hills.mcap``. The runner's name is only inside.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from cued.model import RecordingError
from cued.reading import meant
from cued.recording.sessions.index import index
from cued.recording.sessions.opening import Opening
from cued.recording.sessions.session import SUFFIX

NAME = "sessions"
STAMP = "%Y-%m-%d_%H%M%S"
DAY_S = 86400.0  # a day
PAUSE_DAYS = 100.0  # chosen: longer than a summer; a longer pause means an unset clock
MB = 1e6  # bytes
EVENTFUL = 2.0  # sessions with a stumble or a fall are kept twice as long


class Keep(Struct, frozen=True, kw_only=True):
    """How long sessions are kept, days, and how much of the disk they leave free, MB."""

    days: float = 365.0
    free_mb: float = 500.0


def of(state: str) -> Path:
    """Return the folder of sessions in a state folder."""
    return Path(state) / NAME


def new(folder: Path, opening: Opening) -> Path:
    """Choose the name of a new file, numbered if another began in the same second."""
    stamp = datetime.fromtimestamp(opening.began, UTC).astimezone().strftime(STAMP)
    path = folder / f"{stamp}{SUFFIX}"
    number = 1
    while path.exists():
        number += 1
        path = folder / f"{stamp}_{number}{SUFFIX}"
    return path


def files(folder: Path) -> list[Path]:
    """List the sessions, oldest first."""
    return sorted(p for p in folder.glob(f"*{SUFFIX}") if p.is_file())  # reading a pipe never ends


def find(folder: Path, name: str) -> Path:
    """Find a session by path, by name, by the start or end of its name, or ``last``."""
    path = Path(name)
    if path.is_file():
        return path
    if path.exists():
        what = "folder" if path.is_dir() else "pipe or a device"
        raise RecordingError(f"{path}: a {what}, not a session; cued sessions lists what there is")
    there = files(folder)
    if name == "last" and there:
        return there[-1]
    stems = [p.stem for p in there]
    exact = [p for p in there if name in (p.stem, p.name)]
    near = [p for p in there if p.stem.startswith(name) or p.stem.endswith(f"_{name}")]
    found = exact or near
    if len(found) == 1:
        return found[0]
    if found:
        raise RecordingError(f"{name} may mean any of {', '.join(p.stem for p in found)}")
    hint = meant(name, stems) if stems else ""
    raise RecordingError(f"there is no session {name} in {folder}{hint}")


def tidy(folder: Path, keep: Keep, now: float) -> list[Path]:
    """Delete sessions that are too old, then the oldest while space is short; return them."""
    gone: list[Path] = []
    rest: list[Path] = []
    there = index(folder)
    for path, age_days in _aged(files(folder), now):
        if age_days > keep.days and (
            age_days > EVENTFUL * keep.days or not there.entry(path).eventful
        ):
            gone += _deleted(path)
        else:
            rest.append(path)
    if rest and _free_mb(folder) < keep.free_mb:
        for path in sorted(rest, key=lambda path: there.entry(path).eventful):
            if _free_mb(folder) >= keep.free_mb:
                break
            gone += _deleted(path)
    there.save()
    return gone


def _deleted(path: Path) -> list[Path]:
    """Delete a file; ignore a failure, so that a new session can be recorded all the same."""
    try:
        path.unlink()
    except OSError:
        return []
    return [path]


def _aged(paths: Sequence[Path], now: float) -> list[tuple[Path, float]]:
    """Return paths, oldest first, and their ages in days.

    A pause of more than ``PAUSE_DAYS`` counts as none, because an unset clock may show any year.
    """
    aged: list[tuple[Path, float]] = []
    later, age_days = now, 0.0
    for written, path in sorted(((p.stat().st_mtime, p) for p in paths), reverse=True):
        pause_days = max(0.0, later - written) / DAY_S
        age_days += pause_days if pause_days <= PAUSE_DAYS else 0.0
        later = min(later, written)
        aged.append((path, age_days))
    return aged[::-1]


def _free_mb(folder: Path) -> float:
    return shutil.disk_usage(folder).free / MB
