"""Checks of the machine: board, power, clock, disk, and what a killed program's pins do.

Power is read from the Pi's firmware (get_throttled: bits 0-3 hold now, 16-19 since the start).
Whether a killed process's pins keep their level is a parameter of the pins' driver,
``persist_gpio_outputs`` (raspberrypi/linux 6117 and 6150; bcm2835 up to the Pi 4, rp1 on the Pi 5).
"""

from __future__ import annotations

import errno
import os
import platform
import shutil
import tempfile
import time
from pathlib import Path

from cued.commands._checks.system import Check, Machine, read

MODEL = Path("/proc/device-tree/model")
THROTTLED = "/sys/devices/platform/soc/soc:firmware/get_throttled"
KEEPS_OUTPUTS = tuple(
    f"/sys/module/pinctrl_{chip}/parameters/persist_gpio_outputs" for chip in ("rp1", "bcm2835")
)
MEANS = ("under-voltage", "frequency capped", "throttled", "soft temperature limit")
FULL_MB, LOW_MB = 20, 200  # a session of an hour is a few MB
SLOW_DISK_S = 1.0  # for 64 kB; chosen


def board() -> Check:
    """Name the board and the version of Python."""
    model = read(MODEL) or f"{platform.machine()}, not a Raspberry Pi"
    return Check("board", "ok", f"{model}, Python {platform.python_version()}")


def power(machine: Machine) -> Check:
    """Ask the firmware for under-voltage and throttling, and the kernel for its voltage alarm."""
    text = machine.read(THROTTLED)
    text = text or machine.ask("vcgencmd", "get_throttled").removeprefix("throttled=")
    alarms = [
        read(sensor.parent / "in0_lcrit_alarm")
        for sensor in machine.entries("/sys/class/hwmon/hwmon*/name")
        if read(sensor) == "rpi_volt"
    ]
    try:
        bits = int(text, 16)
    except ValueError:
        if not alarms:
            return Check("power", "skipped", "the firmware does not report it here")
        bits = 0
    now = [word for n, word in enumerate(MEANS) if bits >> n & 1]
    if "1" in alarms and MEANS[0] not in now:
        now.insert(0, MEANS[0])
    earlier = [word for n, word in enumerate(MEANS) if bits >> (n + 16) & 1]
    advice = "use the official power supply and a short cable; if it is the temperature, cool it"
    if now:
        return Check("power", "failed", f"now: {', '.join(now)}", advice)
    if earlier:
        return Check("power", "warning", f"since the start: {', '.join(earlier)}", advice)
    return Check("power", "ok", "no under-voltage, no throttling since the start")


def pins_let_go(machine: Machine) -> Check:
    """Check whether a pin is released when the process that drives it is killed."""
    kept = [text for text in map(machine.read, KEEPS_OUTPUTS) if text]
    name = "pins of a killed program"
    if not kept:
        return Check(name, "skipped", "this kernel does not say whether they are released")
    if "Y" in kept:
        advice = "sudo /usr/lib/cued/strict-pins (dtparam=strict_gpiod in config.txt), then reboot"
        return Check(name, "warning", "keep their level: a motor may stay on", advice)
    return Check(name, "ok", "are released")


def clock(machine: Machine) -> Check:
    """Check whether the wall clock is right."""
    if machine.ask("timedatectl", "show", "-p", "NTPSynchronized", "--value") == "yes":
        return Check("clock", "ok", "set from the network")
    if machine.path("/dev/rtc0").exists():
        return Check("clock", "ok", "kept by a real-time clock")
    return Check(
        "clock",
        "warning",
        "not set from the network, and there is no real-time clock",
        "timedatectl; only the dates of sessions need it, coaching does not",
    )


def disk(state: Path) -> Check:
    """Write to the history's folder as a session does, and check its free space."""
    folder = next((p for p in (state, *state.parents) if p.is_dir()), Path("/"))
    advice = f"df -h {folder}, and free some space"
    start = time.monotonic()
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".selftest-") as file:
            file.write(bytes(65536))
            file.flush()
            os.fsync(file.fileno())
    except PermissionError:
        return Check("disk", "failed", f"{folder} can't be written", "run this command with sudo")
    except OSError as error:
        found = f"{folder}: {error.strerror}"
        if error.errno == errno.EROFS:
            advice = "sudo dmesg | grep -i mmc; replace a card that has turned read-only"
        return Check("disk", "failed", found, advice)
    took = time.monotonic() - start
    free = shutil.disk_usage(folder).free / 1e6
    found = f"{folder}: {free:,.0f} MB free, 64 kB written in {1000 * took:.0f} ms"
    if free < FULL_MB:
        return Check("disk", "failed", found, advice)
    if free < LOW_MB:
        return Check("disk", "warning", found, advice)
    if took > SLOW_DISK_S:
        advice = "the card is slow or worn: use a new one of class A1 (docs/install.md)"
        return Check("disk", "warning", found, advice)
    return Check("disk", "ok", found)
