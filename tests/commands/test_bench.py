"""The command that measures: its table and its file."""

from __future__ import annotations

import json

from cued.__main__ import main
from cued.commands import _bench_bluetooth as bench
from cued.standin import bus


def test_a_row_is_printed_and_written(monkeypatch, tmp_path, capsys):
    from cued.commands import bench as command

    for name in ("_speed", "_start"):
        monkeypatch.setattr(command, name, lambda *_: {})
    monkeypatch.setattr(command, "_delays", no_delays)
    monkeypatch.setattr(bus.shutil, "which", lambda _name: None)
    assert main(["bench", "--minutes", "0.01", "--json", str(tmp_path / "b.json")]) == 0
    assert "not measured: dbus-daemon" in " ".join(capsys.readouterr().out.split())
    assert "not measured" in json.loads((tmp_path / "b.json").read_text())[bench.WHAT]


async def no_delays(_chosen):
    return {}
