"""The doctor: each thing that breaks on a real Pi is named, with the next command to type."""

from __future__ import annotations

import json
import socket
from types import SimpleNamespace

import pytest

from cued import __main__, config
from cued.commands import run, scan
from cued.commands._checks import all as every
from cued.commands._checks import bluetooth, header, machine, service, sound_card
from cued.commands._checks.header import Chip
from cued.commands._checks.system import Check, Machine
from cued.runtime import lock

TWO = {"device": "pod", "placement": "foot_left"}, {"device": "pod", "placement": "foot_right"}
FEET = config.convert(
    {"sources": {"ble": {}}, "sensors": {"left": TWO[0], "right": TWO[1]}, "actuators": {}}
)
BACK = config.convert(
    {"sources": {"ble": {}}, "sensors": {"back": {"device": "pod", "placement": "lower_back"}}}
)
MOTORS = config.convert({"actuators": {"haptic": {}}})  # GPIO12 and GPIO13
VOICE = config.convert({"actuators": {"speech": {}}})
HDMI = " 0 [vc4hdmi0       ]: vc4-hdmi - vc4-hdmi-0\n                      vc4-hdmi-0\n"
JACK = " 1 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones\n"


class Pi(Machine):
    """A Raspberry Pi of files; commands answer what a test lays down."""

    def __init__(self, root):
        super().__init__(root, lambda command: self.answers.get(" ".join(command), ""))
        self.answers = {}

    def write(self, name, text=""):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def adapter(self, name="hci0", device="platform/soc/fe201000.serial/serial0/serial0-0"):
        there = self.path(f"/sys/devices/{device}")
        there.mkdir(parents=True, exist_ok=True)
        folder = self.path(f"/sys/class/bluetooth/{name}")
        folder.mkdir(parents=True)
        (folder / "device").symlink_to(there)

    def wifi(self, mhz):
        there = self.path("/sys/devices/platform/soc/mmcnr/mmc1/mmc1:0001")
        there.mkdir(parents=True)
        self.write("/sys/class/net/wlan0/operstate", "up\n")
        self.path("/sys/class/net/wlan0/device").symlink_to(there)
        self.answers["iw dev wlan0 link"] = f"Connected to aa\n\tfreq: {mhz}" if mhz else ""


@pytest.fixture
def pi(tmp_path):
    return Pi(tmp_path)


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
    usb = config.convert({"sources": {"ble": {"adapter": "hci1"}}, "sensors": {
        "left": TWO[0], "right": TWO[1]}})  # fmt: skip
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


def chips(*found):
    return lambda: list(found)


@pytest.mark.parametrize("label", ["pinctrl-rp1", "pinctrl-bcm2711"])
@pytest.mark.parametrize("number", [0, 4])
def test_the_gpio_header_is_found_by_its_label_whatever_its_number(pi, label, number):
    there = chips(
        Chip("/dev/gpiochip9", "gpio-brcmstb", {}), Chip(f"/dev/gpiochip{number}", label, {})
    )
    check = header.pins(pi, MOTORS, there)
    assert check.state == "ok"
    assert f"/dev/gpiochip{number} ({label})" in check.found


def test_a_configured_chip_that_is_not_the_header_is_reported(pi):
    chosen = config.convert({"station": {"chip": 4}, "actuators": {"haptic": {}}})
    check = header.pins(pi, chosen, chips(Chip("/dev/gpiochip0", "pinctrl-rp1", {})))
    assert check.state == "failed"
    assert "chip = 4" in check.found


def test_a_machine_without_a_header_is_reported(pi):
    assert header.pins(pi, MOTORS, chips(Chip("/dev/gpiochip0", "INT34C5", {}))).state == "failed"
    assert header.pins(pi, MOTORS, chips()).state == "failed"


@pytest.mark.parametrize(
    ("line", "pin"),
    [
        ("dtparam=spi=on", 8),
        ("dtparam=i2c_arm=on,spi=on", 10),
        ("dtparam=i2c_arm=on", 2),
        ("dtoverlay=hifiberry-dac", 18),
        ("dtoverlay=max98357a", 19),
        ("dtoverlay=gpio-fan,gpiopin=14", 14),
        ("dtoverlay=w1-gpio", 4),
        ("enable_uart=1", 15),
    ],
)
@pytest.mark.parametrize("place", ["/boot/firmware/config.txt", "/boot/config.txt"])
def test_an_overlay_that_holds_a_configured_pin_is_named(pi, line, pin, place):
    chosen = config.convert({"actuators": {"haptic": {"left_pin": pin}}})
    there = chips(Chip("/dev/gpiochip0", "pinctrl-bcm2711", {}))
    pi.write(place, f"[all]\n#{line}\n")
    assert header.pins(pi, chosen, there).state == "ok"
    pi.write(place, f"[all]\n{line}  # for something else\n")
    check = header.pins(pi, chosen, there)
    assert check.state == "failed"
    assert line in check.found
    assert f"GPIO{pin}" in check.found


def test_a_pin_of_another_program_is_busy_and_our_own_is_not(pi):
    def on(user):
        return chips(Chip("/dev/gpiochip0", "pinctrl-rp1", {13: user}))

    assert header.pins(pi, MOTORS, on("lg")).state == "ok"
    check = header.pins(pi, MOTORS, on("spi0 CS1"))
    assert check.state == "failed"
    assert "GPIO13" in check.found
    assert "spi0 CS1" in check.found


