"""Drives output pins from a process of their own, so that they go low however this one ends.

Raspberry Pi OS leaves a pin as it was when the process that drove it ends, unless
``dtparam=strict_gpiod`` is set, and no pull-down wins against a driven pin. Software PWM is a
thread of the driving process as well. So motors and relay belong to a keeper: a small child that
takes lines over a pipe and depends on nothing else of the program.

Rules
-----
* A pin is low ``most_s`` after it left zero, however often it was set meanwhile: a program that
  hangs, is frozen or never lets go of its interpreter's lock can't keep a motor on.
* The pipe ends when the program does, by whatever signal; then all pins go low and the keeper ends.
* The keeper ignores the signals that are meant for the program, and is not of its terminal's group.
* Never more than 95 % PWM: the gates are AC-coupled and need an edge (hardware/README.md).
* A pin is one keeper's: a second station that is configured to the same one drives nothing.
* Without pins the keeper says why, and goes on with gpiozero's mock pins.

Program and keeper killed or frozen in the same moment are beyond this: there the kernel's
``strict_gpiod``, ``cued off`` and the AC-coupled gates remain.

Lines to the keeper: ``PIN VALUE``. From it: at first ``ready`` or ``missing WHY``, then for each
change ``TIME PIN VALUE NOTE``; the note is ``cut`` where the time was over, or why the pin failed.
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

MOST_DUTY = 0.95  # so that a software PWM has edges to be fed by
IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGABRT)


_reserved: list[socket.socket] = []


class PinRequest(NamedTuple):
    """A pin to drive. ``frequency_hz`` 0: on and off, without PWM."""

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
        """Set a pin and report it. One that is on already gets no more time."""
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
        """Return how long nothing has to be done."""
        return max(0.0, min(self._until.values()) - now) if self._until else None

    def cut(self, now: float) -> None:
        """Drive low what was on for long enough."""
        for pin in [p for p, until in self._until.items() if until <= now]:
            self.drive(pin, 0.0, now, "cut")

    def close(self) -> None:
        """Drive all pins low and release them."""
        for pin in self._devices:
            self.drive(pin, 0.0, time.monotonic())
        for device in self._devices.values():
            device.close()


def _serve(pins: Pins, lines: int) -> None:
    """Do what the lines say until the pipe ends."""
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
    """Take pins for this process by names that end with it. Raises PinsMissing, taking none."""
    names: list[socket.socket] = []
    try:
        for pin in pins:
            names.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            names[-1].bind(f"\0cued-gpio-{pin}")
    except OSError as error:
        for name in names:
            name.close()
        if error.errno != errno.EADDRINUSE:
            return  # the kernel refuses a line that is driven already
        why = f"GPIO{pins[len(names) - 1]} is driven by another cued"
        raise PinsMissing(f"{why}: end that, or give one of them other pins") from None
    _reserved.extend(names)


def _open(wanted: PinRequest) -> tuple[Any, dict[int, Any], str]:
    """Open real pins, or mock ones and the reason."""
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
        with contextlib.suppress(OSError):  # nobody reads any more: the pins matter, not the line
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
