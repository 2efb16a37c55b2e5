"""The doctor's report: every check is in it, as lines or as JSON."""

from __future__ import annotations

import json

from cued import __main__


def test_a_wrong_configuration_is_a_finding_and_the_rest_is_checked(tmp_path, capsys):
    file = tmp_path / "cued.toml"
    file.write_text("[station]\nlanguge = 'de'\n")
    assert __main__.main(["doctor", "--config", str(file)]) == 1
    output = capsys.readouterr().out
    assert "did you mean language?" in output
    for name in ("other daemon", "permissions", "adapter", "Bluetooth service", "disk", "clock",
                 "sound card", "pins", "ports", "broker"):  # fmt: skip
        assert name in output


def test_the_report_is_json_too(tmp_path, capsys):
    file = tmp_path / "cued.toml"
    file.write_text("[sources.ble]\n")
    __main__.main(["doctor", "--json", "--config", str(file)])
    checks = json.loads(capsys.readouterr().out)
    assert checks[0]["name"] == "configuration"
    assert all(c["advice"] for c in checks if c["state"] == "failed")
