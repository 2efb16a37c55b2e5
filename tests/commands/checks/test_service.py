"""Checks of the service: another daemon, permissions and ports."""

from __future__ import annotations

import socket

from cued import config
from cued.commands._checks import service
from cued.runtime import lock


def test_a_user_who_lacks_a_group_gets_the_command(pi):
    pi.write("/etc/group", "audio:x:29:\nbluetooth:x:111:\ngpio:x:997:\n")
    check = service.permissions(pi, lambda user: {"cued", "audio"} if user == "cued" else set())
    assert check.state == "failed"
    assert check.advice.startswith("sudo usermod -aG bluetooth,gpio cued")
    pi.write("/etc/group", "audio:x:29:\n")  # Debian proper has no gpio
    assert service.permissions(pi, lambda _user: {"audio"}).state == "ok"


def test_a_taken_port_is_reported_unless_the_service_has_it(pi):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        chosen = config.convert({"sinks": {"live": {"port": port}}})
        (check,) = service.ports(pi, chosen)
        assert check.state == "failed"
        assert f":{port}" in check.advice
        pi.answers["systemctl is-active cued.service cued@*.service"] = "active"
        assert service.ports(pi, chosen)[0].state == "skipped"


def test_another_daemon_is_reported(pi, tmp_path):
    assert service.other_daemon(pi, tmp_path, "one").state == "ok"
    with lock.only_one(tmp_path, "one"):
        assert "station one" in service.other_daemon(pi, tmp_path, "one").found
        assert service.other_daemon(pi, tmp_path, "two").state == "ok"
    pi.write("/usr/lib/systemd/system/cued.service")
    assert service.other_daemon(pi, tmp_path, "one").advice == "sudo systemctl start cued"
