"""A temporary private D-Bus system bus.

bleak looks for BlueZ on the bus named by DBUS_SYSTEM_BUS_ADDRESS, so that variable is set while the
bus runs: all Bluetooth of this process and of its children then uses this bus.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

from cued.model import CuedError

ADDRESS = "DBUS_SYSTEM_BUS_ADDRESS"
START_WITHIN_S = 5.0  # chosen: it takes a tenth of a second
CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""


@contextlib.contextmanager
def private_bus() -> Generator[str]:
    """Run a dbus-daemon and yield its address. Raises CuedError if it is not installed."""
    program = shutil.which("dbus-daemon")
    if program is None:
        raise CuedError("dbus-daemon is not installed (Debian package dbus-daemon)")
    with tempfile.TemporaryDirectory(prefix="cued-dbus-") as folder:
        path, config = Path(folder, "bus"), Path(folder, "bus.conf")
        config.write_text(CONFIG.format(socket=path), "utf-8")
        command = [program, f"--config-file={config}", "--nofork", "--nopidfile"]
        # In its own session: Ctrl-C at a terminal would end it before those who use it.
        daemon = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            _await_socket(path, daemon)
            with _environment(f"unix:path={path}"):
                yield os.environ[ADDRESS]
        finally:
            daemon.terminate()
            daemon.wait(START_WITHIN_S)


def _await_socket(path: Path, daemon: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while not _listens(path):
        if time.monotonic() > deadline or daemon.poll() is not None:
            raise CuedError("dbus-daemon does not start")
        time.sleep(0.01)


def _listens(path: Path) -> bool:
    """Return whether a connection is accepted: the socket's file is there a moment earlier."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
        probe.connect(str(path))
        return True
    return False


@contextlib.contextmanager
def _environment(address: str) -> Generator[None]:
    before = os.environ.get(ADDRESS)
    os.environ[ADDRESS] = address
    try:
        yield
    finally:
        if before is None:
            del os.environ[ADDRESS]
        else:
            os.environ[ADDRESS] = before
