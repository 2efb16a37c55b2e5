"""All checks together: what needs action, and where the state is."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from cued import config
from cued.commands._checks import all as every
from cued.commands._checks.system import Check


def test_what_needs_action_is_what_failed_or_is_doubtful():
    checks = [Check("a", "ok", "fine"), Check("b", "warning", "hm", "do it")]
    assert every.missing(checks) == checks[1:]


def test_the_tested_disk_is_the_one_that_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(every, "SERVICE_STATE", tmp_path)
    for folder, tried in (("", tmp_path), ("/mnt/usb", Path("/mnt/usb"))):
        chosen = config.convert({"station": {"state": folder}})
        assert every.state_folder(chosen) == tried


def test_a_finding_is_a_line_and_its_advice_the_next():
    out = io.StringIO()
    checks = [Check("disk", "ok", "[there]"), Check("adapter", "failed", "none", "plug one in")]
    every.show(checks, Console(file=out, width=20))
    assert out.getvalue().splitlines() == [
        "✓ disk     [there]",
        "✗ adapter  none",
        "    → plug one in",
    ]