def test_a_pin_of_another_station_of_this_machine_is_named(pi):
    there = chips(Chip("/dev/gpiochip0", "pinctrl-rp1", {}))
    pi.write("/etc/cued/left.toml", "[station]\nname = 'left'\n[actuators.haptic]\nleft_pin = 20\n")
    check = header.pins(pi, MOTORS, there)
    assert check.state == "failed"
    assert "GPIO13" in check.found
    assert "left.toml" in check.found
    own = "[station]\nname = 'treadmill'\n[actuators.haptic]\n"
    pi.write("/etc/cued/left.toml", own)  # the same station's, under another name
    assert header.pins(pi, MOTORS, there).state == "ok"
    pi.write("/etc/cued/left.toml", "nonsense")
    assert header.pins(pi, MOTORS, there).state == "ok"


def test_pins_that_the_user_may_not_open_name_the_group(pi):
    def refused():
        raise PermissionError(13, "Permission denied", "/dev/gpiochip0")

    assert "usermod -aG gpio" in header.pins(pi, MOTORS, refused).advice


def test_hdmi_as_the_first_card_is_reported_with_a_better_one(pi):
    pi.write("/proc/asound/cards", HDMI + JACK)
    check = sound_card.sound_card(pi, VOICE)
    assert check.state == "warning"
    assert 'device = "Headphones"' in check.advice
    named = config.convert({"actuators": {"speech": {"device": "headphones"}}})
    assert sound_card.sound_card(pi, named).state == "ok"


def test_no_card_or_a_missing_card_fails(pi):
    pi.write("/proc/asound/cards", "--- no soundcards ---\n")
    assert sound_card.sound_card(pi, VOICE).state == "failed"
    pi.write("/proc/asound/cards", HDMI + JACK)
    named = config.convert({"actuators": {"speech": {"device": "UACDemo"}}})
    assert "no card 'UACDemo', only vc4hdmi0, Headphones" in sound_card.sound_card(pi, named).found


def test_a_desktop_that_holds_the_sound_card_is_reported(pi):
    pi.write("/proc/asound/cards", JACK)
    units = " ".join(sound_card.DESKTOPS)
    pi.answers[f"systemctl is-active {units}"] = "active\ninactive"
    assert sound_card.sound_card(pi, VOICE).state == "warning"
    pi.write("/proc/asound/card1/pcm0p/sub0/status", "state: RUNNING\nowner_pid   : 812\n")
    pi.write("/proc/812/comm", "pipewire\n")
    check = sound_card.sound_card(pi, VOICE)
    assert check.state == "failed"
    assert "in use by pipewire" in check.found
    assert "multi-user.target" in check.advice


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


def test_a_user_who_lacks_a_group_gets_the_command(pi):
    pi.write("/etc/group", "audio:x:29:\nbluetooth:x:111:\ngpio:x:997:\n")
    check = service.permissions(pi, lambda user: {"cued", "audio"} if user == "cued" else set())
    assert check.state == "failed"
    assert check.advice.startswith("sudo usermod -aG bluetooth,gpio cued")
    pi.write("/etc/group", "audio:x:29:\n")  # Debian proper has no gpio
    assert service.permissions(pi, lambda _user: {"audio"}).state == "ok"


def test_a_taken_port_is_reported_unless_the_service_has_it(pi):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        chosen = config.convert({"sinks": {"live": {"port": port}}})
        (check,) = service.ports(pi, chosen)
        assert check.state == "failed"
        assert f":{port}" in check.advice
        pi.answers["systemctl is-active cued.service cued@*.service"] = "active"
        assert service.ports(pi, chosen)[0].state == "skipped"


def test_another_daemon_is_reported(pi, tmp_path):
    assert service.other_daemon(pi, tmp_path, "one").state == "ok"
    with lock.only_one(tmp_path, "one"):
        assert "station one" in service.other_daemon(pi, tmp_path, "one").found
        assert service.other_daemon(pi, tmp_path, "two").state == "ok"
    pi.write("/usr/lib/systemd/system/cued.service")
    assert service.other_daemon(pi, tmp_path, "one").advice == "sudo systemctl start cued"


def test_a_second_daemon_of_a_station_stops_with_one_line(tmp_path, capsys):
    file = tmp_path / "cued.toml"
    file.write_text(
        f'[station]\nname = "one"\nhardware = false\nstate = "{tmp_path}"\n[sources.simulate]\n'
    )
    with lock.only_one(tmp_path, "one"):
        assert __main__.main(["run", "--config", str(file)]) == 1
    output = capsys.readouterr().err
    assert output.startswith("cued: station one is run by another cued already")
    assert output.count("\n") == 1
    with lock.only_one(tmp_path, "one"):  # it is let go of
        pass


def test_a_daemon_started_next_to_the_service_stops_with_one_line(monkeypatch, capsys, tmp_path):
    file = tmp_path / "cued.toml"
    file.write_text(f'[station]\nstate = "{tmp_path}"\n[sources.ble]\n')
    monkeypatch.setattr(run.Machine, "active", lambda *_: True)
    monkeypatch.delenv("INVOCATION_ID", raising=False)
    assert __main__.main(["run", "--config", str(file)]) == 1
    output = capsys.readouterr().err
    assert "sudo systemctl stop cued" in output
    assert output.count("\n") == 1


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


def test_a_scan_without_an_adapter_does_not_say_to_wake_the_sensor(monkeypatch, capsys):
    async def silent(_args):
        raise TimeoutError("the Bluetooth service does not answer")

    advice = [Check("adapter", "failed", "there is no Bluetooth adapter", "plug one in")]
    monkeypatch.setattr(scan, "_listen", silent)
    monkeypatch.setattr(scan, "bluetooth", lambda *_: advice)
    assert __main__.main(["scan"]) == 1
    output = capsys.readouterr()
    assert "plug one in" in output.out
    assert "Wake" not in output.out


def test_every_problem_found_says_what_to_do():
    checks = [Check("a", "ok", "fine"), Check("b", "warning", "hm", "do it")]
    assert every.missing(checks) == checks[1:]
