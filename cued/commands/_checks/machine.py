"""The machine itself: board, power, clock, disk, and whether the service holds the parts already.

Power is what the Pi's firmware says (get_throttled: bits 0-3 are true now, 16-19 since the start).
What becomes of a killed process's pins is a parameter of the pins' driver, ``persist_gpio_outputs``
(raspberrypi/linux 6117 and 6150; bcm2835 up to the Pi 4, rp1 on the Pi 5).
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from cued.commands._checks.check import Check, read

MODEL = Path("/proc/device-tree/model")
THROTTLED = Path("/sys/devices/platform/soc/soc:firmware/get_throttled")
KEEPS_OUTPUTS = tuple(
    Path(f"/sys/module/pinctrl_{chip}/parameters/persist_gpio_outputs")
    for chip in ("rp1", "bcm2835")
)
MEANS = ("under-voltage", "frequency capped", "throttled", "soft temperature limit")
FULL_MB, LOW_MB = 20, 200  # a session of an hour is a few MB
SLOW_DISK_S = 1.0


def running(*units: str) -> bool:
    """Tell whether one of these is on, and therefore has sensors, pins and sound."""
    return "active" in _ask("systemctl", "is-active", *units).split()


def board() -> Check:
    """Say what this is."""
    model = read(MODEL) or f"{platform.machine()}, not a Raspberry Pi"
    return Check("board", "ok", f"{model}, Python {platform.python_version()}")


def power(throttled: Path = THROTTLED) -> Check:
    """Ask the firmware for under-voltage and throttling."""
    text = read(throttled)
    if not text:
        text = _ask("vcgencmd", "get_throttled").removeprefix("throttled=")
    try:
        bits = int(text, 16)
    except ValueError:
        return Check("power", "skipped", "the firmware tells nothing here")
    now = [word for n, word in enumerate(MEANS) if bits >> n & 1]
    earlier = [word for n, word in enumerate(MEANS) if bits >> (n + 16) & 1]
    advice = "use the Pi's own supply and a short cable; cool it if it is the temperature"
    if now:
        return Check("power", "failed", f"now: {', '.join(now)}", advice)
    if earlier:
        return Check("power", "warning", f"since the start: {', '.join(earlier)}", advice)
    return Check("power", "ok", "no under-voltage, no throttling since the start")


def pins_let_go(parameters: Sequence[Path] = KEEPS_OUTPUTS) -> Check:
    """See whether a pin is let go when the process that drives it is killed."""
    kept = [text for text in map(read, parameters) if text]
    name = "pins of a killed program"
    if not kept:
        return Check(name, "skipped", "this kernel does not say what becomes of them")
    if "Y" in kept:
        advice = "sudo /usr/lib/cued/strict-pins (dtparam=strict_gpiod in config.txt), then restart"
        return Check(name, "warning", "stay as they were: a motor may stay on", advice)
    return Check(name, "ok", "are let go")


def clock() -> Check:
    """See whether the wall clock can be believed."""
    if _ask("timedatectl", "show", "-p", "NTPSynchronized", "--value") == "yes":
        return Check("clock", "ok", "set from the network")
    if Path("/dev/rtc0").exists():
        return Check("clock", "ok", "kept by a real-time clock")
    return Check(
        "clock",
        "warning",
        "not set from the network, and there is no real-time clock",
        "coaching does not need it; dates of sessions are right once the network was there",
    )


def disk(state: Path) -> Check:
    """Write where history goes, as a session does, and see what is left."""
    advice = "free some space, or check the SD card"
    folder = next((p for p in (state, *state.parents) if p.is_dir()), Path("/"))
    start = time.monotonic()
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".selftest-") as file:
            file.write(bytes(65536))
            file.flush()
            os.fsync(file.fileno())
    except PermissionError:
        return Check(
            "disk", "failed", f"{folder} can't be written", "run as root: sudo cued selftest"
        )
    except OSError as error:
        return Check("disk", "failed", f"{folder}: {error.strerror}", advice)
    took = time.monotonic() - start
    free = shutil.disk_usage(folder).free / 1e6
    found = f"{folder}: {free:,.0f} MB free, 64 kB kept within {1000 * took:.0f} ms"
    if free < FULL_MB:
        return Check("disk", "failed", found, advice)
    if free < LOW_MB or took > SLOW_DISK_S:
        return Check("disk", "warning", found, advice)
    return Check("disk", "ok", found)


def _ask(*command: str) -> str:
    """Run a command of the system; nothing when it is not there or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
