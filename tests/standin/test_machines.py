"""Simulated treadmills: control by the book, and the deviations that owners report."""

from __future__ import annotations

import asyncio

import pytest

from cued.standin.machines import (
    CONTROL,
    FTMS,
    INCLINE_RANGE,
    SPEED_RANGE,
    TREADMILL_DATA,
    UNLOCK,
    TreadmillPeripheral,
)
from tests.standin.medium import Medium

H = bytes.fromhex


class Tried:
    """A treadmill of a kind, and the medium that has its answers."""

    def __init__(self, machine: str = "by the book") -> None:
        self.medium = Medium()
        self.treadmill = TreadmillPeripheral(self.medium, machine)

    async def told(self, command: str) -> str:
        """Write a command, and return the answer or the ATT error."""
        error = self.treadmill.peripheral.char(CONTROL).write(H(command))
        if error is not None:
            return f"ATT {error:#04x}"
        async with asyncio.timeout(5):
            uuid, answer = await self.medium.sent.get()
        assert uuid == CONTROL
        return answer.hex()

    def reported(self) -> str:
        assert self.treadmill.report()
        return self.medium.sent.get_nowait()[1].hex()


async def test_a_treadmill_by_the_book_obeys_after_control_was_granted():
    tried = Tried()
    assert await tried.told("02 c800") == "800205"  # not permitted
    assert tried.treadmill.km_h == 4.0
    assert await tried.told("00") == "800001"
    assert await tried.told("02 f401") == "800201"
    assert await tried.told("03 f1ff") == "800301"
    assert tried.reported() == "0800 f401 f1ff 0000".replace(" ", "")  # 5 km/h, -1.5 %
    assert await tried.told("08 01") == "800801"
    assert tried.treadmill.km_h == 0.0
    assert [data.hex() for _, data in tried.treadmill.written][:2] == ["02c800", "00"]


def test_its_ranges_are_0_8_to_20_km_h_and_0_to_15_percent():
    peripheral = Tried().treadmill.peripheral
    assert peripheral.char(SPEED_RANGE).read() == H("5000 d007 0a00")
    assert peripheral.char(INCLINE_RANGE).read() == H("0000 9600 0500")


@pytest.mark.parametrize(
    ("machine", "written", "km_h"),
    [("takes miles", "02 2c01", 4.827), ("cuts to tenths", "02 1901", 2.8)],
)
async def test_a_machine_may_take_another_speed_than_is_written(machine, written, km_h):
    tried = Tried(machine)
    await tried.told("00")
    assert await tried.told(written) == "800201"
    assert tried.treadmill.km_h == pytest.approx(km_h)


async def test_a_machine_that_never_grants_obeys_all_the_same():
    tried = Tried("never grants")
    assert tried.treadmill.peripheral.char(CONTROL).write(b"\x00") is None
    assert await tried.told("02 2c01") == "800201"  # the only answer
    assert tried.treadmill.km_h == 3.0
    assert tried.medium.sent.empty()


async def test_a_machine_may_confirm_a_stop_without_stopping():
    tried = Tried("does not stop")
    await tried.told("00")
    assert await tried.told("08 01") == "800801"
    assert tried.treadmill.km_h == 4.0


async def test_a_busy_machine_refuses_the_first_write_and_another_every_one():
    busy, refusing = Tried("busy once"), Tried("refuses by ATT")
    assert [await busy.told("00") for _ in range(2)] == ["ATT 0xfe", "800001"]
    assert [await refusing.told("00") for _ in range(2)] == ["ATT 0x80", "ATT 0x80"]


async def test_a_mute_or_refusing_machine_does_not_obey():
    tried = Tried()
    await tried.told("00")
    tried.treadmill.refuses = 4
    assert await tried.told("02 2c01") == "800204"
    tried.treadmill.refuses, tried.treadmill.mute = 0, True
    assert tried.treadmill.peripheral.char(CONTROL).write(H("02 2c01")) is None
    assert tried.treadmill.km_h == 4.0


def test_a_locked_machine_says_0_until_its_own_message_comes():
    tried = Tried("says zero")
    assert tried.reported() == "0800000000000000"
    unlock = tried.treadmill.peripheral.char(UNLOCK).write
    unlock(b"other")
    assert tried.reported() == "0800000000000000"
    unlock(H("02510b03"))
    assert tried.reported() == "0800900100000000"


def test_a_silent_machine_reports_only_while_its_belt_runs():
    tried = Tried("silent until it runs")
    assert tried.treadmill.report()
    tried.treadmill.km_h = 0.0
    assert not tried.treadmill.report()


def test_a_bike_has_no_treadmill_data_and_may_say_its_kind():
    bike = Tried("bike").treadmill
    assert not bike.report()
    assert TREADMILL_DATA not in bike.peripheral.services[FTMS]
    assert bike.peripheral.service_data == {}
    says = Tried("bike that says so").treadmill.peripheral
    assert (says.name, says.service_data) == ("bike that says so", {FTMS: H("01 2000")})
    assert Tried("unadvertised").treadmill.peripheral.advertised == []
