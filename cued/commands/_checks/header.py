"""Check of the header's pins: on the right chip, and used by nobody else.

The chip is found by its label, because its number changed between kernels of the Pi 5
(raspberrypi/linux 6144, gpiozero 1166). The kernel is asked through the GPIO character device
(linux/gpio.h, version 2 of its interface), without driving a pin.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import struct
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from cued import config as configuration
from cued.commands._checks.system import Check, Machine
from cued.commands._header import I2S
from cued.config import Config
from cued.model import ConfigError

STATIONS = "/etc/cued/*.toml"
HEADERS = ("pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835")
# Ioctls of linux/gpio.h (v2 of the line's info).
GET_CHIPINFO, CHIPINFO = 0x8044B401, struct.Struct("32s32sI")
GET_LINEINFO, LINEINFO = 0xC100B405, struct.Struct("32s32sIIQ176x")
USED = 1  # GPIO_V2_LINE_FLAG_USED
OUR_LABELS = ("lg", "cued", "gpiozero")
# The default pins that a line of config.txt takes (README of the firmware's overlays).
TAKES = {
    r"dtparam=.*\bspi=on": (7, 8, 9, 10, 11),
    r"dtparam=.*\bi2c(_arm)?=on": (2, 3),
    r"dtparam=.*\bi2s=on": tuple(I2S),
    r"dtparam=.*\buart0=on|enable_uart=1": (14, 15),
    r"dtoverlay=(hifiberry|iqaudio|justboom|googlevoicehat|max98357a|i2s-|audioinjector|wm8960)":
        tuple(I2S),
    r"dtoverlay=spi1-": (16, 17, 18, 19, 20, 21),
    r"dtoverlay=audremap": (12, 13, 18, 19),
    r"dtoverlay=pwm\b": (18,),
    r"dtoverlay=pwm-2chan": (18, 19),
    r"dtoverlay=w1-gpio": (4,),
    r"dtoverlay=gpio-ir\b": (18,),
    r"dtoverlay=gpio-fan": (12,),
    r"dtoverlay=gpio-shutdown": (3,),
    r"dtoverlay=pps-gpio": (18,),
}  # fmt: skip
NAMED = re.compile(r"(?:gpio_?pin|gpio)=(\d+)")


class Chip(Struct, frozen=True):
    """A GPIO chip: its device, its label, and who uses which line."""

    path: str
    label: str
    users: dict[int, str]


def kernels_chips() -> list[Chip]:
    """Ask the kernel for its GPIO chips. Raises PermissionError."""
    return [_chip(path) for path in sorted(Path("/dev").glob("gpiochip*"))]


def _chip(path: Path) -> Chip:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        answer = fcntl.ioctl(fd, GET_CHIPINFO, bytes(CHIPINFO.size))
        _, label, lines = CHIPINFO.unpack(answer)
        users: dict[int, str] = {}
        for n in range(lines):
            answer = fcntl.ioctl(fd, GET_LINEINFO, LINEINFO.pack(b"", b"", n, 0, 0))
            _, consumer, _, _, flags = LINEINFO.unpack(answer)
            if flags & USED:
                users[n] = consumer.rstrip(b"\0").decode(errors="replace") or "the kernel"
        return Chip(str(path), label.rstrip(b"\0").decode(errors="replace"), users)
    finally:
        os.close(fd)


def pins(
    machine: Machine, config: Config, chips: Callable[[], list[Chip]] = kernels_chips
) -> Check:
    """Check the configured pins."""
    wanted = configuration.pins(config.parts)
    if not wanted:
        return Check("pins", "skipped", "no pins are configured")
    if found := shared_pin(machine, config):
        return Check("pins", "failed", found, "give one of the two stations another pin")
    if not config.station.hardware:
        return Check("pins", "skipped", "[station] hardware is false: no pin is touched")
    try:
        there = chips()
    except PermissionError as error:
        advice = "sudo usermod -aG gpio $USER, then log in again; or: sudo cued doctor"
        return Check("pins", "failed", f"{error.filename} can't be opened by this user", advice)
    except OSError as error:
        return Check(
            "pins", "warning", f"the kernel can't be asked: {error.strerror}", "sudo reboot"
        )
    header = next((c for label in HEADERS for c in there if c.label == label), None)
    if header is None:
        labels = ", ".join(c.label for c in there) or "none"
        advice = "on a Pi: sudo apt full-upgrade && sudo reboot; elsewhere remove the pins"
        found = f"no GPIO chip is a Pi's header (chips found: {labels})"
        return Check("pins", "failed", found, advice)
    return _free(machine, config, header, wanted)


def _free(
    machine: Machine, config: Config, header: Chip, wanted: list[tuple[str, str, int]]
) -> Check:
    here, number = f"{header.path} ({header.label})", config.station.chip
    if number is not None and header.path != f"/dev/gpiochip{number}":
        found = f"chip = {number} is configured, but the header is {here}"
        return Check("pins", "failed", found, "remove chip from [station]")
    overlays = taken_by(boot_config(machine))
    for section, key, number in wanted:
        user = header.users.get(number, "")
        if user and not any(ours in user for ours in OUR_LABELS):
            line = overlays.get(number)
            advice = f"remove {line!r} from config.txt and reboot" if line else ""
            other = f"give {section} {key} another pin"
            found = f"GPIO{number} ({section} {key}) is in use by {user}"
            return Check("pins", "failed", found, f"{advice}, or {other}" if advice else other)
        if number in overlays:
            found = f"GPIO{number} ({section} {key}) belongs to {overlays[number]!r} in config.txt"
            advice = f"remove that line and reboot, or give {section} {key} another pin"
            return Check("pins", "failed", found, advice)
    used = ", ".join(f"GPIO{number}" for _, _, number in wanted)
    return Check("pins", "ok", f"{used} on {here}: free or used by cued")


def shared_pin(machine: Machine, config: Config) -> str:
    """Say which pin another station of this machine uses, too, or return ""."""
    own = {number: f"{section} {key}" for section, key, number in configuration.pins(config.parts)}
    for path in machine.entries(STATIONS):
        with contextlib.suppress(ConfigError):  # that station's own check reports it
            other = configuration.load(path)
            for section, key, number in configuration.pins(other.parts):
                if other.station.name != config.station.name and number in own:
                    return f"GPIO{number} ({own[number]}) is also {section} {key} in {path}"
    return ""


def boot_config(machine: Machine) -> list[str]:
    """Return the lines of config.txt without comments and section heads."""
    text = machine.read("/boot/firmware/config.txt") or machine.read("/boot/config.txt")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("[")]


def taken_by(lines: list[str]) -> dict[int, str]:
    """Map each pin that config.txt takes to the line that takes it."""
    out: dict[int, str] = {}
    for line in lines:
        for pattern, numbers in TAKES.items():
            if re.match(pattern, line):
                named = tuple(map(int, NAMED.findall(line))) if "dtoverlay" in line else ()
                out.update(dict.fromkeys(named or numbers, line))
    return out
