"""The private bus: named in the environment while it runs, and an error when it cannot."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import struct
import subprocess
import time
from pathlib import Path

import pytest

from cued.model import CuedError
from cued.standin.bus import ADDRESS, START_WITHIN_S, private_bus


class Daemon:
    """Stands for dbus-daemon, of which nothing else is used here: it only listens."""

    starts = True
    ended = 0

    def __init__(self, command: list[str], **_: object) -> None:
        config = Path(command[1].removeprefix("--config-file=")).read_text("utf-8")
        self.socket = Path(config.partition("unix:path=")[2].partition("<")[0])
        self.link = socket.socket(socket.AF_UNIX)
        if self.starts:
            self.link.bind(str(self.socket))

    def poll(self) -> int | None:
        if not self.starts:
            return 1
        self.link.listen()  # a moment after its file was made, as dbus-daemon does
        return None

    def terminate(self) -> None:
        self.link.close()
        type(self).ended += 1

    def wait(self, _within_s: float) -> None:
        pass


@pytest.fixture
def daemon(monkeypatch):
    class Fresh(Daemon):
        pass

    monkeypatch.setattr(shutil, "which", lambda _name: "dbus-daemon")
    monkeypatch.setattr(subprocess, "Popen", Fresh)
    return Fresh


@pytest.mark.parametrize("before", [None, "unix:path=/elsewhere"])
def test_the_bus_is_named_while_it_runs_and_the_former_one_afterwards(daemon, monkeypatch, before):
    monkeypatch.setenv(ADDRESS, before or "")
    if before is None:
        monkeypatch.delenv(ADDRESS)
    with contextlib.suppress(ZeroDivisionError), private_bus() as address:
        path = Path(address.removeprefix("unix:path="))
        assert path.exists()
        assert os.environ[ADDRESS] == address
        assert daemon.ended == 0
        raise ZeroDivisionError
    assert os.environ.get(ADDRESS) == before
    assert daemon.ended == 1
    assert not path.exists()


def test_a_daemon_that_ends_at_once_is_an_error(daemon):
    daemon.starts, began = False, time.monotonic()
    with pytest.raises(CuedError, match="does not start"), private_bus():
        pass
    assert time.monotonic() - began < START_WITHIN_S
    assert daemon.ended == 1


def test_without_dbus_daemon_the_package_is_named(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(CuedError, match="Debian package dbus-daemon"), private_bus():
        pass


def test_ctrl_c_at_a_terminal_does_not_reach_the_daemon():
    with private_bus() as address, socket.socket(socket.AF_UNIX) as link:
        link.connect(address.removeprefix("unix:path="))
        (pid,) = struct.unpack_from("i", link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        assert os.getpgid(pid) != os.getpgid(0)
