"""The 40-pin header: where each wire of a configuration goes, and which pins are not usable.

Rules
-----
* Signals are those of the configuration (every option whose name ends in ``pin``). Supplies and
  grounds are chosen here: 5 V at 2 for the driver and 4 for the amplifier, and for each signal the
  nearest ground that is still free, so no two wires share a pin.
* A pin that the Pi itself uses, or a motor's pin that is pulled up at power-on, is a clash.

Source: Raspberry Pi's documentation of GPIO and config.txt (header, pulls at power-on, ``gpio=``);
the overlay's README for ``max98357a`` and ``strict_gpiod``. Header and pulls are the same from the
Pi 3B+ to the Pi 5 and on the Zero 2 W.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cued.config import Config, pins
from cued.model import ConfigError

# GPIO numbers by header pin (Raspberry Pi); the rest are supplies.
GPIO = {
    3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10,
    21: 9, 22: 25, 23: 11, 24: 8, 26: 7, 27: 0, 28: 1, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19,
    36: 16, 37: 26, 38: 20, 40: 21,
}  # fmt: skip
GROUNDS = (6, 9, 14, 20, 25, 30, 34, 39)  # header pins (Raspberry Pi's documentation)
SUPPLIES = {1: "3V3", 17: "3V3", 2: "5V", 4: "5V"} | dict.fromkeys(GROUNDS, "GND")
PINS = {number: pin for pin, number in GPIO.items()}
PULLED_UP = range(9)  # GPIO 0 to 8, until a program sets them
I2S = {18: "bit clock", 19: "word clock", 20: "input", 21: "data"}
TAKEN: dict[int, str] = {  # GPIO numbers and what the firmware uses them for
    **dict.fromkeys((0, 1), "read at power-on to identify an add-on board"),
    **dict.fromkeys((2, 3), "I2C, with a fixed pull-up of 1.8 kΩ"),
    **dict.fromkeys((7, 8, 9, 10, 11), "SPI"),
    **dict.fromkeys((14, 15), "the serial console (UART)"),
}
SPEAKER = re.compile(r"max98357a|hifiberry|i2s", re.IGNORECASE)  # names of sound cards on I2S
ENDS = {
    ("haptic", "left_pin"): "driver IN_L",
    ("haptic", "right_pin"): "driver IN_R",
    ("relay", "pin"): "driver's third channel IN",
    ("buttons", "main_pin"): "button main",
    ("buttons", "mark_pin"): "button mark",
    ("buttons", "faster_pin"): "button faster",
    ("buttons", "slower_pin"): "button slower",
    ("light", "pin"): "light, over 330 Ω",
    ("belt_pulses", "pin"): "belt sensor OUT",
}
GROUNDED = {"buttons", "light"}  # each of their signals has its own ground
DRIVEN = {"haptic", "relay"}  # through the driver board, which has one supply and one ground


class Wire(NamedTuple):
    """One wire: its header pin and that pin's name, its other end, and the option that names it."""

    pin: int
    name: str
    end: str
    option: str = ""


def speaker_on_i2s(config: Config) -> bool:
    """Return whether the voice's sound card is on the I2S pins."""
    speech = config.part("actuators", "speech")
    return bool(SPEAKER.search(str(getattr(speech, "device", "") or "")))


def signals(config: Config) -> list[tuple[str, str, int]]:
    """List the pins of the configuration: part, option and GPIO number."""
    found = [
        (where.strip("[]").split(".")[1], key, number) for where, key, number in pins(config.parts)
    ]
    order = list(ENDS)
    return sorted(found, key=lambda x: order.index(x[:2]) if x[:2] in order else len(order))


def clashes(config: Config, *, i2s: bool) -> list[str]:
    """List the pins that can't be used as configured, and why."""
    out: list[str] = []
    for part, key, number in signals(config):
        why = TAKEN.get(number, "")
        if i2s and number in I2S:
            why = f"I2S ({I2S[number]}), which the speaker uses"
        elif not why and part in DRIVEN and number in PULLED_UP:
            why = "pulled up at power-on, so it must not drive a motor or a relay"
        if why:
            out.append(f"{part} {key} = {number}: GPIO {number} is {why}")
    return out


def refuse_clashes(config: Config, *, i2s: bool = False) -> None:
    """Raise ConfigError where a pin can't be used as configured.

    i2s : the speaker is on I2S, whatever the name of its sound card.
    """
    if wrong := clashes(config, i2s=i2s or speaker_on_i2s(config)):
        raise ConfigError("\n".join(wrong))


def wires(config: Config, *, i2s: bool) -> list[Wire]:
    """List all wires, by header pin."""
    out: list[Wire] = []
    free = list(GROUNDS)

    def ground(near: int, end: str) -> None:
        nearest = min(free, key=lambda pin: abs(pin - near))
        free.remove(nearest)
        out.append(Wire(nearest, "GND", end))

    found = signals(config)
    if any(part in DRIVEN for part, _, _ in found):
        out.append(Wire(2, "5V", "driver 5V"))
        ground(6, "driver GND")
    for part, key, number in found:
        end = ENDS.get((part, key), f"{part} {key}")
        out.append(Wire(PINS[number], f"GPIO{number}", end, f"{part} {key}"))
        if part in GROUNDED:
            ground(PINS[number], f"{end.split(',')[0]}, other side")
        elif part == "belt_pulses":
            out.append(Wire(1, "3V3", "belt sensor VCC"))
            ground(PINS[number], "belt sensor GND")
    if i2s:
        out.append(Wire(4, "5V", "amplifier VIN"))
        out += [
            Wire(PINS[n], f"GPIO{n}", f"amplifier {pad}", f"I2S {I2S[n]}")
            for n, pad in ((18, "BCLK"), (19, "LRC"), (21, "DIN"))
        ]
        ground(PINS[18], "amplifier GND")
    return sorted(out)


def boot_lines(config: Config, *, i2s: bool) -> list[str]:
    """Return the lines that config.txt needs."""
    driven = sorted(number for part, _, number in signals(config) if part in DRIVEN)
    lines = ["[all]", "dtparam=strict_gpiod"]
    if driven:
        lines.append(f"gpio={','.join(map(str, driven))}=op,dl")
    if i2s:
        lines.append("dtoverlay=max98357a,no-sdmode")
    return lines
