"""The command that simulates a run: what it refuses in one line, and how it can be watched."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from cued import config
from cued.__main__ import main
from cued.commands.simulate import shown
from cued.standin import bus
from tests.helpers.home import HOME
from tests.helpers.world import taken
from tests.sources.test_daemon_ble import FALL

QUIET = ["--over-bluetooth", "--set", "station.hardware=false"]
DEMO = HOME / "config" / "demo.toml"


@pytest.mark.alone
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


def test_page_and_broker_avoid_taken_ports():
    with ExitStack() as stack:
        ports = [stack.enter_context(taken()) for _ in range(3)]
        keys = ("sinks.broker.port", "sinks.broker.websocket_port", "sinks.live.port")
        settings = {k: str(p) for k, p in zip(keys, ports, strict=True)}
        with shown(config.load(DEMO, settings)) as moved:
            sinks = moved.parts["sinks"]
            chosen = {sinks["broker"].port, sinks["broker"].websocket_port, sinks["live"].port}
            assert not chosen & set(ports)
            assert len(chosen) == 3
            assert sinks["mqtt"].port == sinks["broker"].port
            assert sinks["live"].broker_port == sinks["broker"].websocket_port


def test_watching_needs_no_password_and_allows_no_command():
    with shown(config.load(DEMO)) as moved:
        sinks = moved.parts["sinks"]
        assert sinks["broker"].guests_read
        assert sinks["broker"].user == sinks["mqtt"].user != ""
        file = Path(sinks["broker"].password_file)
        assert file.stat().st_mode & 0o077 == 0
        assert len(file.read_text()) >= 8
    assert not file.exists()


def test_a_configuration_without_page_and_broker_is_unchanged():
    plain = config.convert({})
    with shown(plain) as moved:
        assert moved == plain
