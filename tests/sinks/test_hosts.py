"""Names, ports and addresses under which this machine is reached."""

from __future__ import annotations

import errno
import socket

import pytest

from cued.sinks import _hosts
from cued.sinks._hosts import hostname, qr_code
from tests.helpers.world import taken


def test_a_taken_port_is_one_line_with_the_option_to_change():
    with taken() as port:
        message = _hosts.whose_port("[sinks.live]", "127.0.0.1", port, "port")
    assert message == (
        f"[sinks.live] cannot listen on 127.0.0.1, port {port}: another program has it; "
        "set port to a free one"
    )
    assert _hosts.whose_port("[sinks.live]", "127.0.0.1", port, "port") == ""


def test_the_qr_code_fits_a_terminal():
    lines = qr_code("http://192.168.178.123:50000/").splitlines()
    assert len(lines) <= 20
    assert all(len(line) < 80 + 40 for line in lines)  # escapes included


def test_our_own_address_is_found_or_none():
    own = _hosts.own_address()
    assert own == "" or socket.inet_aton(own)


@pytest.mark.parametrize(
    ("host", "bare"),
    [("Pi.local:80", "pi.local"), ("[::1]:80", "[::1]"), ("[::1]", "[::1]"), ("", ""),
     (":80", ":80")],
)  # fmt: skip
def test_the_port_is_removed_from_a_host(host: str, bare: str) -> None:
    assert hostname(host) == bare


@pytest.mark.parametrize(
    ("host", "ours"),
    [("localhost", True), ("192.0.2.7", True), ("[fe80::1]", True), ("gym.example", True),
     ("evil.example", False), ("localhost.evil.example", False), ("", False)],
)  # fmt: skip
def test_a_host_is_ours_by_address_or_by_a_known_name(host: str, ours: bool) -> None:
    assert _hosts.is_ours(host, ("Gym.example",)) == ours


def test_a_port_below_1024_is_refused_with_the_fix():
    error = PermissionError(errno.EACCES, "Permission denied")
    assert _hosts.cannot_listen("[sinks.live]", "::", 80, "port", error).endswith(
        "cannot listen on ::, port 80: ports below 1024 are the system's; set port to a higher one"
    )


def test_a_wanted_port_is_replaced_only_if_it_is_taken():
    with taken() as port:
        assert _hosts.free_port("127.0.0.1", port) not in (port, 0)
    assert _hosts.free_port("127.0.0.1", port) == port
