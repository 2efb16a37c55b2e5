"""The command that measures: the engine's pace, its memory, a table and a file."""

from __future__ import annotations

import json

import pytest

from cued.__main__ import main
from cued.commands import bench
from cued.commands._bench_bluetooth import WHAT
from cued.standin import bus

pytestmark = pytest.mark.alone


@pytest.fixture
def short(monkeypatch):
    """Leave out what takes seconds: the daemon, another process, and four sensors."""
    monkeypatch.setattr(bench, "_start", dict)
    monkeypatch.setattr(bench, "_delays", no_delays)
    monkeypatch.setattr(bus.shutil, "which", lambda _name: None)


async def no_delays(_chosen):
    return {}


@pytest.mark.usefixtures("short")
def test_the_engine_is_timed_with_each_set_of_sensors_and_memory_watched(tmp_path):
    out = tmp_path / "b.json"
    assert main(["bench", "--minutes", "0.1", "--soak-hours", "0.002", "--json", str(out)]) == 0
    figures = json.loads(out.read_text())
    for sensors in bench.SETS:
        for kind in ("50 ms packets", "4 s packets"):
            assert figures[f"engine, {sensors}, {kind}: times real time"] > 1.0
        assert 0.0 < figures[f"engine, {sensors}: ms per 50 ms of data, p99"] < 50.0
    assert "memory grown over 0.002 h: MB" in figures


@pytest.mark.usefixtures("short")
def test_a_row_is_printed_and_written(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(bench, "_speed", lambda *_: {})
    assert main(["bench", "--minutes", "0.01", "--json", str(tmp_path / "b.json")]) == 0
    assert "not measured: dbus-daemon" in " ".join(capsys.readouterr().out.split())
    assert "not measured" in json.loads((tmp_path / "b.json").read_text())[WHAT]
