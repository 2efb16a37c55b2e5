"""The program's side of a keeper's pins, with pipes in place of the keeper."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from cued import kept
from cued.keeper import PinRequest
from cued.kept import KeptPins, PinChange

WANTED = PinRequest(pins=(12, 13), most_s=0.5, hardware=False)


class Keeper:
    """What the program has of a keeper's process; ``said`` and ``ends`` are the keeper's."""

    pid = 7

    def __init__(self) -> None:
        out, self._to = os.pipe()
        self._asked, to = os.pipe()
        self.stdout, self.stdin = os.fdopen(out, "rb", 0), os.fdopen(to, "wb", 0)
        self.killed = False

    def says(self, text: str) -> None:
        os.write(self._to, text.encode())

    def asked(self) -> str:
        return os.read(self._asked, 4096).decode()

    def ends(self) -> None:
        os.close(self._to)
        os.close(self._asked)

    def kill(self) -> None:
        self.killed = True

    def wait(self) -> int:
        return 0


@pytest.fixture
def keeper(monkeypatch):
    made = Keeper()
    monkeypatch.setattr(kept.subprocess, "Popen", lambda *_, **__: made)
    return made


async def opened(keeper: Keeper, wanted: PinRequest = WANTED) -> tuple[KeptPins, list[PinChange]]:
    keeper.says("ready\n")
    heard: list[PinChange] = []
    return await kept.keep(wanted, heard.append), heard


async def ended(keeper: Keeper, pins: KeptPins) -> None:
    keeper.ends()
    async with asyncio.timeout(5.0):
        await pins._ended
    await pins.close()


async def test_changes_come_with_their_time_however_the_lines_are_split(keeper) -> None:
    pins, heard = await opened(keeper)
    assert pins.missing == ""
    for part in ("1.5 12 1.0 \n1.7 1", "2 0.0 ", "\n"):
        keeper.says(part)
        await asyncio.sleep(0.001)
    assert heard == [PinChange(1.5, 12, 1.0, ""), PinChange(1.7, 12, 0.0, "")]
    await ended(keeper, pins)


async def test_a_pin_is_driven_once_until_its_value_changes_or_is_cut(keeper) -> None:
    pins, heard = await opened(keeper)
    pins.drive(12, 0.5)
    pins.drive(12, 0.5)
    assert keeper.asked() == "12 0.5\n"
    keeper.says("2.0 12 0.0 cut\n")
    await asyncio.sleep(0.001)
    assert (pins.values[12], pins.cuts, heard[-1].note) == (0.0, 1, "cut")
    pins.drive(12, 0.5)
    assert keeper.asked() == "12 0.5\n"
    await ended(keeper, pins)


async def test_pins_that_cannot_be_opened_say_why(keeper) -> None:
    keeper.says("missing GPIO: pin 12 is in use\n")
    pins = await kept.keep(WANTED, lambda _: None)
    assert pins.missing == "GPIO: pin 12 is in use"
    await ended(keeper, pins)


async def test_a_keeper_that_ends_before_it_is_ready_is_missing(keeper) -> None:
    keeper.ends()
    pins = await kept.keep(WANTED, lambda _: None)
    assert pins.missing == "the keeper of the pins did not start"
    await pins.close()


async def test_a_keeper_that_never_answers_is_ended(keeper, monkeypatch) -> None:
    monkeypatch.setattr(kept, "START_S", 0.01)
    monkeypatch.setattr(keeper, "kill", keeper.ends)
    pins = await kept.keep(WANTED, lambda _: None)
    assert pins.missing == "the keeper of the pins did not start"
    await pins.close()


async def test_a_keeper_that_ends_unasked_leaves_its_pins_low_and_each_is_reported(
    keeper, monkeypatch
) -> None:
    lowered: list[Any] = []
    monkeypatch.setattr(kept, "drive_low", lambda *args: lowered.append(args))
    wanted = WANTED._replace(hardware=True, chip=4, runtime="/run/cued")
    pins, heard = await opened(keeper, wanted)
    pins.drive(12, 1.0)
    keeper.ends()
    async with asyncio.timeout(5.0):
        await pins._ended
    assert lowered == [((12, 13), 4, Path("/run/cued"))]
    assert [(c.pin, c.value, c.note) for c in heard] == [
        (pin, 0.0, "the keeper of the pins ended") for pin in (12, 13)
    ]
    assert pins.values == {12: 0.0, 13: 0.0}
    with pytest.raises(BrokenPipeError):
        pins.drive(12, 1.0)
    await pins.close()


async def test_closing_waits_for_the_keepers_end_and_reports_no_pin(keeper, monkeypatch) -> None:
    monkeypatch.setattr(kept, "END_S", 0.01)
    pins, heard = await opened(keeper)
    pins.drive(13, 1.0)
    await pins.close()
    assert keeper.killed, "it did not end by itself"
    assert (heard, pins.values) == ([], {12: 0.0, 13: 0.0})
    keeper.ends()


async def test_a_keeper_that_ends_when_it_is_closed_has_not_failed(keeper) -> None:
    pins, heard = await opened(keeper)
    closing = asyncio.create_task(pins.close())
    await asyncio.sleep(0)
    keeper.ends()
    async with asyncio.timeout(1.0):
        await closing
    assert (heard, keeper.killed) == ([], False)
