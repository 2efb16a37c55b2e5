"""A simulated run over the air: the whole daemon on a simulated runner's own radio."""

from __future__ import annotations

import json

import pytest

from cued import app, config
from cued.__main__ import main
from cued.engine import Worn
from cued.model import Cue
from cued.simulation.run import Simulation
from cued.simulation.scenario import parse
from tests.sources.test_daemon_ble import FALL

pytestmark = [pytest.mark.usefixtures("bus"), pytest.mark.alone]
QUIET = ["--over-bluetooth", "--set", "station.hardware=false"]


def test_a_run_over_bluetooth_is_cued_as_the_run_itself(tmp_path):
    scenario, run = tmp_path / "fall.toml", parse(FALL)
    scenario.write_text(FALL)
    engine = app.engine(config.convert({}), {s.name: Worn(s.placement) for s in run.sensor})
    direct = [e for item in Simulation(run).inputs() for e in engine.feed(item)]
    expected = [e.key for e in direct if isinstance(e, Cue) and e.verdict == "given"]
    lines = tmp_path / "events"
    assert main(["simulate", str(scenario), *QUIET, "--events", str(lines)]) == 0
    events = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    cues = [e["key"] for e in events if e["type"] == "cue" and e["verdict"] == "given"]
    assert cues == expected
    assert {"fall_possible", "fall_confirmed"} <= set(cues)
    assert [e["speed_m_s"] for e in events if e["type"] == "stride"][-1] == pytest.approx(1.3, 0.01)
