"""Output of a scan."""

from __future__ import annotations

import pytest

from cued import __main__
from cued.commands import scan
from cued.commands._checks.system import Check
from cued.standin.peripheral import Peripheral
from tests.helpers.pods import Pod, cued

pytestmark = pytest.mark.usefixtures("bus")


async def test_scan_prints_what_to_configure(bluez, capsys):
    bluez.add(Pod(bluez, rssi=-60))
    bluez.add(Peripheral("C0:DE:00:00:00:66", "Kettle", {}))
    assert await cued("scan", "--seconds", "0.5", "--battery") == 0
    out = capsys.readouterr().out
    assert "cued pod 0001" in out
    assert "C0:DE:00:00:00:01" in out
    assert "good (-60 dBm)" in out
    assert "80 %" in out
    assert "Kettle" not in out
    assert "1 supported, 1 other device in range" in out


async def test_scan_prints_names_without_control_characters(bluez, capsys):
    bluez.add(Peripheral("C0:DE:00:00:00:66", "[/b] [mi] \x1b[31mband\n", {}))
    assert await cued("scan", "--seconds", "0.5", "--all") == 0
    assert "[/b] [mi] [31mband" in capsys.readouterr().out


async def test_scan_mentions_sensors_held_by_the_service(bluez, capsys, monkeypatch):
    monkeypatch.setattr(scan.Machine, "active", lambda *_: True)
    assert await cued("scan", "--seconds", "0.3") == 0
    assert "sudo systemctl stop cued" in capsys.readouterr().out


async def test_scan_without_bluetooth_is_one_line(bluez, capsys):
    bluez.unplug()
    assert await cued("scan", "--seconds", "0.3") == 1
    assert capsys.readouterr().err.splitlines()[-1] == "cued: there is no Bluetooth adapter"


def test_a_scan_without_an_adapter_does_not_say_to_wake_the_sensor(monkeypatch, capsys):
    async def silent(_args):
        raise TimeoutError("the Bluetooth service does not answer")

    advice = [Check("adapter", "failed", "there is no Bluetooth adapter", "plug one in")]
    monkeypatch.setattr(scan, "_listen", silent)
    monkeypatch.setattr(scan, "bluetooth", lambda *_: advice)
    assert __main__.main(["scan"]) == 1
    output = capsys.readouterr()
    assert "plug one in" in output.out
    assert "Wake" not in output.out
