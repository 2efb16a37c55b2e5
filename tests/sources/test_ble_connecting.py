"""Opening and closing of connections, also slow and hanging ones."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from bleak.exc import BleakDBusError, BleakGATTProtocolError

from cued.sources import _ble_connecting
from cued.sources._ble_connecting import answers, characteristic, is_busy, offered, short
from tests.helpers.pods import Pod, one, running, sensor, site

pytestmark = [pytest.mark.usefixtures("bus"), pytest.mark.alone]


async def test_a_slow_discovery_succeeds_once_connected(bluez, monkeypatch):
    monkeypatch.setattr(_ble_connecting, "CONNECT_WITHIN_S", 0.5)
    device = bluez.add(Pod(bluez, discovery_s=1.2))
    async with running(site(left=sensor(address=device.address))) as (_, heard):
        await heard.until(lambda: device.streaming, 12)
        assert device.connects >= 2


async def test_the_end_does_not_wait_for_a_slow_disconnection(bluez):
    device = bluez.add(Pod(bluez))
    loop = asyncio.get_running_loop()
    drop, dropped = bluez.drop, asyncio.Event()

    def slowly(lost):
        loop.call_later(2.0, lambda: (drop(lost), dropped.set()))

    bluez.drop = slowly
    async with running(one(device)) as (_, heard):
        await heard.until(lambda: device.streaming)
        began = loop.time()
    assert device.commands == [b"\x01", b"\x00"]  # commanded to stop all the same
    assert loop.time() - began < 1.5
    async with asyncio.timeout(5):
        await dropped.wait()
    assert not device.connected


async def test_a_hanging_connection_does_not_hold_up_the_others_for_long(bluez, monkeypatch):
    monkeypatch.setattr(_ble_connecting, "CONNECT_WITHIN_S", 0.5)
    stuck, device = Pod(bluez, 1, hangs=True), Pod(bluez, 2)
    bluez.add(stuck)
    bluez.add(device)
    where = site(
        left=sensor(address=stuck.address),
        right=sensor(placement="foot_right", address=device.address),
    )
    async with running(where) as (_, heard):
        await heard.until(lambda: device.streaming, 5)
        assert heard.links("left")[-1].why == "no connection (no answer)"
    assert not stuck.connected


def client(*uuids: tuple[str, str]) -> Any:
    """Return what these functions use of a client: its services, of a characteristic each."""
    services = [
        SimpleNamespace(uuid=service, characteristics=[SimpleNamespace(uuid=char, of=service)])
        for service, char in uuids
    ]
    return SimpleNamespace(services=services)


def test_a_characteristic_is_found_in_any_service_or_in_the_named_one():
    both = client(("acc", "period"), ("gyro", "period"))
    assert characteristic(both, "period").of == "acc"
    assert characteristic(both, "gyro/period").of == "gyro"
    assert characteristic(both, "gyro/value") is None
    assert offered(both) == ["acc", "gyro", "period", "period"]


def test_an_error_is_told_in_a_few_words():
    assert short(TimeoutError("after 5 s")) == "no answer"
    assert short(OSError("no route\nmore")) == "no route"
    assert short(EOFError()) == "EOFError"


def test_a_device_that_is_busy_for_now_is_told_from_one_that_refuses():
    assert is_busy(BleakGATTProtocolError(0xFE))
    assert not is_busy(BleakGATTProtocolError(0x05))
    assert is_busy(BleakDBusError("org.bluez.Error.InProgress", []))
    assert not is_busy(BleakDBusError("org.bluez.Error.Failed", []))
    assert not is_busy(TimeoutError())


async def test_a_device_with_nothing_to_read_counts_as_answering():
    assert await answers(SimpleNamespace(services=[]))
