"""The self-test: every failure it can name is named, and none passes for success."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cued import __main__, config
from cued.commands import selftest
from cued.commands._checks import all as every
from cued.commands._checks import bluetooth, body, machine
from cued.commands._checks.system import Check, Machine
from cued.config import Sensor, Site
from cued.devices import witmotion
from cued.model import Battery, Belt, HeartRate, LinkChanged, Packet

BACK = Sensor(device="pod", placement="lower_back")


def packets(rate_hz, seconds=5.0, gap=None):
    out = []
    for n in range(int(seconds * rate_hz / 4)):
        t = 4 * n / rate_hz
        if gap is None or not gap[0] <= t < gap[1]:
            out.append(Packet(t, "back", None, np.zeros((4, 3)), None, 104.0))
    return out


@pytest.mark.parametrize(
    ("heard", "state", "found"),
    [
        ([], "failed", "not found"),
        ([LinkChanged(1.0, "back", False, "no connection (busy)")], "failed", "busy"),
        (packets(104.0), "ok", "104 of 104 Hz"),
        (packets(52.0), "failed", "52 of 104 Hz"),
        (packets(104.0, gap=(2.0, 2.3)), "ok", "longest silence 3"),
        (packets(104.0, gap=(2.0, 2.8)), "failed", "longest silence 8"),
        ([*packets(104.0), Battery(3.0, "back", 9.0)], "warning", "battery 9 %"),
        ([*packets(104.0), Battery(3.0, "else", 9.0)], "ok", "104"),
    ],
)
def test_a_sensor_is_judged_by_what_it_sent(heard, state, found):
    check = bluetooth.judged("back", BACK, heard)
    assert (check.state, found in check.found) == (state, True), check
    assert bool(check.advice) == (state != "ok")


@pytest.mark.parametrize(("configured", "state"), [(104, "ok"), (52, "warning"), (208, "warning")])
def test_an_unexpected_rate_is_reported(configured, state):
    sensor = Sensor(device="movesense", placement="lower_back", options={"rate_hz": configured})
    check = bluetooth.judged("back", sensor, packets(104.0))
    assert check.state == state
    assert (f"configured: {configured} Hz" in check.found) == (state == "warning")


@pytest.mark.parametrize(
    ("sent_hz", "state", "found"),
    [
        (10, "warning", "10 of 10 Hz, longest silence 100 ms; configured: 100 Hz"),
        (70, "failed", "70 of 100 Hz"),
        (100, "ok", "100 of 100 Hz"),
    ],
)
def test_data_of_a_witmotion_are_compared_with_its_configuration(sent_hz, state, found):
    device, heard = witmotion.WitMotion(witmotion.Config(), "back"), []
    frame = b"\x55\x61" + bytes(18)
    for n in range(8 * sent_hz):
        heard += device.receive(n / sent_hz, witmotion.NOTIFY, frame)
    check = bluetooth.judged("back", Sensor(device="witmotion", placement="lower_back"), heard)
    assert (check.state, found in check.found) == (state, True), check


def test_a_treadmill_is_judged_by_its_speed():
    belt = Sensor(device="ftms", placement="treadmill")
    assert bluetooth.judged("belt", belt, [Belt(1.0, 1.5)]).found == "belt at 1.50 m/s"
    assert bluetooth.judged("belt", belt, []).state == "failed"


def test_a_strap_is_judged_by_its_heart_rate():
    strap = Sensor(device="heart_rate", placement="heart_rate")
    assert bluetooth.judged("hr", strap, [HeartRate(1.0, "hr", 71.0)]).found == "71 beats a minute"
    assert "no heartbeat" in bluetooth.judged("hr", strap, [HeartRate(1.0, "hr", 0.0)]).found


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


def test_a_switched_off_radio_is_found(tmp_path):
    for n, (kind, soft, hard) in enumerate([("wlan", 1, 0), ("bluetooth", 0, 0)]):
        folder = tmp_path / f"rfkill{n}"
        folder.mkdir()
        (folder / "type").write_text(kind)
        (folder / "name").write_text(f"hci{n}")
        (folder / "soft").write_text(str(soft))
        (folder / "hard").write_text(str(hard))
    assert bluetooth.rfkill(tmp_path).state == "ok"
    (tmp_path / "rfkill1" / "soft").write_text("1")
    assert bluetooth.rfkill(tmp_path).found == "blocked: hci1"


def test_a_folder_that_cannot_be_written_fails(tmp_path):
    assert machine.disk(tmp_path).state in (
        "ok",
        "warning",
    )  # how full this machine is, we can't say
    (tmp_path / "file").touch()
    assert machine.disk(tmp_path / "not yet there").found.startswith(str(tmp_path))


async def test_motors_and_buttons_without_pins_fail_and_with_stand_ins_pass(tmp_path):
    chosen = config.convert({"actuators": {"haptic": {}}, "sources": {"buttons": {"mark_pin": 7}}})
    there = Site(runtime=str(tmp_path), hardware=False)
    assert [c.state for c in await body.motors(chosen, there, None)] == ["ok", "ok"]
    assert (await body.pressed(chosen, there)).found == "not pressed: GPIO5, GPIO7"
    nobody = await body.motors(chosen, there, lambda _question: False)
    assert [c.state for c in nobody] == ["failed", "failed"]
    real = Site(runtime=str(tmp_path), hardware=True, chip=4095)
    for check in [*await body.motors(chosen, real, None), await body.pressed(chosen, real)]:
        assert check.state == "failed"
        assert check.advice


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


def test_the_tested_disk_is_the_one_that_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(every, "SERVICE_STATE", tmp_path)
    for folder, tried in (("", tmp_path), ("/mnt/usb", Path("/mnt/usb"))):
        chosen = config.convert({"station": {"state": folder}})
        assert every.state_folder(chosen) == tried


def test_the_spoken_result_names_what_failed():
    assert selftest.spoken([]) == "Self test: all is well"
    assert selftest.spoken(["sound", "motor left"]) == "Self test: 2 problems. sound, motor left"
