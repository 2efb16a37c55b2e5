"""The minder: warns by voice and vibration when the coach is gone in the middle of a session.

A separate service (systemd/cued-minder.service), for what the coach cannot say itself: that it was
killed, hangs, or that systemd has given up on it. It uses the motors and one rendered clip, and
nothing else of the program.

Rules
-----
* While a session is open the coach keeps a file, and touches it twice a second
  (``runtime/session_marker.py``). It removes the file when the session ends, or when it is itself
  shut down cleanly. A file that has not been touched for ``GONE_S`` means that the coach is gone.
* The file names pins and clip; the minder reads no configuration.
* Times are this process's monotonic clock: the wall clock of a Pi jumps.
* It warns at most ``MOST`` times: by then nobody is on the belt, or nobody listens.

Motors that a frozen coach still holds cannot be driven; the clip is heard if the card is free.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

GONE_S = 3.0  # six touches missed: a process that hangs, not one that is busy
CHECK_S = 0.25  # short against ``GONE_S``
EVERY_S = 10.0  # while the coach is away; chosen
MOST = 6  # one minute of warnings, see above
PULSES = ((0.4, 0.2),) * 3  # s on, s off: longer than any cue of the coach
CLIP_S = 10.0  # a player that takes longer is stuck; chosen


class Minder:
    """Decides when to warn: a pure state machine over the marker file's times."""

    def __init__(self) -> None:
        self._touched: int | None = None
        self._since = 0.0
        self._warnings = 0

    def feed(self, touched: int | None, now: float) -> bool:
        """Return True to warn now. ``touched``: when the file was, None without one."""
        if touched != self._touched:
            self._touched, self._since, self._warnings = touched, now, 0
        due = self._since + GONE_S + self._warnings * EVERY_S
        if touched is None or self._warnings >= MOST or now < due:
            return False
        self._warnings += 1
        return True


def touched(marker: Path) -> int | None:
    """Return when a file was last touched, ns."""
    try:
        return marker.stat().st_mtime_ns
    except OSError:
        return None


def warn(marker: Path) -> None:
    """Buzz and play the clip."""
    try:
        about = json.loads(marker.read_text())
    except (OSError, ValueError):
        return
    print("the coach is gone in the middle of a session", file=sys.stderr, flush=True)
    clip = None
    if about.get("clip"):
        with contextlib.suppress(OSError):
            clip = subprocess.Popen(["aplay", "-q", about["clip"]], stdin=subprocess.DEVNULL)
    if about.get("pins"):
        _buzz(about["pins"])
    if clip:
        try:
            clip.wait(CLIP_S)
        except subprocess.TimeoutExpired:
            clip.kill()
            clip.wait()


def _buzz(wanted: list[Any]) -> None:
    """Drive the motors through a keeper, which sets them low however this process ends."""
    keeper = [sys.executable, "-m", "cued.keeper", json.dumps(wanted)]
    with subprocess.Popen(keeper, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdout.readline()  # ready, or why not
        with contextlib.suppress(OSError):
            for on_s, off_s in PULSES:
                for value, wait_s in ((1.0, on_s), (0.0, off_s)):
                    lines = "".join(f"{pin} {value}\n" for pin in wanted[0])
                    process.stdin.write(lines.encode())
                    process.stdin.flush()
                    time.sleep(wait_s)


def main(marker: Path) -> None:
    """Watch the marker for ever."""
    minder = Minder()
    while True:
        if minder.feed(touched(marker), time.monotonic()):
            warn(marker)
        time.sleep(CHECK_S)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
