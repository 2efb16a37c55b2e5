"""What four sensors at 100 Hz through bleak cost, in CPU and in delay.

The stand-in for bluetoothd runs in a process of its own and writes its clock into the frames, so
what is measured is this program's: its CPU share of one core, and the delay from the stand-in's
send to the tap (dbus-daemon and bleak; no radio). ``pytest -m slow -s`` prints the figures.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import struct
import time
from typing import Any

import numpy as np
import pytest

from cued.devices import pod
from cued.engine import Engine, Worn
from cued.model import Packet
from tests.shell.ble.bluez import Bluez
from tests.shell.ble.pods import LSB_PER_G, Pod, running, sensor, site

pytestmark = pytest.mark.alone

PLACES: list[Any] = ["foot_left", "foot_right", "lower_back", "chest"]
NOTIFICATIONS_HZ = 50  # of two samples
MEASURED_S = 15.0


def far_end(ready: Any, stop: Any) -> None:
    """Run the stand-in and four pods until told to stop."""

    async def main() -> None:
        async with Bluez() as bluez:
            pods = [bluez.add(Pod(bluez, i)) for i in range(1, 5)]
            ready.set()
            due = time.monotonic()
            while not stop.is_set():
                for one in pods:
                    if one.streaming:
                        bluez.notify(one, pod.DATA, stamped())
                    await asyncio.sleep(0)
                due += 1 / NOTIFICATIONS_HZ
                await asyncio.sleep(max(0.0, due - time.monotonic()))

    asyncio.run(main())


def stamped() -> bytes:
    """Two samples of a pod at rest, the second one taken now."""
    now = round(time.monotonic() * 1e6)
    values = np.random.default_rng(now).integers(-40, 40, 12)
    values[[2, 8]] += LSB_PER_G
    head = struct.pack("<BBHIH", 1, 2, 0, (now - 10000) % 2**32, 10000)
    return head + struct.pack("<12h", *(int(v) for v in values))


@pytest.fixture
def far(bus):
    fork = multiprocessing.get_context("fork")
    ready, stop = fork.Event(), fork.Event()
    process = fork.Process(target=far_end, args=(ready, stop))
    process.start()
    ready.wait(20)
    yield
    stop.set()
    process.join(5)


@pytest.mark.slow
@pytest.mark.parametrize("thinking", [False, True], ids=["source", "source-and-engine"])
def test_four_sensors_cost_less_than_15_percent_of_a_core_and_15_ms(far, thinking):
    share, delays = asyncio.run(measure(thinking))
    p50, p99 = np.percentile(delays, [50, 99])
    print(f"\n{100 * share:.1f} % of one core, delay median {p50:.2f} ms, p99 {p99:.2f} ms")
    assert share < 0.15
    assert p99 < 15


async def measure(thinking: bool) -> tuple[float, list[float]]:
    names = [f"s{i}" for i in range(4)]
    wanted = {
        name: sensor(placement=place, address=f"C0:DE:00:00:00:{i:02X}")
        for i, (name, place) in enumerate(zip(names, PLACES, strict=True), 1)
    }
    engine = Engine({n: Worn(p) for n, p in zip(names, PLACES, strict=True)})
    delays: list[float] = []

    def tap(t: float, _sensor: str, char: str, data: bytes) -> None:
        if char == pod.DATA:
            (first,) = struct.unpack_from("<I", data, 4)
            delays.append((round(t * 1e6) - first - 10000) % 2**32 / 1e3)

    async with running(site(**wanted), tap=tap) as (_, heard):
        if thinking:
            heard.tell = engine.feed
        await heard.until(lambda: all(heard.packets(n) for n in names), 20)
        await asyncio.sleep(1.0)
        heard.items.clear()
        delays.clear()
        cpu, wall = time.process_time(), time.monotonic()
        await asyncio.sleep(MEASURED_S)
        cpu, wall = time.process_time() - cpu, time.monotonic() - wall
        packets = sum(isinstance(x, Packet) for x in heard.items)
    assert packets > 0.95 * 4 * NOTIFICATIONS_HZ * wall
    return cpu / wall, delays
