"""Go through parts C and D of the test sheet (hardware/test-sheet.md) with the builder of a box.

It measures whether a pin is low after the process that drove it was killed or frozen, with
``pinctrl``, which reads a pin without taking it, and how loud a microphone hears the loudspeaker.
It asks a person the rest. Each reading is a row of the sheet.

Rules
-----
* The service holds the pins and sound, so it has to be stopped.
* Nothing is guessed: a row that could not be measured says why.
* A motor stays on for 0.5 s at most (``keeper.py``), whatever happens to this process.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

from cued import app
from cued.actuators import haptic, speech
from cued.commands._checks import body, machine
from cued.commands._checks.body import Ask
from cued.commands._checks.system import SERVICE, Machine
from cued.config import Config, Site
from cued.keeper import PinRequest
from cued.kept import PinChange, keep
from cued.model import CuedError, LinkLost
from cued.runtime.supervise import ignore, meanwhile
from cued.sources import buttons

Level = Callable[[int], bool]
LOW_S = 0.03  # a pin that is low for this long is off: PWM would be high again within 5 ms
OFF_WITHIN_S, GIVE_UP_S = 0.6, 3.0  # the keeper's 0.5 s and a margin
HOLDS_S = 20.0  # chosen: it is killed or frozen well before, else it ends then
PRESS_WITHIN_S = 20.0  # chosen: time to find a button
# A rate in Hz that any USB microphone offers; seconds of quiet room, and of the whole recording.
MIC_RATE, QUIET_S, LISTEN_S = 48_000, 0.5, 3.0
HEARD_DB = 6.0  # above the room: clearly louder


class Reading(Struct, frozen=True):
    """The result of one row of the sheet; ``right`` is None if it is unknown."""

    row: str
    text: str
    right: bool | None = None


class NotMeasured(CuedError):
    """A reading is impossible; the text says what is missing."""


def walk(config: Config, ask: Ask | None) -> list[Reading]:
    """Do every row that this configuration has parts for."""
    site, here = app.site(config), Machine()
    if here.active(*SERVICE):
        raise CuedError("the service holds the pins and the sound: sudo systemctl stop cued")
    out = asyncio.run(_motors(config, site, ask)) if "haptic" in _named(config) else []
    power = machine.power(here)
    out.append(Reading("C6", power.found, None if power.state == "skipped" else not power.advice))
    if "haptic" in _named(config):
        options: haptic.Config = config.part("actuators", "haptic")
        out += [_ended(row, options, site, here, ask) for row in ENDS]
    if "buttons" in _named(config):
        out.append(asyncio.run(_pressed(config, site, ask)))
    if "speech" in _named(config):
        out.append(asyncio.run(_heard(config, site)))
    return out


def _named(config: Config) -> set[str]:
    return {name for kind in config.parts.values() for name in kind}


async def _motors(config: Config, site: Site, ask: Ask | None) -> list[Reading]:
    checks = await body.motors(config, site, ask)
    text = "; ".join(f"{c.name}: {c.found}" for c in checks)
    return [Reading("C4", text, all(c.state == "ok" for c in checks) if ask else None)]


# For each row: the signal, and whether the keeper of the pins gets it as well as the program.
ENDS: Mapping[str, tuple[signal.Signals, bool]] = {
    "C7": (signal.SIGKILL, False),
    "C8": (signal.SIGSTOP, False),
    "C9": (signal.SIGSTOP, True),
}


def _ended(row: str, options: haptic.Config, site: Site, here: Machine, ask: Ask | None) -> Reading:
    """End a process that holds the left motor, and measure its pin."""
    sign, both = ENDS[row]
    try:
        with held(options, site) as (program, keeper):
            for pid in (program, keeper) if both else (program,):
                os.kill(pid, sign)
            took = off_after(options.left_pin, lambda pin: level(here, pin))
        if both:
            return _left_to_the_driver(row, took, ask)
    except NotMeasured as error:
        return Reading(row, f"not measured: {error}")
    if took is None:
        return Reading(row, f"the pin stays high for {GIVE_UP_S:.0f} s", right=False)
    return Reading(row, f"pin low after {took:.2f} s", took <= OFF_WITHIN_S)


def _left_to_the_driver(row: str, took: float | None, ask: Ask | None) -> Reading:
    """Judge the row in which every process is frozen, so that the pin may stay high."""
    pin = "pin stays high" if took is None else f"pin low after {took:.2f} s"
    if ask is None:
        return Reading(row, f"{pin}; nobody was asked whether the motor stopped")
    stopped = ask("Everything was frozen: did the left motor stop at once, within 0.2 s?")
    return Reading(row, f"{pin}; motor {'stopped' if stopped else 'kept running'}", stopped)


@contextlib.contextmanager
def held(options: haptic.Config, site: Site) -> Any:
    """Run a process that keeps the left motor on; yield its pid and its keeper's."""
    command = [
        sys.executable,
        "-m",
        "cued.commands._bench_hardware",
        json.dumps(options.wanted(site)),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        keeper = 0
        try:
            assert process.stdout
            word, _, rest = process.stdout.readline().strip().partition(" ")
            if word != "on":
                raise NotMeasured(rest or "the motor's process did not start")
            keeper = int(rest)
            yield process.pid, keeper
        finally:
            for pid in filter(None, (process.pid, keeper)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            process.kill()


async def hold(wanted: PinRequest) -> None:
    """Drive the first pin, then wait to be killed or frozen.

    Prints ``on KEEPER`` with the pid of the pins' keeper once it is driven, or why it can't be.
    """
    driven = asyncio.Event()

    def heard(change: PinChange) -> None:
        if change.value > 0:
            driven.set()

    kept = await keep(wanted, heard)
    try:
        if kept.missing:
            print(f"missing {kept.missing}", flush=True)
            return
        kept.drive(wanted.pins[0], 1.0)
        await driven.wait()
        print(f"on {kept.pid}", flush=True)
        await asyncio.sleep(HOLDS_S)
    finally:
        await kept.close()


def level(here: Machine, pin: int) -> bool:
    """Return whether a pin is high, without taking it."""
    found = re.search(r"\| (hi|lo) ", here.ask("pinctrl", "get", str(pin)))
    if found is None:
        raise NotMeasured("pinctrl can't read the pin (apt install raspi-utils)")
    return found.group(1) == "hi"


def off_after(pin: int, high: Level, give_up_s: float = GIVE_UP_S) -> float | None:
    """Return the seconds from now until a pin stays low; None if it never does."""
    start = low_since = time.monotonic()
    while (now := time.monotonic()) - start < give_up_s:
        if high(pin):
            low_since = time.monotonic()
        elif now - low_since >= LOW_S:
            return low_since - start
    return None


async def _pressed(config: Config, site: Site, ask: Ask | None) -> Reading:
    """Wait for the main button to be pressed and released."""
    if ask is None:
        return Reading("C12", "not measured: there is nobody to press it")
    source = buttons.Buttons(config.part("sources", "buttons"), site)
    seen: list[bool] = []
    print("Press the main button and release it.", file=sys.stderr, flush=True)
    try:
        async with meanwhile(source.run(ignore, ignore)) as watching:
            async with asyncio.timeout(PRESS_WITHIN_S):
                while seen[-2:] != [True, False]:
                    await asyncio.sleep(0.01)
                    if watching.done():
                        watching.result()
                    down = any(source.pressed.values())
                    seen += [down] * (not seen or seen[-1] != down)
    except LinkLost as lost:
        return Reading("C12", f"not measured: {lost}")
    except TimeoutError:
        return Reading("C12", f"no press seen within {PRESS_WITHIN_S:.0f} s", right=False)
    return Reading("C12", "press and release were both seen", right=True)


async def _heard(config: Config, site: Site) -> Reading:
    """Sound a tone and measure it with a microphone."""
    options: speech.Config = config.part("actuators", "speech")
    try:
        recording = _microphone()
    except NotMeasured as error:
        why = await speech.say("", options, site, tone="phase")
        return Reading("D3", why or f"played; not measured: {error}", False if why else None)
    await asyncio.sleep(QUIET_S)
    why = await speech.say("", options, site, tone="phase")
    await asyncio.sleep(max(0.0, LISTEN_S - QUIET_S))
    if why:
        return Reading("D3", why, right=False)
    louder = above_the_room(recording[:, 0])
    text = f"a tone is {louder:.0f} dB above the room at the microphone"
    return Reading("D3", text, louder >= HEARD_DB)


def _microphone() -> Any:
    """Start recording into an array, and return the array."""
    try:
        sd: Any = importlib.import_module("sounddevice")
    except (ImportError, OSError) as error:
        raise NotMeasured(f"no sounddevice: {error}") from error
    try:
        return sd.rec(round(MIC_RATE * LISTEN_S), samplerate=MIC_RATE, channels=1)
    except (sd.PortAudioError, ValueError) as error:
        raise NotMeasured(f"no microphone: {error}") from error


def above_the_room(samples: np.ndarray[Any, Any]) -> float:
    """Return by how much the loudest tenth of a second exceeds the quiet before it, dB."""
    block = MIC_RATE // 10
    whole = samples[: len(samples) // block * block].reshape(-1, block)
    loud = np.sqrt(np.mean(np.square(whole, dtype=np.float64), axis=1)) + 1e-9
    room = float(np.median(loud[: round(QUIET_S * 10)]))
    return float(20 * np.log10(loud.max() / room))


def filled(sheet: str, readings: list[Reading]) -> str:
    """Write the readings into their rows of a test sheet, replacing earlier ones."""
    marks = {True: "right", False: "WRONG", None: ""}
    for reading in readings:
        words = "; ".join(filter(None, (reading.text.replace("|", "/"), marks[reading.right])))
        row = re.compile(rf"^(\| {reading.row} \| .* \|)[^|]*\|$", re.MULTILINE)
        sheet = row.sub(lambda found, words=words: f"{found.group(1)} {words} |", sheet)
    return sheet


def main(config: Config, sheet: Path | None, ask: Ask | None) -> int:
    """Go through the sheet, print it and fill it in; return 1 if a row is wrong."""
    text = sheet.read_text("utf-8") if sheet else ""
    readings = walk(config, ask)
    for reading in readings:
        mark = {True: "right", False: "WRONG", None: "-"}[reading.right]
        print(f"{reading.row:>4}  {mark:<6} {reading.text}")
    if sheet:
        sheet.write_text(filled(text, readings), "utf-8")
    return 1 if any(r.right is False for r in readings) else 0


if __name__ == "__main__":
    asyncio.run(hold(PinRequest(*json.loads(sys.argv[1]))))
