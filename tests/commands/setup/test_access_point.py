"""A network of set-up's own: what is asked of NetworkManager, and that nothing is left of it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cued.commands._setup import place
from cued.commands._setup.place import Place
from cued.sinks._hosts import qr_code
from tests.helpers.home import HOME
from tests.helpers.program import program
from tests.scripts.test_units import ACCESS_POINT, settings

DEVICES = "eth0:ethernet\nwlan0:wifi\np2p-dev-wlan0:wifi-p2p"


class Machine:
    """A root folder, and a NetworkManager that writes down what it is asked."""

    def __init__(self, root: Path, devices: str, *, online: bool) -> None:
        self.root, self.asked = root, root / "asked"
        self.network = root / "run/cued-access-point/told"
        self.wanted = root / "run/cued/wifi"
        self.names = root / "etc/NetworkManager/dnsmasq-shared.d"
        for folder in (self.network.parent, self.wanted.parent, self.names, root / "dev"):
            folder.mkdir(parents=True)
        self.asked.touch()
        programs = {
            "nm-online": f"exit {0 if online else 1}",
            "nmcli": f'echo "$*" >>{self.asked}; [ "$1" != -g ] || echo "{devices}"',
            "sleep": "exit 0",
        }
        for name, text in programs.items():
            program(root / "bin" / name, text)
        python = f'PYTHONPATH={HOME} exec {sys.executable} "$@"'
        program(root / "opt/cued/venv/bin/python", python)

    def run(self, verb: str) -> list[str]:
        self.asked.write_text("")
        environ = {"PATH": f"{self.root}/bin:/usr/bin:/bin"}
        command = ["sh", HOME / "packaging/access-point", verb, self.root]
        subprocess.run(command, env=environ, check=True, capture_output=True)
        return self.asked.read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path, DEVICES, online=False)


def test_a_machine_without_a_network_opens_an_access_point_with_a_new_password(machine):
    passwords = set[str]()
    for _ in range(2):
        asked = machine.run("up")
        made = place.own_network(machine.network)
        assert made is not None
        assert made[0] == "cued-set-up"
        assert re.fullmatch("[0-9]{12}", made[1])
        passwords.add(made[1])
        (add,) = [line for line in asked if line.startswith("connection add")]
        assert add.startswith("connection add save no type wifi con-name cued-set-up ifname wlan0 ")
        assert "wifi-sec.key-mgmt wpa-psk wifi-sec.proto rsn" in add
        assert f"wifi-sec.psk {made[1]} " in add
        assert asked[-1] == "-w 30 connection up cued-set-up"
        console = (machine.root / "dev/tty1").read_text()
        assert made[1] in console
        assert console.endswith(qr_code(f"WIFI:T:WPA;S:cued-set-up;P:{made[1]};;") + "\n")
        assert machine.network.stat().st_mode & 0o777 == 0o640
        (names,) = machine.names.iterdir()
        assert f"http://{names.read_text().strip().removeprefix('address=/#/')}/" == place.PAGE
    assert len(passwords) == 2


def test_at_its_end_nothing_is_left_and_no_network_is_joined(machine):
    machine.run("up")
    assert machine.run("down") == ["connection delete cued-set-up"]
    assert not machine.network.exists()
    assert list(machine.names.iterdir()) == []


@pytest.mark.parametrize(("online", "devices"), [(True, DEVICES), (False, "eth0:ethernet")])
def test_with_a_network_or_without_wifi_there_is_no_access_point(tmp_path, online, devices):
    machine = Machine(tmp_path, devices, online=online)
    assert [line for line in machine.run("up") if "connection" in line] == []
    assert not machine.network.exists()
    assert list(machine.names.iterdir()) == []


@pytest.mark.parametrize(
    ("password", "asked"),
    [
        (
            "correct horse \\ battery",
            " wifi-sec.key-mgmt wpa-psk wifi-sec.psk correct horse \\ battery",
        ),
        ("", ""),
    ],
)
def test_the_network_named_by_the_phone_is_joined_once(machine, password, asked):
    place.ask_to_join(machine.wanted, "Our  home", password)
    output = machine.run("down")
    assert output[-1] == f"connection add type wifi con-name cued-home ssid Our  home{asked}"
    assert machine.wanted.read_text() == ""
    assert "connection add" not in " ".join(machine.run("down"))


def test_a_symbolic_link_is_not_read(machine):
    (machine.root / "secret").write_text("a secret\n")
    machine.wanted.symlink_to(machine.root / "secret")
    assert machine.run("down") == ["connection delete cued-set-up"]
    assert (machine.root / "secret").read_text() == "a secret\n"


def test_the_access_point_can_be_switched_off_and_ends_with_set_up():
    unit = settings(ACCESS_POINT)
    assert unit["ConditionPathExists"] == [
        "!/etc/cued/cued.toml", "|/boot/firmware/cued-access-point", "|/etc/cued/access-point",
    ]  # fmt: skip
    assert unit["BindsTo"] == ["cued.service"]
    assert "cued.service" in unit["After"][0].split()
    assert ACCESS_POINT in settings("cued.service")["Wants"][0].split()
    assert unit["CapabilityBoundingSet"] == [""]
    assert unit["PrivateNetwork"] == ["yes"]
    place = Place(Path("cued.toml"))
    assert place.network == Path("/run") / unit["RuntimeDirectory"][0] / "told"
    assert str(place.wanted.parent) in unit["ReadWritePaths"][0]
    assert f"/run/{settings('cued.service')['RuntimeDirectory'][0]}" == str(place.wanted.parent)
