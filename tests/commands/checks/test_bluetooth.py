"""Checks of Bluetooth: adapter, service, the chip shared with Wi-Fi, and what each sensor sent."""

from __future__ import annotations

import numpy as np
import pytest

from cued import config
from cued.commands._checks import bluetooth
from cued.config import Sensor
from cued.devices import witmotion
from cued.model import Battery, Belt, HeartRate, LinkChanged, Packet

SENSORS = {side: {"device": "pod", "placement": f"foot_{side}"} for side in ("left", "right")}
FEET = config.convert({"sources": {"ble": {}}, "sensors": SENSORS, "actuators": {}})
BACK = config.convert(
    {"sources": {"ble": {}}, "sensors": {"back": {"device": "pod", "placement": "lower_back"}}}
)


@pytest.mark.parametrize(
    ("mhz", "chosen", "state"),
    [
        (2437, FEET, "warning"),
        (2412.0, FEET, "warning"),
        (None, FEET, "warning"),
        (5180, FEET, "ok"),
        (2437, BACK, "ok"),
    ],
)
def test_wifi_and_bluetooth_on_one_chip_are_reported_where_it_matters(pi, mhz, chosen, state):
    pi.adapter()
    pi.wifi(mhz)
    check = bluetooth.shared_chip(pi, chosen)
    assert check.state == state
    assert ("USB Bluetooth adapter" in check.advice) == (state == "warning")


def test_a_usb_adapter_shares_no_chip(pi):
    pi.adapter("hci0")
    pi.adapter("hci1", "platform/scb/fd500000.pcie/usb1/1-1/1-1.2")
    pi.wifi(2437)
    usb = config.convert({"sources": {"ble": {"adapter": "hci1"}}, "sensors": SENSORS})
    assert bluetooth.shared_chip(pi, usb).state == "ok"
    assert bluetooth.shared_chip(pi, FEET).state == "warning"


def test_bluetooth_sound_counts_as_two_links(pi):
    pi.adapter()
    pi.wifi(2437)
    heard = config.convert(
        {"sources": {"ble": {}}, "actuators": {"speech": {"device": "bluealsa"}}}
    )
    assert "Bluetooth sound" in bluetooth.shared_chip(pi, heard).found


def test_a_missing_or_different_adapter_is_named(pi):
    assert bluetooth.adapter(pi, FEET).state == "failed"
    pi.adapter("hci0")
    pi.path("/sys/class/bluetooth/hci0:11").mkdir()
    assert bluetooth.adapter(pi, FEET).found == "hci0 (built in)"
    other = config.convert({"sources": {"ble": {"adapter": "hci3"}}})
    assert 'adapter = "hci0"' in bluetooth.adapter(pi, other).advice


def test_a_stopped_or_missing_bluetooth_service_is_reported_with_its_command(pi):
    pi.answers["systemctl is-active bluetooth.service"] = "inactive"
    assert bluetooth.service(pi).advice == "sudo apt install bluez"
    pi.write("/usr/libexec/bluetooth/bluetoothd")
    assert bluetooth.service(pi).advice == "sudo systemctl enable --now bluetooth"
    pi.answers["systemctl is-active bluetooth.service"] = "active"
    assert bluetooth.service(pi).state == "ok"


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
    check = bluetooth.judged("back", Sensor(device="pod", placement="lower_back"), heard)
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
