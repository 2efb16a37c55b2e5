"""Listening to an unknown device: its table, what it says of itself, and its bytes."""

from __future__ import annotations

import asyncio

import pytest

from cued.devices._gatt import sig
from cued.sources import _ble_raw
from cued.sources._ble_raw import RawConnection
from cued.standin.peripheral import Char, Peripheral

pytestmark = [pytest.mark.usefixtures("bus"), pytest.mark.alone]

ODD, DATA, PRIVATE = (f"12345678-0000-0000-0000-00000000000{n}" for n in range(3))
ABOUT, MODEL, SERIAL = sig(0x180A), sig(0x2A24), sig(0x2A25)


async def test_an_unknown_devices_table_model_and_bytes_are_taken_but_no_serial_number(bluez):
    serial_reads, arrived = [], []
    about = {
        MODEL: Char(["read"], lambda: b"Model 7\0"),
        SERIAL: Char(["read"], lambda: serial_reads.append(1) or b"SERIAL"),
    }
    odd = {PRIVATE: Char(["notify"], bonded=0x0F), DATA: Char(["notify", "write"])}
    device = bluez.add(Peripheral("C0:DE:00:00:00:70", "Stranger", {ABOUT: about, ODD: odd}))

    def take(_t: float, char: str, data: bytes) -> None:
        arrived.append((char, data))
        bluez.drop(device)

    raw = RawConnection(device.address.lower(), take)
    async with asyncio.timeout(10):
        await raw.listen(5.0, lambda: bluez.notify(device, DATA, b"\x01\x02"))
    assert arrived == [(DATA, b"\x01\x02")]  # in spite of the one that needs a bond
    assert raw.table[ODD] == {PRIVATE: ["notify"], DATA: ["notify", "write"]}
    assert raw.about == {"model": "Model 7"}
    assert raw.advert is not None
    assert raw.advert.name == "Stranger"
    assert not serial_reads


async def test_a_device_that_is_not_in_reach_is_named(bluez, monkeypatch):
    monkeypatch.setattr(_ble_raw, "FIND_WITHIN_S", 0.3)
    bluez.add(Peripheral("C0:DE:00:00:00:70", "Another", {}))
    with pytest.raises(TimeoutError, match="C0:00:00:00:00:99 was not heard"):
        await RawConnection("c0:00:00:00:00:99", lambda *_: None).listen(1.0, lambda: None)
