"""Ctrl-C is handled otherwise for a while, and as before after it."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from cued.interrupts import handled


def interrupted_division() -> float:
    os.kill(os.getpid(), signal.SIGINT)
    return 1 / 0


def test_ctrl_c_is_handled_otherwise_until_the_end_even_of_a_failure() -> None:
    came: list[int] = []
    with pytest.raises(ZeroDivisionError), handled(lambda number, _: came.append(number)):
        interrupted_division()
    assert came == [signal.SIGINT]
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)


def test_a_handler_of_the_daemon_stays() -> None:
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        with handled(signal.SIG_DFL):
            os.kill(os.getpid(), signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert came == [signal.SIGINT]


def test_in_another_thread_nothing_changes() -> None:
    seen: list[object] = []

    def look() -> None:
        with handled(signal.SIG_DFL):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]
