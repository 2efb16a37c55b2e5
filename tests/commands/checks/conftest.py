"""A Raspberry Pi of files, for the checks."""

from __future__ import annotations

import pytest

from cued.commands._checks.system import Machine


class Pi(Machine):
    """A Raspberry Pi of files; commands answer what a test lays down."""

    def __init__(self, root):
        super().__init__(root, lambda command: self.answers.get(" ".join(command), ""))
        self.answers = {}

    def write(self, name, text=""):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def adapter(self, name="hci0", device="platform/soc/fe201000.serial/serial0/serial0-0"):
        there = self.path(f"/sys/devices/{device}")
        there.mkdir(parents=True, exist_ok=True)
        folder = self.path(f"/sys/class/bluetooth/{name}")
        folder.mkdir(parents=True)
        (folder / "device").symlink_to(there)

    def wifi(self, mhz):
        there = self.path("/sys/devices/platform/soc/mmcnr/mmc1/mmc1:0001")
        there.mkdir(parents=True)
        self.write("/sys/class/net/wlan0/operstate", "up\n")
        self.path("/sys/class/net/wlan0/device").symlink_to(there)
        self.answers["iw dev wlan0 link"] = f"Connected to aa\n\tfreq: {mhz}" if mhz else ""


@pytest.fixture
def pi(tmp_path):
    return Pi(tmp_path)
