"""Output pins that a keeper drives (``keeper.py``): the program's side of the pipe.

Rules
-----
* Driving never blocks. What the keeper did comes back with its time, as ``PinChange``.
* If the keeper ends before it is closed, its pins are driven low from here, and each is reported as
  failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from cued.gpio import PinsMissing, drive_low
from cued.keeper import PinRequest

START_S, END_S = 20.0, 2.0  # a Pi Zero 2 W takes seconds to start one; ending takes 0.05 s


class PinChange(NamedTuple):
    """A pin's value from ``t`` (s, monotonic) on. ``note``: ``cut``, or why it failed."""

    t: float
    pin: int
    value: float
    note: str


class KeptPins:
    """The program's side of pins that a keeper drives. ``missing`` says why they do nothing."""

    def __init__(self, wanted: PinRequest, heard: Callable[[PinChange], None]) -> None:
        self.missing = ""
        self.values = dict.fromkeys(wanted.pins, 0.0)
        self.cuts = 0
        self._wanted = wanted
        self._heard = heard
        self._lines = b""
        self._closing = False
        loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[None] = loop.create_future()
        self._ended: asyncio.Future[None] = loop.create_future()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cued.keeper", json.dumps(wanted)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
        assert self._process.stdin
        assert self._process.stdout
        self._to, self._from = self._process.stdin, self._process.stdout
        os.set_blocking(self._to.fileno(), False)
        loop.add_reader(self._from.fileno(), self._read)

    @property
    def pid(self) -> int:
        """The keeper's process."""
        return self._process.pid

    def drive(self, pin: int, value: float) -> None:
        """Set a pin, 0 to 1. Never blocks; raises OSError when the keeper is gone."""
        if self.values[pin] != value:
            os.write(self._to.fileno(), f"{pin} {value}\n".encode())
            self.values[pin] = value

    async def close(self) -> None:
        """Drive all pins low and end the keeper."""
        self._closing = True
        self.values = dict.fromkeys(self.values, 0.0)
        self._to.close()
        try:
            async with asyncio.timeout(END_S):
                await asyncio.shield(self._ended)
        except TimeoutError:
            self._process.kill()
        finally:
            asyncio.get_running_loop().remove_reader(self._from.fileno())
            self._from.close()
            self._process.wait()

    def _read(self) -> None:
        data = os.read(self._from.fileno(), 4096)
        if not data:
            self._end()
            return
        *lines, self._lines = (self._lines + data).split(b"\n")
        for line in lines:
            self._take(line.decode())

    def _take(self, line: str) -> None:
        if not self._ready.done():
            self.missing = line.removeprefix("ready").removeprefix("missing ")
            self._ready.set_result(None)
            return
        t, pin, value, note = line.split(" ", 3)
        change = PinChange(float(t), int(pin), float(value), note)
        if note:
            self.values[change.pin] = change.value
        self.cuts += note == "cut"
        self._heard(change)

    def _end(self) -> None:
        """Handle the keeper's end; unless it was asked for, its pins may still be high."""
        asyncio.get_running_loop().remove_reader(self._from.fileno())
        self._ended.set_result(None)
        if not self._ready.done():
            self.missing = "the keeper of the pins did not start"
            self._ready.set_result(None)
        if self._closing:
            return
        if self._wanted.hardware and not self.missing:
            with contextlib.suppress(PinsMissing):
                drive_low(self._wanted.pins, self._wanted.chip, Path(self._wanted.runtime))
        for pin in self.values:
            self.values[pin] = 0.0
            self._heard(PinChange(time.monotonic(), pin, 0.0, "the keeper of the pins ended"))

    async def started(self) -> KeptPins:
        """Wait until the pins are open, or the keeper has said why they are not."""
        try:
            async with asyncio.timeout(START_S):
                await asyncio.shield(self._ready)  # a timeout must not count as an answer
        except TimeoutError:
            self._process.kill()
            await self._ended
        except BaseException:
            await self.close()
            raise
        return self


async def keep(wanted: PinRequest, heard: Callable[[PinChange], None]) -> KeptPins:
    """Start a keeper; the caller has to ``close`` it."""
    return await KeptPins(wanted, heard).started()
