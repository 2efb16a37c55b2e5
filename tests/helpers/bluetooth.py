"""A private D-Bus with a stand-in for bluetoothd on it."""

from __future__ import annotations

import shutil

import pytest

from cued.standin.bluez import Bluez
from cued.standin.bus import private_bus

WITHIN_S = 60  # a test that waits for ever fails alone, and the next one runs


def pytest_collection_modifyitems(items):
    for item in items:
        if "bus" in item.fixturenames and not item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.timeout(WITHIN_S))


@pytest.fixture(scope="session")
def bus():
    if shutil.which("dbus-daemon") is None:
        pytest.skip("dbus-daemon is not installed (Debian package dbus)")
    with private_bus() as address:
        yield address


@pytest.fixture
async def bluez(bus):
    async with Bluez() as service:
        yield service


@pytest.fixture
async def bluez_with_sockets(bus):
    async with Bluez(sockets=True) as service:
        yield service
