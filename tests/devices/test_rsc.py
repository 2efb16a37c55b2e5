"""Foot pods and belt sensors: speed, and whether the cadence counts steps or strides."""

from __future__ import annotations

import struct

import pytest

from cued.belt.owner import Owner
from cued.devices import rsc
from cued.devices._gatt import sig
from cued.devices.device import Advert
from cued.model import Belt, Cadence
from tests.devices.frames import H
from tests.devices.treadmills import belts


def rsc_frame(m_s: float, cadence: int) -> bytes:
    return struct.pack("<BHB", 0, round(m_s * 256), cadence)


def test_a_foot_pods_speed_is_a_belt_with_its_uncertainty():
    (found,) = rsc.Rsc(rsc.Config(), "pod").receive(1.0, rsc.MEASUREMENT, rsc_frame(2.5, 170))
    assert found == Belt(1.0, 2.5, 0.0, 0.05, "pod", kind="sensor")


@pytest.mark.parametrize("length", range(3, 11))
def test_a_cut_running_speed_still_holds(length):
    frame = H("03 5c03 a1 8200 f6090000")[:length]
    assert rsc.decode(frame).speed_m_s == pytest.approx(3.36, abs=0.001)
    assert belts(rsc.Rsc(rsc.Config(), "pod").receive(1.0, rsc.MEASUREMENT, frame))


def test_speeds_a_count_apart_in_turn_are_one_speed():
    device, owner, states = rsc.Rsc(rsc.Config(), "pod"), Owner(), []
    for t in range(300):
        out = device.receive(float(t), rsc.MEASUREMENT, H("004d0132" if t % 2 else "004e0132"))
        states += [state for belt in belts(out) for state in owner.report(belt)]
    assert {s.since for s in states} == {0.0}
    assert states[-1].speed_m_s == pytest.approx(1.3027, abs=0.003)


def test_a_chest_strap_that_counts_steps_is_not_proposed_as_a_treadmill():
    assert rsc.matches(Advert("A", "Stryd", (rsc.SERVICE,)))
    assert not rsc.matches(Advert("A", "HRM-Pro", (rsc.SERVICE, sig(0x180D))))


@pytest.mark.parametrize(
    ("m_s", "sent", "steps"),
    [
        (2.5, 170, 170),
        (2.5, 85, 170),
        (2.8, 83, 166),
        (0.75, 51, 102),
        (0.6, 60, 60),
        (0.5, 55, 55),
        (0.8, 45, 90),
        (1.2, 110, 110),
        (3.4, 162, 162),
    ],
)
def test_the_convention_of_the_cadence_is_detected(m_s, sent, steps):
    device = rsc.Rsc(rsc.Config(), "pod")
    for t in range(14):
        (belt,) = device.receive(float(t), rsc.MEASUREMENT, rsc_frame(m_s, sent))
        assert isinstance(belt, Belt)
        assert device.cadence_spm is None
    _, cadence = device.receive(14.0, rsc.MEASUREMENT, rsc_frame(m_s, sent))
    assert device.cadence_spm == steps
    assert cadence == Cadence(14.0, "pod", steps)


def test_a_few_odd_reports_do_not_change_the_convention():
    device = rsc.Rsc(rsc.Config(), "pod")
    for t in range(15):
        device.receive(float(t), rsc.MEASUREMENT, rsc_frame(2.5, 60 if t % 4 == 3 else 170))
    assert device.cadence_spm == 170
