"""The link against bleak's real BlueZ backend and a stand-in for bluetoothd."""

from __future__ import annotations

import pytest

from cued.model import Battery
from tests.shell.ble.pods import Pod, numbers, play, running, sensor, site

pytestmark = pytest.mark.usefixtures("bus")


def one(pod_):
    return site(left=sensor(address=pod_.address))


async def test_a_sensor_is_found_connected_and_streams(bluez):
    device = bluez.add(Pod(bluez))
    async with running(one(device)) as (_, heard):
        await heard.until(lambda: device.streaming)
        await play([device], 50, 25)
        await heard.until(lambda: len(heard.packets("left")) == 25)
        assert heard.links("left")[0].connected
        assert [b.percent for b in heard.items if isinstance(b, Battery)] == [80.0]
        assert numbers(heard.packets("left")) == list(
            range(numbers(heard.packets("left"))[0], numbers(heard.packets("left"))[0] + 50)
        )
        await heard.until(lambda: heard.ups == 1)
    assert device.commands == [b"\x01", b"\x00"]
    assert not device.connected
