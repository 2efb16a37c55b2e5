"""Checks of the header: the right chip, and pins that nobody else uses."""

from __future__ import annotations

import pytest

from cued import config
from cued.commands._checks import header
from cued.commands._checks.header import Chip

MOTORS = config.convert({"actuators": {"haptic": {}}})  # GPIO12 and GPIO13


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
