"""The process ends within its time, whatever hangs, and says what did."""

from __future__ import annotations

import signal
import time

import pytest

from cued.runtime import leaving
from tests.helpers.running import Running

BLOCKING = """
import sys, time, types
card = types.ModuleType("sounddevice")
card.PortAudioError = type("PortAudioError", (Exception,), {})
card._initialized = False
card._initialize = lambda: time.sleep(3600)
sys.modules["sounddevice"] = card
"""

pytestmark = pytest.mark.alone


def test_a_blocking_card_delays_neither_ready_nor_the_end(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(BLOCKING)
    daemon = Running(tmp_path, hardware=True)
    try:
        assert daemon.hear("READY=1") < 10.0  # limits of the service
        daemon.hear("WATCHDOG=1")
        assert "the card has not opened within 3 s" in daemon.log.read_text()
        start = time.monotonic()
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.process.wait(20) == leaving.HUNG
        assert time.monotonic() - start < 10.0
        said = daemon.log.read_text().splitlines()[-1]
        assert said.startswith("cued: ended by force, because")
        assert "sound-card" in said
    finally:
        daemon.process.kill()
        daemon.process.wait()
        daemon.socket.close()


def test_a_blocked_loop_does_not_prevent_the_end(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import time, cued.sinks.console as c\nasync def run(_): time.sleep(3600)\n"
        "c.Console.run = run\n"
    )
    daemon = Running(tmp_path, more="[sinks.console]\n")
    try:
        daemon.hear("READY=1")
        start = time.monotonic()
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.process.wait(20) == leaving.HUNG
        assert time.monotonic() - start < 10.0
        assert "MainThread (sitecustomize.py: run)" in daemon.log.read_text()
    finally:
        daemon.process.kill()
        daemon.process.wait()
        daemon.socket.close()
