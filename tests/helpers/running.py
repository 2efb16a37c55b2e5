"""The daemon as a process, under a stand-in for systemd."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

from tests.helpers.home import HOME

GOOD = """
[station]
name = "{name}"
hardware = false
[sensors.trunk]
device = "pod"
placement = "lower_back"
address = "C0:FF:EE:00:00:01"
[sources.simulate]
scenario = "steady"
[actuators.haptic]
[actuators.speech]
"""
# The runner walks after a second.
WALK = """
duration_s = 120
belt = [{ at_s = 1.0, speed_m_s = 1.2 }]
does = [{ at_s = 1.0, what = "walk" }]
"""


class Running:
    """The daemon under a stand-in for systemd: a socket that takes what it says."""

    def __init__(
        self,
        folder,
        stdin=subprocess.DEVNULL,
        *,
        hardware=False,
        program=True,
        more="",
        **process,
    ):
        folder.mkdir(exist_ok=True)
        self.config = folder / "cued.toml"
        walk = folder / "walk.toml"
        walk.write_text(WALK)
        text = GOOD.format(name="one").replace("steady", str(walk))
        text += ("" if program else "[coach]\nprogram = false\n") + more
        self.config.write_text(text.replace("re = false", "re = true") if hardware else text)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(folder / "notify"))
        self.socket.settimeout(20.0)
        environment = os.environ | {
            "INVOCATION_ID": "0",
            "NOTIFY_SOCKET": str(folder / "notify"),
            "STATE_DIRECTORY": str(folder),
            "CACHE_DIRECTORY": str(folder),
            "RUNTIME_DIRECTORY": str(folder),
            "WATCHDOG_USEC": "600000",
            "PYTHONPATH": f"{folder}:{HOME}",
        }
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cued", "run", "--config", str(self.config)],
                cwd=HOME,
                env=environment,
                stdin=stdin,
                stderr=log,
                **process,
            )

    def hear(self, wanted):
        """Wait for a message; how long it took."""
        start = time.monotonic()
        while (heard := self.socket.recv(1000).decode()) != wanted:
            assert heard in ("READY=1", "WATCHDOG=1", "RELOADING=1", "STOPPING=1")
        return time.monotonic() - start

    def logs(self, text):
        """Wait until that is logged; what is heard meanwhile may have been on its way before."""
        while text not in self.log.read_text():
            self.hear("WATCHDOG=1")

    def silent(self, seconds):
        """Tell whether nothing is heard for so long, after what was on its way."""
        self.socket.settimeout(seconds)
        for _ in range(3):
            try:
                self.socket.recv(1000)
            except TimeoutError:
                return True
        return False

    def end(self):
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(10) == 0
        return time.monotonic() - start
