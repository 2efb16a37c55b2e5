"""Checks of the machine: power, pins of a killed program, clock and disk."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from cued.commands._checks import machine
from cued.commands._checks.system import Machine


@pytest.mark.parametrize(("alarm", "state"), [("1", "failed"), ("0", "ok")])
def test_undervoltage_is_read_from_the_kernel_where_the_firmware_says_nothing(pi, alarm, state):
    pi.write("/sys/class/hwmon/hwmon1/name", "rpi_volt\n")
    pi.write("/sys/class/hwmon/hwmon1/in0_lcrit_alarm", f"{alarm}\n")
    assert machine.power(pi).state == state


def test_the_clock_is_set_by_network_or_a_chip(pi):
    assert machine.clock(pi).state == "warning"
    pi.write("/dev/rtc0")
    assert machine.clock(pi).state == "ok"


def test_a_slow_card_is_a_warning(tmp_path, monkeypatch):
    times = iter([0.0, 1.7])
    clock = SimpleNamespace(monotonic=lambda: next(times))  # its own: threads read the real one
    monkeypatch.setattr(machine, "time", clock)
    check = machine.disk(tmp_path)
    assert check.state in ("warning", "failed")  # failed on a machine that is all but full
    assert "1700 ms" in check.found


@pytest.mark.parametrize(
    ("text", "state", "says"),
    [
        ("0", "ok", "no under-voltage"),
        ("50005", "failed", "now: under-voltage, throttled"),
        ("50000", "warning", "since the start: under-voltage, throttled"),
        ("e0008", "failed", "now: soft temperature limit"),
    ],
)
def test_power_flags_of_the_firmware_are_worded(tmp_path, text, state, says):
    check = machine.power(Machine(tmp_path, lambda _command: f"throttled=0x{text}"))
    assert check.state == state
    assert says in check.found


def test_pins_that_stay_on_after_a_kill_are_reported_with_what_to_do(tmp_path):
    here = Machine(tmp_path)
    parameter = here.path(machine.KEEPS_OUTPUTS[1])
    parameter.parent.mkdir(parents=True)
    states = {"Y": "warning", "N": "ok"}
    assert machine.pins_let_go(here).state == "skipped"
    for text, state in states.items():
        parameter.write_text(f"{text}\n")
        check = machine.pins_let_go(here)
        assert check.state == state
        assert ("strict-pins" in check.advice) == (state == "warning")


def test_a_folder_that_cannot_be_written_fails(tmp_path):
    assert machine.disk(tmp_path).state in (
        "ok",
        "warning",
    )  # how full this machine is, we can't say
    (tmp_path / "file").touch()
    assert machine.disk(tmp_path / "not yet there").found.startswith(str(tmp_path))
