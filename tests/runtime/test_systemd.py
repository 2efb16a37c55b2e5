"""What systemd is told, and its sockets: nobody is left waiting there."""

from __future__ import annotations

import asyncio
import os
import socket

import pytest

from cued.runtime import systemd


@pytest.fixture
def listening(monkeypatch):
    """A socket that systemd has handed over, at whatever number."""
    with socket.create_server(("127.0.0.1", 0)) as there:
        monkeypatch.setattr(systemd, "FIRST", there.fileno())
        monkeypatch.setenv("LISTEN_FDS", "1")
        monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
        yield there


async def test_a_connection_to_an_unserved_address_is_refused(listening):
    for _ in range(2):  # the second daemon of a process finds it open, too
        async with systemd.refusing_connections():
            reader, writer = await asyncio.open_connection(*listening.getsockname())
            assert await reader.read() == b""
            writer.close()


def test_sockets_passed_to_another_process_are_not_ours(listening, monkeypatch):
    (ours,) = systemd.handed_sockets()
    ours.close()
    monkeypatch.setenv("LISTEN_PID", "1")
    assert systemd.handed_sockets() == []
    monkeypatch.delenv("LISTEN_FDS")
    assert systemd.handed_sockets() == []


def test_a_systemd_that_does_not_listen_blocks_nothing(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        results = [systemd.notify("WATCHDOG=1") for _ in range(1000)]
        assert results[0]
        assert not results[-1]
        deaf.recv(100)
        assert systemd.notify("READY=1")
    systemd._socket().close()  # a daemon keeps it until its process ends
    systemd._socket.cache_clear()
