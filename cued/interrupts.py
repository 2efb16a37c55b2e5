"""Ctrl-C where a KeyboardInterrupt would do harm: while modules are imported or a picture is drawn.

Whoever imports this has loaded little else, because Ctrl-C may come at once.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Generator
from types import FrameType


@contextlib.contextmanager
def handled(by: Callable[[int, FrameType | None], object] | signal.Handlers) -> Generator[None]:
    """Handle Ctrl-C otherwise meanwhile, where it would raise KeyboardInterrupt."""
    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not usual or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, by)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
