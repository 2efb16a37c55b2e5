"""Treadmills that deviate from the standard, over bleak and a stand-in for bluetoothd."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from cued.belt.owner import Owner
from cued.commands._setup import real
from cued.model import Belt, BeltFault, BeltRequest, Notice
from cued.sources import _ble_watching
from cued.sources._ble_looking import scan
from cued.standin.machines import CONTROL, TreadmillPeripheral
from tests.helpers.others import PadPeripheral
from tests.helpers.pods import running, sensor, site

pytestmark = [pytest.mark.usefixtures("bus"), pytest.mark.alone]


@contextlib.asynccontextmanager
async def walked_on(bluez, machine: str, km_h: float = 3.0, **options):
    """Yield a treadmill with a walker on it, its source and the items received."""
    treadmill = TreadmillPeripheral(bluez, machine)
    treadmill.km_h = km_h
    bluez.add(treadmill.peripheral)
    named = {} if treadmill.habits.advertises else {"name": machine}
    where = site(belt=sensor("ftms", "treadmill", options={"control": True, **options}, **named))

    async def report() -> None:
        while True:
            treadmill.report()
            await asyncio.sleep(0.25)

    async with running(where) as (source, heard):
        await heard.until(lambda: treadmill.peripheral.char(CONTROL).notifying)
        await asyncio.sleep(0.1)  # its ranges are read
        reporting = asyncio.create_task(report())
        if treadmill.habits.speaks and treadmill.km_h:
            await heard.until(lambda: bool(speeds(heard)))
        yield treadmill, source, heard
        reporting.cancel()


def speeds(heard) -> list[float]:
    return [x.speed_m_s * 3.6 for x in heard.items if isinstance(x, Belt)]


def faults(heard) -> list[str]:
    return [x.code for x in heard.items if isinstance(x, BeltFault)]


def speed_request(km_h: float) -> BeltRequest:
    return BeltRequest(t=0.0, speed_m_s=km_h / 3.6)


@pytest.mark.parametrize("machine", ["by the book", "never grants", "busy once", "unadvertised"])
async def test_a_request_takes_effect(bluez, machine):
    async with walked_on(bluez, machine) as (treadmill, source, heard):
        assert await source.request(speed_request(2.8)) == ""
        await heard.until(lambda: speeds(heard)[-1] == pytest.approx(2.8))
        assert treadmill.peripheral.connects == 1
        assert faults(heard) == []


async def test_a_belt_that_takes_miles_is_stopped_before_it_is_fast(bluez):
    async with walked_on(bluez, "takes miles") as (treadmill, source, heard):
        await source.request(speed_request(2.8))
        await heard.until(lambda: bool(faults(heard)), 3)
        await heard.until(lambda: speeds(heard)[-1] == 0.0, 3)
        assert faults(heard) == ["belt_control_off"]
        assert max(speeds(heard)) < 5.0
        assert "control is off" in await source.request(speed_request(2.8))
        bluez.drop(treadmill.peripheral)
        treadmill.km_h = 3.0
        await heard.until(lambda: treadmill.peripheral.connects == 2)
        await asyncio.sleep(0.5)
        assert "control is off" in await source.request(speed_request(2.8))  # reconnected


async def test_a_belt_that_takes_miles_can_be_configured(bluez):
    async with walked_on(bluez, "takes miles", write_factor=1.609) as (_, source, heard):
        assert await source.request(speed_request(2.8)) == ""
        await heard.until(lambda: speeds(heard)[-1] == pytest.approx(2.8, abs=0.02))
        assert faults(heard) == []


@pytest.mark.parametrize(("machine", "factor"), [("by the book", 1.0), ("takes miles", 1.609)])
async def test_set_up_finds_the_unit_and_leaves_the_belt_standing(
    bluez, monkeypatch, machine, factor
):
    monkeypatch.setattr(real, "FOLLOWS_WITHIN_S", 2.0)
    treadmill = TreadmillPeripheral(bluez, machine)
    treadmill.km_h = 1.0
    bluez.add(treadmill.peripheral)

    async def report() -> None:
        while True:
            treadmill.report()
            await asyncio.sleep(0.1)

    reporting = asyncio.create_task(report())
    assert await real.unit(sensor("ftms", "treadmill")) == factor
    reporting.cancel()
    assert treadmill.km_h == 0.0


async def test_a_request_is_met_on_a_machine_that_truncates(bluez):
    async with walked_on(bluez, "cuts to tenths") as (_, source, heard):
        assert await source.request(speed_request(2.76)) == ""
        await heard.until(lambda: speeds(heard)[-1] == pytest.approx(2.8))


async def test_a_belt_that_does_not_stop_is_reported(bluez):
    async with walked_on(bluez, "does not stop") as (treadmill, source, heard):
        await source.request(speed_request(0.0))
        await heard.until(lambda: bool(faults(heard)), 7)
        assert faults(heard) == ["belt_wont_stop"]
        assert [d for _, d in treadmill.written].count(b"\x08\x01") >= 4


@pytest.mark.parametrize("under_way", [None, "asked", "mute"])
async def test_a_stop_is_sent_within_50_ms_whatever_is_pending(bluez, under_way):
    async with walked_on(bluez, "by the book") as (treadmill, source, heard):
        treadmill.mute = under_way == "mute"
        first = asyncio.create_task(source.request(speed_request(2.8))) if under_way else None
        await asyncio.sleep(0)
        began = asyncio.get_running_loop().time()
        stop = asyncio.create_task(source.request(speed_request(0.0)))
        await heard.until(lambda: b"\x08\x01" in [d for _, d in treadmill.written], 2)
        at = next(t for t, d in treadmill.written if d == b"\x08\x01")
        print(f"stop was written {1000 * (at - began):.0f} ms after it was asked for")
        assert at - began < 0.05
        if first:
            assert "stopped instead" in await first
        stop.cancel()


async def test_a_stop_needs_no_known_speed(bluez):
    async with walked_on(bluez, "silent until it runs", km_h=0.0) as (treadmill, source, _):
        assert await source.request(speed_request(0.0)) == ""
        assert [d for _, d in treadmill.written][:2] == [b"\x00", b"\x08\x01"]


async def test_an_att_refusal_is_reported_and_keeps_the_link(bluez):
    async with walked_on(bluez, "refuses by ATT") as (treadmill, source, heard):
        assert "the treadmill refused" in await source.request(speed_request(2.8))
        assert len(treadmill.written) >= 2  # it was tried again
        assert [x.connected for x in heard.links("belt")] == [True]


async def test_a_belt_that_says_zero_is_found_by_the_feet_and_can_be_unlocked(bluez):
    async with walked_on(bluez, "says zero") as (_, _source, heard):
        (zero,) = {x.speed_m_s for x in heard.items if isinstance(x, Belt)}
        owner, states = Owner(), []
        for n in range(20):
            states += owner.report(Belt(0.5 * n, zero, source="belt"))
            states += owner.step(0.5 * n, "left", 3.0 / 3.6)
        assert ["unlock it" in x.text for x in states if isinstance(x, Notice)] == [True]
    async with walked_on(bluez, "says zero", unlock="urevo") as (_, _source, heard):
        await heard.until(lambda: bool(speeds(heard)) and speeds(heard)[-1] == pytest.approx(3.0))


async def test_silence_of_an_idle_treadmill_keeps_the_link(bluez, monkeypatch):
    monkeypatch.setattr(_ble_watching, "FIRST_S", 0.2)
    monkeypatch.setattr(_ble_watching, "PAUSING_SILENT_S", 0.2)
    async with walked_on(bluez, "silent until it runs", km_h=0.0) as (treadmill, _, heard):
        await asyncio.sleep(1.5)
        assert [x.connected for x in heard.links("belt")] == [True]
        treadmill.km_h = 3.0
        began = asyncio.get_running_loop().time()
        assert await heard.until(lambda: bool(speeds(heard)), 2) - began < 1.0


async def test_a_bike_in_reach_is_tried_once_and_the_treadmill_is_found(bluez):
    bike, treadmill = (
        TreadmillPeripheral(bluez, "bike", 1),
        TreadmillPeripheral(bluez, "by the book", 2),
    )
    bluez.add(bike.peripheral)
    async with running(site(belt=sensor("ftms", "treadmill"))) as (_, heard):
        await heard.until(lambda: bool([x for x in heard.links("belt") if not x.connected]))
        assert "not a treadmill" in heard.links("belt")[-1].why
        bluez.add(treadmill.peripheral)
        await heard.until(treadmill.report)
    assert bike.peripheral.connects == 1


async def test_a_bike_is_not_proposed(bluez):
    for index, machine in enumerate(("bike that says so", "by the book"), 1):
        bluez.add(TreadmillPeripheral(bluez, machine, index).peripheral)
    found = await scan(0.6)
    assert {f.advert.name: f.devices for f in found} == {
        "bike that says so": (),
        "Treadmill": ("ftms",),
    }


async def test_a_stop_lost_with_its_link_is_sent_again_on_the_next(bluez):
    async with walked_on(bluez, "does not stop") as (treadmill, source, heard):
        await source.request(speed_request(0.0))
        bluez.drop(treadmill.peripheral)
        written = len(treadmill.written)
        await heard.until(lambda: len(treadmill.written) >= written + 2, 5)
        assert [d for _, d in treadmill.written[written:]][:2] == [b"\x00", b"\x08\x01"]


async def test_a_running_belt_without_a_link_is_reported_as_impossible_to_stop(bluez):
    async with walked_on(bluez, "by the book") as (treadmill, source, heard):
        treadmill.peripheral.advertising = False
        bluez.drop(treadmill.peripheral)
        await heard.until(lambda: not heard.links("belt")[-1].connected)
        assert await source.request(speed_request(0.0))
        assert faults(heard) == ["belt_wont_stop"]


async def test_a_walking_pad_is_polled_moved_and_stopped_over_one_connection(bluez):
    pad = PadPeripheral(bluez)
    bluez.add(pad.peripheral)
    where = site(belt=sensor("walkingpad", "treadmill", options={"control": True}))
    async with running(where) as (source, heard):
        await heard.until(lambda: bool(speeds(heard)), 4)
        assert await source.request(speed_request(2.8)) == ""
        assert speeds(heard)[-1] == pytest.approx(2.8)
        began = asyncio.get_running_loop().time()
        stopping = asyncio.create_task(source.request(speed_request(0.0)))
        await heard.until(lambda: pad.written[-1][1] == bytes.fromhex("f7a20100a3fd"), 1)
        assert pad.written[-1][0] - began < 0.05
        assert await stopping == ""  # also if the pad had just received something else
        assert (pad.km_h, pad.peripheral.connects, faults(heard)) == (0.0, 1, [])
