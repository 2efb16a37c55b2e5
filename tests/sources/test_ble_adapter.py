"""BlueZ's adapters: which one is used, and when a stuck one is switched off and on."""

from __future__ import annotations

import asyncio
import logging
from itertools import pairwise

import pytest

from cued.sources import _ble_adapter as recovery
from cued.sources import ble
from cued.sources._ble_adapter import StuckAdapter, chosen, cycle, missing
from cued.sources.ble import Ble, Config
from tests.helpers.pods import Heard, Pod, running, sensor, site
from tests.helpers.until import until

pytestmark = pytest.mark.alone


def test_only_three_minutes_of_trouble_lead_to_recovery():
    stuck = StuckAdapter()
    assert stuck.verdict(1000.0) == ""
    stuck.listening(1000.0)
    stuck.listening(1100.0)
    assert stuck.verdict(1179.0) == ""
    assert "hears nothing" in stuck.verdict(1180.0)
    stuck.excused()
    assert stuck.verdict(1180.0) == ""


def test_connections_have_to_fail_several_times_and_all_of_them():
    stuck = StuckAdapter()
    stuck.refused(0.0)
    assert stuck.verdict(300.0) == ""
    stuck.refused(100.0)
    stuck.refused(200.0)
    assert "connects to nothing" in stuck.verdict(200.0)
    stuck.connected()
    assert stuck.verdict(400.0) == ""


def test_recovery_is_tried_less_and_less_often_until_something_connects():
    stuck = StuckAdapter()
    t, pauses = 0.0, []
    for _ in range(7):
        stuck.listening(t)
        while not stuck.verdict(t):
            t += 10.0
        pauses.append(t)
        stuck.cycled(t)
    waits = [b - a for a, b in pairwise(pauses)]
    assert waits == [300.0, 600.0, 1200.0, 2400.0, 3600.0, 3600.0]
    stuck.connected()
    stuck.cycled(t)
    stuck.listening(t)
    assert stuck.verdict(t + 300.0)


def test_weeks_without_a_device_in_reach_lead_to_no_recovery():
    stuck = StuckAdapter()
    for hour in range(1100):  # 2.0 ** 1024 is an OverflowError
        stuck.cycled(3600.0 * hour)


@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr(recovery, "STUCK_S", 1.0)
    monkeypatch.setattr(recovery, "OFF_S", 0.1)
    monkeypatch.setattr(ble, "STUCK_EVERY_S", 0.2)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("how", ["busy", "deaf", "refusing"])
async def test_a_stuck_adapter_is_switched_off_and_on_and_reported(bluez, how, caplog):
    device = bluez.add(Pod(bluez))
    bluez.stuck = how
    async with running(site(left=sensor(address=device.address))) as (_, heard):
        await heard.until(lambda: device.streaming, 20)
        assert bluez.cycles == 1
        assert bluez.powered
        reasons = [x.why for x in heard.links("left") if "switched it off and on" in x.why]
        assert len(reasons) == 1
    assert sum("switched it off" in r.message for r in caplog.records if r.levelno >= 30) == 1


@pytest.mark.usefixtures("soon")
async def test_it_is_left_alone_while_somebodys_headphones_are_connected(bluez):
    device, headphones = bluez.add(Pod(bluez)), bluez.add(Pod(bluez, 9, advertising=False))
    bluez.already_connected(headphones)
    bluez.stuck = "busy"
    async with running(site(left=sensor(address=device.address))) as (_, heard):
        await heard.until(lambda: any("something else" in x.why for x in heard.links("left")), 10)
    assert bluez.cycles == 0
    assert headphones.connected


@pytest.mark.usefixtures("soon")
async def test_it_is_left_alone_when_the_configuration_says_so_or_a_sensor_streams(bluez):
    device = bluez.add(Pod(bluez))
    bluez.stuck = "deaf"
    source = ble.Ble(ble.Config(recover=False), site(left=sensor(address=device.address)))
    task = asyncio.create_task(source.run(lambda _item: None, lambda: None))
    await asyncio.sleep(2.0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert bluez.cycles == 0
    bluez.stuck = ""
    both = site(left=sensor(address=device.address), right=sensor("pod", "foot_right", name="none"))
    async with running(both) as (_, heard):
        await heard.until(lambda: device.streaming)
        await asyncio.sleep(2.0)  # no other device is received meanwhile
        assert device.connected
    assert bluez.cycles == 0


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("how", ["missing", "off"])
async def test_an_adapter_that_is_missing_or_off_is_waited_for_and_not_cycled(bluez, how):
    device = bluez.add(Pod(bluez))
    bluez.unplug() if how == "missing" else bluez.power(False)
    async with running(site(left=sensor(address=device.address))) as (_, heard):
        await heard.until(lambda: bool(heard.links("left")))
        await asyncio.sleep(2.0)
        assert not any("off and on" in x.why for x in heard.links("left"))
    assert bluez.cycles == 0
    assert bluez.powered == (how == "missing")


async def test_the_adapter_is_on_again_when_the_program_ends_in_the_middle(bluez, caplog):
    caplog.set_level(logging.DEBUG)
    task = asyncio.create_task(cycle("hci0"))
    await until(lambda: not bluez.powered, 5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert bluez.powered


async def test_without_a_service_or_adapter_the_reason_is_given(bluez):
    assert await cycle("hci7") == "it is not on"
    await bluez.end()
    assert "the Bluetooth service refused" in await cycle("")


@pytest.mark.parametrize("adapter", ["hci0", "00:11:22:33:44:55"])
async def test_an_adapter_is_named_by_its_address_or_number(bluez, adapter):
    device = bluez.add(Pod(bluez))
    heard = Heard()
    source = Ble(Config(adapter=adapter), site(left=sensor()))
    task = asyncio.create_task(source.run(heard.emit, heard.up))
    await heard.until(lambda: device.streaming)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_missing_adapter_is_reported_with_the_present_ones(bluez):
    heard = Heard()
    source = Ble(Config(adapter="AA:BB:CC:DD:EE:FF"), site(left=sensor()))
    task = asyncio.create_task(source.run(heard.emit, heard.up))
    await heard.until(lambda: bool(heard.links("left")))
    why = heard.links("left")[0].why
    assert "AA:BB:CC:DD:EE:FF is not there; there is hci0 (00:11:22:33:44:55)" in why
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_an_adapter_is_chosen_by_name_or_address():
    there = {"hci0": "00:11:22:33:44:55", "hci1": "AA:BB:CC:DD:EE:FF"}
    assert chosen("hci1", there) == "hci1"
    assert chosen("aa:bb:cc:dd:ee:ff", there) == "hci1"
    assert chosen("hci2", there) == ""
    assert missing("hci2", {}) == "there is no Bluetooth adapter"
