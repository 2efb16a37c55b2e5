"""A simulated device: its place on the bus, what it advertises, and the end of its link."""

from __future__ import annotations

import socket

import pytest

from cued.standin.peripheral import Char, Peripheral, sig


def plain(**more) -> Peripheral:
    return Peripheral("C0:DE:00:00:00:01", "band", {"one": {"a": Char(["notify"])}}, **more)


def test_a_short_uuid_is_extended_by_the_bluetooth_base():
    assert sig(0x2A19) == "00002a19-0000-1000-8000-00805f9b34fb"


def test_its_path_follows_the_adapter_in_whose_reach_it_is():
    assert plain().path == "/org/bluez/hci0/dev_C0_DE_00_00_00_01"
    assert plain(adapter="/org/bluez/hci1").path == "/org/bluez/hci1/dev_C0_DE_00_00_00_01"


def test_a_characteristic_is_found_in_any_service():
    device = plain()
    device.services["two"] = {"b": Char(["read"], lambda: b"b")}
    assert device.char("b").read() == b"b"
    with pytest.raises(StopIteration):
        device.char("c")


def test_only_what_a_device_advertises_is_among_its_properties():
    values = plain(advertised=["one"], paired=True, rssi=-70).properties()
    assert {k: values[k].value for k in ("Name", "Alias", "UUIDs", "RSSI", "Paired")} == {
        "Name": "band",
        "Alias": "band",
        "UUIDs": ["one"],
        "RSSI": -70,
        "Paired": True,
    }
    assert not {"ManufacturerData", "ServiceData"} & set(values)
    nameless = Peripheral("C0:DE:00:00:00:01", "", {}, [], {0x0886: b"\x01"}, {"one": b"\x02"})
    values = nameless.properties()
    assert "Name" not in values
    assert values["Alias"].value == "C0:DE:00:00:00:01"
    assert values["ManufacturerData"].value[0x0886].value == b"\x01"
    assert values["ServiceData"].value["one"].value == b"\x02"


def test_a_lost_link_ends_all_subscriptions():
    device = plain()
    char = device.char("a")
    ours, theirs = socket.socketpair()
    theirs.settimeout(1.0)
    device.connected = char.notifying = True
    char.socket = ours
    device.forget_link()
    assert (device.connected, char.notifying, char.socket) == (False, False, None)
    assert theirs.recv(1) == b""  # the other end sees that it is closed
    theirs.close()
