"""What of sessions and history is on the disk. Run by the package's own Python.

kept.py FOLDER [SESSION]: prints the newest (or the given) session's file name, the time of its last
sample on the clock of its boot in s, what SQLite says of the history, and how many rows it has.
"""

import sqlite3
import sys
from pathlib import Path

from cued.model import Packet
from cued.recording.sessions.session import RecordedSession

home = Path(sys.argv[1])
names = sorted(path.name for path in (home / "sessions").glob("*.mcap"))
name = sys.argv[2] if len(sys.argv) > 2 else names[-1]
session = RecordedSession(home / "sessions" / name)
last = max(item.t for item in session.inputs(session.parts[-1]) if isinstance(item, Packet))
history = sqlite3.connect(f"file:{home / 'history.sqlite'}?mode=ro", uri=True)
verdict = history.execute("pragma integrity_check").fetchone()[0]
rows = sum(
    history.execute(f"select count(*) from {table}").fetchone()[0]
    for table in ("session", "phase", "cue", "effect", "imprint")
)
print(name, last, verdict, rows)
