"""The self-test: its report, its status and its spoken result."""

from __future__ import annotations

import json

from cued import __main__
from cued.commands import selftest
from cued.commands._checks.system import Check


def test_the_report_is_json_and_the_status_says_whether_anything_failed(monkeypatch, capsys):
    async def tried(config_, seconds, *, ask):
        return [Check("disk", "ok", "there"), Check("broker", state, "[gone]", "start it")]

    monkeypatch.setattr(selftest, "tried", tried)
    for state, status in (("warning", 0), ("failed", 1)):
        assert __main__.main(["selftest", "--json"]) == status
        report = json.loads(capsys.readouterr().out)
        assert [c["state"] for c in report["checks"]] == ["ok", state]
        assert __main__.main(["selftest"]) == status
        assert "[gone]" in capsys.readouterr().out


def test_the_spoken_result_names_what_failed():
    assert selftest.spoken([]) == "Self test: all is well"
    assert selftest.spoken(["sound", "motor left"]) == "Self test: 2 problems. sound, motor left"
