"""The keeper: a separate process that drives output pins, so that they go low however cued ends.

Raspberry Pi OS leaves a pin as it was when the process that drove it ends, unless
``dtparam=strict_gpiod`` is set, and no pull-down wins against a driven pin. Software PWM, too, is a
thread of the driving process. So motors and relay belong to a keeper: a small child process that
reads lines from a pipe and depends on nothing else of the program.

Rules
-----
* A pin goes low ``most_s`` after it left zero, however often it was set meanwhile: a program that
  hangs, is frozen or never releases the interpreter lock can't keep a motor on.
* The pipe closes when the program ends, by whatever signal; then all pins go low and the keeper
  ends.
* The keeper ignores signals meant for the program, and is not in its terminal's process group.
* Never more than 95 % PWM: the gates are AC-coupled and need an edge (hardware/README.md).
* A pin belongs to one keeper: a second station configured to the same pin drives nothing.
* Without pins the keeper says why, and continues with gpiozero's mock pins.

Nothing here helps if program and keeper are killed or frozen at the same moment: then the kernel's
``strict_gpiod``, ``cued off`` and the AC-coupled gates remain.

Lines to the keeper: ``PIN VALUE``. From it: first ``ready`` or ``missing WHY``, then for each
change ``TIME PIN VALUE NOTE``; the note is ``cut`` if ``most_s`` was over, or why the pin failed.
``kept.py`` is the program's side.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from cued.gpio import PinsMissing, close_factory, failures, mock_factory, open_factory

MOST_DUTY = 0.95  # so that the AC-coupled gates get edges
IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGABRT)


_reserved: list[socket.socket] = []


class PinRequest(NamedTuple):
    """Pins to drive. ``frequency_hz`` 0: on and off, without PWM."""

    pins: tuple[int, ...]
    most_s: float
    frequency_hz: float = 0.0
    chip: int | None = None
    runtime: str = ""
    hardware: bool = True


class Pins:
    """The keeper's side: the pins, and when each has to be low again."""

    def __init__(
        self, devices: dict[int, Any], most: float, most_s: float, say: Callable[[str], object]
    ) -> None:
        self._devices = devices
        self._most = most
        self._most_s = most_s
        self._say = say
        self._until: dict[int, float] = {}

    def drive(self, pin: int, value: float, now: float, note: str = "") -> None:
        """Set a pin and report it. A pin that is already on gets no more time."""
        value = min(value, self._most)
        try:
            self._devices[pin].value = value
        except failures() as error:
            value, note = 0.0, f"GPIO: {error}".replace("\n", " ")
        if value > 0:
            self._until.setdefault(pin, now + self._most_s)
        else:
            self._until.pop(pin, None)
        self._say(f"{time.monotonic():.6f} {pin} {value} {note}\n")

    def wait_s(self, now: float) -> float | None:
        """Return the time until the next pin has to go low; None if none is on."""
        return max(0.0, min(self._until.values()) - now) if self._until else None

    def cut(self, now: float) -> None:
        """Drive low the pins that have been on for the longest permitted time."""
        for pin in [p for p, until in self._until.items() if until <= now]:
            self.drive(pin, 0.0, now, "cut")

    def close(self) -> None:
        """Drive all pins low and release them."""
        for pin in self._devices:
            self.drive(pin, 0.0, time.monotonic())
        for device in self._devices.values():
            device.close()


def _serve(pins: Pins, lines: int) -> None:
    """Obey the lines until the pipe closes."""
    rest = b""
    while True:
        readable, _, _ = select.select([lines], [], [], pins.wait_s(time.monotonic()))
        pins.cut(time.monotonic())
        if not readable:
            continue
        data = os.read(lines, 4096)
        if not data:
            return
        *whole, rest = (rest + data).split(b"\n")
        for line in whole:
            pin, value = line.split()
            pins.drive(int(pin), float(value), time.monotonic())


def _devices(wanted: PinRequest, factory: Any) -> dict[int, Any]:
    """Open the pins, low."""
    gpiozero: Any = importlib.import_module("gpiozero")
    if not wanted.frequency_hz:
        return {p: gpiozero.DigitalOutputDevice(p, pin_factory=factory) for p in wanted.pins}
    return {
        p: gpiozero.PWMOutputDevice(p, frequency=wanted.frequency_hz, pin_factory=factory)
        for p in wanted.pins
    }


def _reserve(pins: tuple[int, ...]) -> None:
    """Reserve pins by socket names, which vanish with the process. Raises PinsMissing."""
    names: list[socket.socket] = []
    try:
        for pin in pins:
            names.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            names[-1].bind(f"\0cued-gpio-{pin}")
    except OSError as error:
        for name in names:
            name.close()
        if error.errno != errno.EADDRINUSE:
            return  # the kernel itself refuses a line that is driven already
        why = f"GPIO{pins[len(names) - 1]} is driven by another cued"
        raise PinsMissing(f"{why}: end that, or give one of them other pins") from None
    _reserved.extend(names)


def _open(wanted: PinRequest) -> tuple[Any, dict[int, Any], str]:
    """Open real pins, or mock ones with the reason."""
    why = ""
    if wanted.hardware:
        factory: Any = None
        try:
            factory = open_factory(wanted.chip, Path(wanted.runtime))
            _reserve(wanted.pins)
            return factory, _devices(wanted, factory), ""
        except (PinsMissing, *failures()) as error:
            why = str(error).replace("\n", " ")
            if factory is not None:
                close_factory(factory)
    factory = mock_factory()
    return factory, _devices(wanted, factory), why


def main(argument: str) -> None:
    """Keep pins until standard input ends."""
    for each in IGNORED:
        signal.signal(each, signal.SIG_IGN)

    def say(line: str) -> None:
        with contextlib.suppress(OSError):  # the reader is gone, but the pins still matter
            os.write(1, line.encode())

    wanted = PinRequest(*json.loads(argument))
    factory, devices, why = _open(wanted)
    pins = Pins(devices, MOST_DUTY if wanted.frequency_hz else 1.0, wanted.most_s, say)
    say(f"missing {why}\n" if why else "ready\n")
    try:
        _serve(pins, 0)
    finally:
        pins.close()
        close_factory(factory)


if __name__ == "__main__":
    main(sys.argv[1])
