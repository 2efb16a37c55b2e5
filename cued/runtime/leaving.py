"""Handles the signals that end the process, and enforces a deadline whatever hangs.

Rules
-----
* A thread reads the signals, because a blocked event loop would not notice them.
* The process ends within ``LEAVES_S`` of the request: cleanly if possible, else by force with one
  line that names what hangs. Motors and relay are low by then, or go low with the process
  (``keeper.py``).
* A library that holds the interpreter lock stops every thread; then systemd's own limit remains
  (``TimeoutStopSec``).
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable, Mapping
from types import FrameType

LEAVES_S = 9.0  # the process has to end within 10 s
HUNG = 1  # exit status
ENDING = frozenset({signal.SIGTERM, signal.SIGINT})

_leaving = threading.Event()


def leave_soon() -> None:
    """End the process by force after ``LEAVES_S``, if it still runs."""
    if not _leaving.is_set():
        _leaving.set()
        threading.Thread(target=_leave, name="deadline", daemon=True).start()


def _leave() -> None:
    time.sleep(LEAVES_S)
    os.write(2, f"cued: ended by force, because {_hanging()} did not end\n".encode())
    os._exit(HUNG)


def _hanging() -> str:
    """Name the threads that still run, and the code that the main one is in."""
    frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage] (no public way exists)
    main = frames.get(threading.main_thread().ident or 0)
    others = [t.name for t in threading.enumerate() if not t.daemon]
    names = [f"MainThread ({_where(main)})" if n == "MainThread" else n for n in others]
    return ", ".join(names)


def _where(frame: FrameType | None) -> str:
    code = frame.f_code if frame else None
    return f"{code.co_filename.rpartition('/')[2]}: {code.co_name}" if code else "gone"


class Signals:
    """Passes signals from a thread to the event loop; their actions can be changed.

    The loop's own ``add_signal_handler`` must not be used as well: there is only one wake-up pipe.
    """

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._actions: Mapping[int, Callable[[], None]] = {}
        self._read, write = os.pipe()
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        threading.Thread(target=self._listen, name="signals", daemon=True).start()

    def set_actions(self, actions: Mapping[int, Callable[[], None]]) -> None:
        """Set the function that the loop calls for each signal from now on."""
        self._actions = actions
        for number in actions:
            signal.signal(number, _ignore)

    def _listen(self) -> None:
        while numbers := os.read(self._read, 64):
            for number in numbers:
                if number in ENDING:
                    leave_soon()
                with contextlib.suppress(RuntimeError):  # the loop is closed
                    self._loop.call_soon_threadsafe(self._do, number)

    def _do(self, number: int) -> None:
        if number in self._actions:
            self._actions[number]()


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the signal's number reaches the thread through the wake-up pipe."""
