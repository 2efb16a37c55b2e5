"""The interface of a device: built from its options, recognised, refused with a sentence."""

from __future__ import annotations

import pytest

from cued.devices import (
    bangle,
    metamotion,
    movesense,
    pod,
    polar_pmd,
    thingy52,
    witmotion,
    xsens_dot,
)
from cued.devices.device import Advert, Answer, Device, Read, Write, inputs_of, make
from cued.model import Battery, CuedError, DecodeError, LinkChanged


def test_devices_are_recognised_by_name_service_or_maker():
    at = "AA:BB:CC:DD:EE:FF"
    assert polar_pmd.matches(Advert(at, "Polar H10 12345678"))
    assert movesense.matches(Advert(at, "Movesense 234530000123"))
    assert witmotion.matches(Advert(at, "WT901BLE67"))
    assert xsens_dot.matches(Advert(at, "", manufacturer={0x0886: b""}))
    assert thingy52.matches(Advert(at, "Thingy"))
    assert metamotion.matches(Advert(at, "MetaWear"))
    assert bangle.matches(Advert(at, "Bangle.js 1a2b"))
    assert pod.matches(Advert(at, "", services=(pod.SERVICE,)))


def test_a_device_is_made_with_the_options_of_its_sensor():
    device = make("back", "movesense", {"rate_hz": 52})
    assert Write(movesense.COMMAND, b"\x01\x63/Meas/IMU6/52\0") in device.start([])
    with pytest.raises(CuedError, match=r"sensor back \(movesense\).*rate_hz"):
        make("back", "movesense", {"rate_hz": 53})


def test_only_measurements_are_inputs():
    battery = Battery(1.0, "back", 50.0)
    others = [Write("c", b""), Read("c"), Answer(), LinkChanged(1.0, "back", False, "refused")]
    assert inputs_of([*others, battery]) == (battery,)


def test_a_missing_characteristic_matters_only_after_a_search():
    Device.need([], "no motion service", "c")
    Device.need(["b", "c"], "no motion service", "b", "c")
    with pytest.raises(DecodeError, match="no motion service"):
        Device.need(["b"], "no motion service", "b", "c")
