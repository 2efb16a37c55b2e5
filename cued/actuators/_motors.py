"""Two vibration motors on PWM pins, and a guard that lets neither run on.

Rules
-----
* The pins come from ``cued.gpio``, real or gpiozero's mock pins with PWM; everything is closed.
* The guard is a thread that knows only "since when is a motor on", so it also works when the event
  loop hangs. It can't outlive the process. A kernel that keeps outputs as they were (Raspberry Pi
  OS without ``strict_gpiod``) leaves a motor on that was on when the process was killed or frozen,
  and no pull-down wins against a driven pin: then ``cued off`` or the wiring has to end it.
"""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cued.gpio import close_factory, failing_is_missing, mock_factory, open_factory


class Motors:
    """The two motors. ``mock`` says that nobody feels them."""

    def __init__(self, factory: Any, pins: tuple[int, int], frequency_hz: float, *, mock: bool):
        gpiozero: Any = importlib.import_module("gpiozero")
        self.mock = mock
        self._factory = factory
        self._motors: list[Any] = []
        try:
            for pin in pins:
                self._motors.append(
                    gpiozero.PWMOutputDevice(pin, frequency=frequency_hz, pin_factory=factory)
                )
        except BaseException:
            self.close()
            raise

    def drive(self, left: float, right: float) -> None:
        """Set both motors, 0 to 1."""
        for motor, value in zip(self._motors, (left, right), strict=True):
            if motor.value != value:
                motor.value = value

    @property
    def values(self) -> tuple[float, ...]:
        """What both motors are set to."""
        return tuple(float(motor.value) for motor in self._motors)

    def close(self) -> None:
        """Turn both off and let go of the pins, whatever state they are in."""
        for motor in self._motors:
            try:
                motor.off()
            finally:
                motor.close()
        self._motors.clear()
        close_factory(self._factory)


def open_motors(
    pins: tuple[int, int], frequency_hz: float, chip: int | None, runtime: Path
) -> Motors:
    """Open real motors. Raises PinsMissing."""
    with failing_is_missing():
        return Motors(open_factory(chip, runtime), pins, frequency_hz, mock=False)


def mock_motors(pins: tuple[int, int], frequency_hz: float) -> Motors:
    """Open motors that only gpiozero's mock pins know of."""
    return Motors(mock_factory(), pins, frequency_hz, mock=True)


class Guard:
    """Calls ``off`` before a motor was on for ``most_s``, from a thread of its own.

    It looks rather than being told, eight times in that span, so that nothing it does can hold up
    the event loop, and no notification can be missed.
    """

    def __init__(self, off: Callable[[], None], most_s: float) -> None:
        self.tripped = 0
        self._off = off
        self._look_s = most_s / 8
        self._limit_s = most_s - self._look_s
        self._since: list[float | None] = [None, None]  # when each motor was turned on
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="motor-guard", daemon=True)
        self._thread.start()

    def see(self, *values: float) -> None:
        """Take what the motors are about to be set to. A motor on again gets no more time."""
        for motor, value in enumerate(values):
            if value <= 0:
                self._since[motor] = None
            elif self._since[motor] is None:
                self._since[motor] = time.monotonic()

    def end(self) -> None:
        """Stop watching."""
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(self._look_s):
            now = time.monotonic()
            if any(since is not None and now - since >= self._limit_s for since in self._since):
                self._off()
                self._since = [None, None]
                self.tripped += 1
