"""The stand-in's objects: kept by path, and every change signalled on the bus."""

from __future__ import annotations

import asyncio

import pytest
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from cued.standin._tree import Tree


def test_objects_are_kept_without_a_bus_and_a_missing_one_is_left_alone():
    tree = Tree()
    tree.put("/a", "i.One", {"X": Variant("b", False)})
    tree.change("/a", "i.One", {"X": Variant("b", True), "Y": Variant("n", 2)})
    tree.change("/b", "i.One", {"X": Variant("b", True)})
    tree.remove("/b")
    assert tree.objects == {"/a": {"i.One": {"X": Variant("b", True), "Y": Variant("n", 2)}}}
    tree.remove("/a")
    assert tree.objects == {}
    assert not tree.up


@pytest.fixture
async def listener(bus):
    listener = await MessageBus(bus_type=BusType.SYSTEM).connect()
    yield listener
    listener.disconnect()


@pytest.fixture
async def tree(bus):
    tree = Tree()
    await tree.begin(lambda _message: None, sockets=False)
    yield tree
    await tree.end()


@pytest.mark.alone
async def test_a_change_on_the_bus_is_a_signal_with_what_changed(listener, tree):
    heard = asyncio.Queue[Message]()

    def hear(message: Message) -> None:
        if message.message_type is MessageType.SIGNAL and message.member != "NameAcquired":
            heard.put_nowait(message)

    listener.add_message_handler(hear)
    daemon, rule = "org.freedesktop.DBus", "type='signal',sender='org.bluez'"
    await listener.call(Message(daemon, "/", daemon, "AddMatch", signature="s", body=[rule]))
    on = {"Powered": Variant("b", True)}
    tree.put("/hci0", "org.bluez.Adapter1", {})
    tree.change("/hci0", "org.bluez.Adapter1", on)
    tree.remove("/hci0")
    async with asyncio.timeout(5):
        signals = [await heard.get() for _ in range(3)]
    assert [(s.path, s.member, s.body) for s in signals] == [
        ("/", "InterfacesAdded", ["/hci0", {"org.bluez.Adapter1": {}}]),
        ("/hci0", "PropertiesChanged", ["org.bluez.Adapter1", on, []]),
        ("/", "InterfacesRemoved", ["/hci0", ["org.bluez.Adapter1"]]),
    ]
    assert tree.up
    await tree.end()
    assert not tree.up
