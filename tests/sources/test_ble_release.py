"""Detecting training, releasing resting links, and what a treadmill still owes."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from cued.model import Belt, BeltFault, Packet
from cued.sources import ble
from cued.sources._ble_release import Owed, Training
from cued.sources.ble import Ble, Config
from cued.standin.machines import TreadmillPeripheral
from tests.helpers.pods import Heard, Pod, play, sensor, site


def packet(t: float, shaken: float = 0.0, sensor: str = "back") -> Packet:
    acc = np.array([[0.0, 0.0, 9.8], [0.0, 0.0, 9.8 + shaken]])
    return Packet(t=t, sensor=sensor, ticks=None, acc=acc, gyr=None, rate_hz=100.0)


def test_ten_minutes_without_a_step_are_the_end_of_training():
    training = Training(600.0, begun=0.0)
    training.note(packet(0.0))
    training.note(packet(60.0, shaken=4.0))
    training.note(packet(300.0, shaken=0.2))  # a sensor on a shelf
    assert not training.over(659.0)
    assert training.over(661.0)


def test_a_belt_that_runs_is_training_unless_it_is_doubted():
    training = Training(600.0, begun=0.0)
    training.note(Belt(500.0, 1.0, doubt="clock"))
    assert training.over(601.0)
    training.note(Belt(602.0, 1.0))
    assert not training.over(1200.0)


def test_each_sensor_rests_separately():
    training = Training(600.0, begun=0.0)
    for t in (0.0, 700.0):
        training.note(packet(t, sensor="shelf"))
        training.note(packet(t, shaken=4.0, sensor="shoe"))
    assert training.rests("shelf", 701.0)
    assert not training.rests("shoe", 701.0)
    training.gone("shelf")
    assert not training.rests("shelf", 702.0)  # back again, it counts from its first packet


def test_zero_minutes_mean_never():
    training = Training(0.0, begun=0.0)
    assert not training.over(1e6)
    assert not training.rests("back", 1e6)


@pytest.mark.usefixtures("bus")
@pytest.mark.alone
async def test_a_treadmill_is_released_when_idle_and_taken_when_somebody_moves(bluez, monkeypatch):
    monkeypatch.setattr(ble, "LOOK_EVERY_S", 0.1)
    treadmill = TreadmillPeripheral(bluez)
    treadmill.km_h = 0.0
    pod = bluez.add(Pod(bluez))
    bluez.add(treadmill.peripheral)
    where = site(left=sensor(address=pod.address), belt=sensor("ftms", "treadmill"))
    source = Ble(Config(release_after_min=0.02), where)
    heard = Heard()
    task = asyncio.create_task(source.run(heard.emit, heard.up))
    await heard.until(lambda: treadmill.peripheral.connected and pod.streaming)
    lying = asyncio.create_task(play([pod], 50, 1000))
    await heard.until(lambda: not treadmill.peripheral.connected, 5)
    assert heard.links("belt")[-1].why == ""
    await asyncio.sleep(0.5)
    assert treadmill.peripheral.connects == 1
    pod.frames = 4000  # its sample numbers are accelerations: it is picked up
    await heard.until(lambda: treadmill.peripheral.connected, 5)
    for each in (lying, task):
        each.cancel()
    await asyncio.gather(lying, task, return_exceptions=True)


def owed(speed_m_s: float) -> Owed:
    """Return what is kept of a belt at a speed that was asked to stop at 100 s."""
    kept = Owed()
    kept.note("belt", Belt(99.0, speed_m_s))
    kept.asked(100.0)
    return kept


def test_a_stop_that_a_moving_belt_has_not_obeyed_is_owed_for_15_s():
    kept = owed(1.0)
    assert kept.due("belt", 114.9)
    assert not kept.due("belt", 115.1)
    assert not kept.due("another", 101.0)
    kept.note("belt", Belt(102.0, 0.0))
    assert not kept.due("belt", 103.0)


def test_a_standing_belt_is_owed_no_stop():
    assert not owed(0.0).due("belt", 100.0)


def test_a_moving_belt_whose_link_is_down_cannot_be_stopped():
    kept = owed(1.0)
    assert kept.unheard(101.0, {"belt"}) == []
    (fault,) = kept.unheard(101.0, ())
    assert (fault.t, fault.sensor, fault.code) == (101.0, "belt", "belt_wont_stop")
    assert kept.unheard(116.0, ()) == []


def test_a_belt_that_disobeyed_is_refused_until_it_is_released():
    kept = owed(1.0)
    assert kept.refusal("belt") == ""
    kept.note("belt", BeltFault(101.0, "belt", "belt_control_off", "it went the wrong way"))
    assert kept.refusal("belt") == "control is off: it went the wrong way"
    kept.released("belt")
    assert kept.refusal("belt") == ""
    assert not kept.due("belt", 102.0)
