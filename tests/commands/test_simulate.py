"""``cued simulate --over-bluetooth``: the whole daemon on a simulated runner's own radio."""

from __future__ import annotations

import json

import pytest

from cued import app, config
from cued.__main__ import main
from cued.engine import Worn
from cued.model import Cue
from cued.simulation.run import Simulation
from cued.simulation.scenario import parse
from cued.standin import bus
from tests.sources.test_daemon_ble import FALL

pytestmark = pytest.mark.alone
QUIET = ["--over-bluetooth", "--set", "station.hardware=false"]


@pytest.fixture
def scenario(tmp_path):
    file = tmp_path / "fall.toml"
    file.write_text(FALL)
    return str(file)


@pytest.mark.usefixtures("bus")
def test_a_run_over_bluetooth_is_cued_as_the_run_itself(scenario, tmp_path):
    run = parse(FALL)
    engine = app.engine(config.convert({}), {s.name: Worn(s.placement) for s in run.sensor})
    direct = [e for item in Simulation(run).inputs() for e in engine.feed(item)]
    expected = [e.key for e in direct if isinstance(e, Cue) and e.verdict == "given"]
    lines = tmp_path / "events"
    assert main(["simulate", scenario, *QUIET, "--events", str(lines)]) == 0
    events = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    cues = [e["key"] for e in events if e["type"] == "cue" and e["verdict"] == "given"]
    assert cues == expected
    assert {"fall_possible", "fall_confirmed"} <= set(cues)
    assert [e["speed_m_s"] for e in events if e["type"] == "stride"][-1] == pytest.approx(1.3, 0.01)


def test_what_it_cannot_simulate_is_one_line(scenario, monkeypatch, capsys, tmp_path):
    assert main(["simulate", scenario, *QUIET, "--speed", "2"]) == 1
    assert "in real time" in capsys.readouterr().err
    acc_only = tmp_path / "acc.toml"
    acc_only.write_text(FALL.replace("range_g = 16 }", "range_g = 16, gyro = false }"))
    assert main(["simulate", str(acc_only), *QUIET]) == 1
    assert "foot has no gyroscope" in capsys.readouterr().err
    monkeypatch.setattr(bus.shutil, "which", lambda _name: None)
    assert main(["simulate", scenario, *QUIET]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("cued: dbus-daemon is not installed")
