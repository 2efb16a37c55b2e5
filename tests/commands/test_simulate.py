"""The command that simulates a run: what it refuses in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from cued.__main__ import main
from cued.standin import bus
from tests.sources.test_daemon_ble import FALL

pytestmark = pytest.mark.alone
QUIET = ["--over-bluetooth", "--set", "station.hardware=false"]


def test_what_it_cannot_simulate_is_one_line(monkeypatch, capsys, tmp_path):
    scenario = str(tmp_path / "fall.toml")
    Path(scenario).write_text(FALL)
    assert main(["simulate", scenario, *QUIET, "--speed", "2"]) == 1
    assert "in real time" in capsys.readouterr().err
    acc_only = tmp_path / "acc.toml"
    acc_only.write_text(FALL.replace("range_g = 16 }", "range_g = 16, gyro = false }"))
    assert main(["simulate", str(acc_only), *QUIET]) == 1
    assert "foot has no gyroscope" in capsys.readouterr().err
    monkeypatch.setattr(bus.shutil, "which", lambda _name: None)
    assert main(["simulate", scenario, *QUIET]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("cued: dbus-daemon is not installed")
