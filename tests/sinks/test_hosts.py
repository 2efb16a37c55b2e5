"""Names, ports and addresses under which this machine is reached."""

from __future__ import annotations

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
