"""GPIO pins: the one place that chooses gpiozero's factory, for motors, buttons and the light.

gpiozero is imported only when pins are needed. Every device is given its factory, so nothing is
left in gpiozero's global state. On a Pi the factory is ``lgpio`` by name: without lgpio, gpiozero's
own search would choose another factory, which fails later and less clearly.
"""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the keeper of the pins (keeper.py) starts without numpy
    from cued.config import Site

# gpiozero keeps the pins of all its real factories in one table and clears it when any of them is
# closed. So each chip's factory is opened once, and all are closed together after the last use.
_factories: dict[int | None, Any] = {}
_users: list[Any] = []


class PinsMissing(OSError):
    """There are no usable pins. The text says why."""


def factory_of(site: Site) -> Any:
    """Open real pins, or mock ones if ``hardware = false``; the caller has to ``close_factory``."""
    return open_factory(site.chip, Path(site.runtime)) if site.hardware else mock_factory()


def open_factory(chip: int | None, runtime: Path) -> Any:
    """Open the real pins; the caller has to ``close_factory``. Raises PinsMissing."""
    # lgpio makes a pipe in the working directory, which may not be writable under systemd (lg#12).
    if runtime.is_dir():
        os.environ.setdefault("LG_WD", str(runtime))
    try:
        lgpio: Any = importlib.import_module("gpiozero.pins.lgpio")
    except ImportError as error:
        raise PinsMissing("lgpio is not installed (apt install python3-lgpio)") from error
    with failing_is_missing():
        if chip not in _factories:
            _factories[chip] = lgpio.LGPIOFactory(chip=chip)
    _users.append(_factories[chip])
    return _factories[chip]


def close_factory(factory: Any) -> None:
    """Close a factory, real or mock; its devices have to be closed first."""
    if factory not in _users:
        factory.close()
        return
    _users.remove(factory)
    if not _users:
        for opened in _factories.values():
            opened.close()
        _factories.clear()


def mock_factory() -> Any:
    """Open simulated pins, which can do PWM."""
    mock: Any = importlib.import_module("gpiozero.pins.mock")
    return mock.MockFactory(pin_class=mock.MockPWMPin)


def failures() -> tuple[type[Exception], ...]:
    """Return the exceptions that a pin may raise."""
    gpiozero: Any = importlib.import_module("gpiozero")
    known: list[type[Exception]] = [gpiozero.GPIOZeroError, OSError]
    with contextlib.suppress(ImportError):
        known.append(importlib.import_module("lgpio").error)
    return tuple(known)


@contextlib.contextmanager
def failing_is_missing() -> Generator[None]:
    """Turn any pin's error into PinsMissing."""
    try:
        yield
    except PinsMissing:
        raise
    except failures() as error:
        raise PinsMissing(f"GPIO: {error}") from error


def drive_low(pins: Iterable[int], chip: int | None, runtime: Path) -> None:
    """Drive output pins low and release them. Raises PinsMissing."""
    gpiozero: Any = importlib.import_module("gpiozero")
    factory = open_factory(chip, runtime)
    try:
        with failing_is_missing():
            for pin in pins:
                gpiozero.DigitalOutputDevice(pin, initial_value=False, pin_factory=factory).close()
    finally:
        close_factory(factory)
