"""The machine as the checks read it: files, and what commands print."""

from __future__ import annotations

from cued.commands._checks.system import Machine, output, read


def test_a_file_is_read_below_the_root_without_its_line_end_or_zero(tmp_path):
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/model").write_bytes(b"Raspberry Pi 5\0\n")
    here = Machine(tmp_path)
    assert here.read("/proc/model") == "Raspberry Pi 5"
    assert here.read("/proc/none") == ""
    assert here.entries("/proc/*") == [tmp_path / "proc/model"]


def test_bytes_that_are_no_text_are_read_all_the_same(tmp_path):
    (tmp_path / "file").write_bytes(b"a\xffb")
    assert read(tmp_path / "file") == "a\ufffdb"


def test_a_command_that_is_missing_prints_nothing():
    assert output(["/nowhere/command"]) == ""


def test_one_active_unit_of_several_is_enough():
    asked = []

    def run(command):
        asked.append(command)
        return "inactive\nactive"

    assert Machine(run=run).active("a.service", "b.service")
    assert asked == [("systemctl", "is-active", "a.service", "b.service")]
    assert not Machine(run=lambda _command: "inactive").active("a.service")
