"""A real mosquitto as a child process, on a free port of the loopback."""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from cued.sinks.mqtt import Config

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
PATIENCE_S = 10.0


def free_port() -> int:
    """Return a port where nothing listens, below those that the kernel gives to clients.

    At one of theirs, a client that tries long enough in vain gets its own port and meets itself.
    """
    while True:
        port = random.SystemRandom().randrange(20000, 32768)
        with suppress(OSError), socket.socket() as sock:
            sock.bind(("127.0.0.1", port))
            return port


def wait_for(what: Callable[[], object], message: str, patience_s: float = PATIENCE_S) -> None:
    end = time.monotonic() + patience_s
    while not what():
        assert time.monotonic() < end, message
        time.sleep(0.02)


class Mosquitto:
    """A broker that can be killed, started again on its port, and frozen.

    ``lines`` are its configuration, with PORT for its port; without any it lets everybody in.
    """

    def __init__(self, folder: Path, *lines: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self._conf = folder / f"mosquitto-{self.port}.conf"
        self._said = self._conf.with_suffix(".log")
        lines = lines or ("listener PORT 127.0.0.1", "allow_anonymous true")
        text = "\n".join((*lines, "log_dest stderr", f"user {os.environ.get('USER', 'root')}", ""))
        self._conf.write_text(text.replace("PORT", str(self.port)))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert MOSQUITTO
        with self._said.open("w") as log:
            self.process = subprocess.Popen([MOSQUITTO, "-c", str(self._conf)], stderr=log)
        wait_for(lambda: "running" in self._said.read_text() or self._ended(), "no mosquitto")
        assert not self._ended(), f"mosquitto did not start: {self._said.read_text()}"

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    def config(self, **options: Any) -> Config:
        """Return the configuration of a sink at this broker."""
        return Config(host="127.0.0.1", port=self.port, **options)

    def _ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None
