"""Checks of the service and its surroundings: another daemon, permissions, ports."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cued.commands._checks.system import SERVICE, Check, Machine
from cued.config import Config
from cued.runtime.lock import held
from cued.sinks._hosts import refusal

NEEDED = ("audio", "bluetooth", "gpio")


def other_daemon(machine: Machine, state: Path, station: str) -> Check:
    """Check whether a daemon is already running, as the service or from a terminal."""
    if machine.active(*SERVICE):
        return Check("other daemon", "ok", "the service is running; start no second daemon")
    if held(state, station):
        found = f"cued run of station {station} is running, outside the service"
        return Check("other daemon", "warning", found, "stop it where it was started (Ctrl-C)")
    if machine.ask("systemctl", "is-failed", "cued.service") == "failed":
        return Check("other daemon", "failed", "the service has failed", "journalctl -u cued -n 30")
    if machine.path("/usr/lib/systemd/system/cued.service").exists():
        start = "sudo systemctl start cued"
        return Check("other daemon", "warning", "the service is not running", start)
    return Check("other daemon", "ok", "none is running")


def groups_of(user: str) -> set[str]:
    """Return the names of a user's groups; none for a user that does not exist."""
    try:
        own = pwd.getpwnam(user).pw_gid
    except KeyError:
        return set()
    named: set[str] = set()
    for number in os.getgrouplist(user, own):
        try:
            named.add(grp.getgrgid(number).gr_name)
        except KeyError:
            named.add(str(number))
    return named


def permissions(machine: Machine, groups: Callable[[str], set[str]] = groups_of) -> Check:
    """Check whether the daemon's user may use sound, Bluetooth and pins."""
    user = "cued" if groups("cued") else pwd.getpwuid(os.getuid()).pw_name
    mine = groups(user)
    if user == "root":
        return Check("permissions", "ok", "root may use everything")
    there = {line.partition(":")[0] for line in machine.read("/etc/group").splitlines()}
    lacks = [g for g in NEEDED if g in there and g not in mine]
    if not lacks:
        return Check("permissions", "ok", f"{user} may use sound, Bluetooth and pins")
    advice = f"sudo usermod -aG {','.join(lacks)} {user}, then log in again or reboot"
    return Check("permissions", "failed", f"{user} is not in {', '.join(lacks)}", advice)


def ports(machine: Machine, config: Config) -> list[Check]:
    """Check that the configured ports are free, unless the service uses them."""
    wanted = list(_wanted(config))
    if not wanted:
        return [Check("ports", "skipped", "none are configured")]
    if machine.active(*SERVICE):
        return [Check("ports", "skipped", "the service is using them")]
    out: list[Check] = []
    for section, key, address, port in wanted:
        error = refusal(address, port)
        if error is not None:
            found = f"{address}, port {port} ({section} {key}): {error.strerror}"
            advice = f"sudo ss -ltnp 'sport = :{port}' shows what uses it; or set another {key}"
            out.append(Check("ports", "failed", found, advice))
    numbers = ", ".join(str(port) for *_, port in wanted)
    return out or [Check("ports", "ok", f"{numbers} free")]


def _wanted(config: Config) -> list[tuple[str, str, str, int]]:
    sinks: dict[str, Any] = dict(config.parts.get("sinks", {}))
    out: list[tuple[str, str, str, int]] = []
    if broker := sinks.get("broker"):
        out += [
            ("[sinks.broker]", key, broker.address, getattr(broker, key))
            for key in ("port", "websocket_port")
        ]
    if live := sinks.get("live"):
        out.append(("[sinks.live]", "port", live.host, live.port))
    return out
