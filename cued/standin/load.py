"""Four streaming pods with the time in every frame: ``python -m cued.standin.load``.

For measuring the cost of receiving, in a separate process. It uses the bus of its environment
(``bus.private_bus``). Prints a line when the pods can be found; ends when standard input closes.
"""

from __future__ import annotations

import asyncio
import struct
import sys
import time

import numpy as np

from cued.standin.bluez import Bluez
from cued.standin.wearables import POD_DATA, POD_FAMILY, FarDevice, pod_frame

PODS = 4  # two feet, a trunk and one to spare
NOTIFICATIONS_HZ, SAMPLES = 50, 2  # two samples each: 100 Hz
STEP_US = 10_000  # 100 Hz
ONE_G = 2049  # counts
NOISE = 40  # counts, so that no two frames are alike
NAME = POD_FAMILY.device
ADDRESSES = tuple(f"C0:AA:00:00:00:{index:02X}" for index in range(1, PODS + 1))


def main() -> None:
    """Run until standard input closes."""
    asyncio.run(_stream())


async def _stream() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop.set)
    async with Bluez() as bluez:
        pods = [FarDevice(POD_FAMILY, bluez, index) for index in range(1, PODS + 1)]
        for pod in pods:
            bluez.add(pod.peripheral)
        print("ready", flush=True)
        due = time.monotonic()
        while not stop.is_set():
            for pod in pods:
                if pod.started:
                    pod.send(POD_DATA, _stamped(due))
                await asyncio.sleep(0)
            due += 1 / NOTIFICATIONS_HZ
            await asyncio.sleep(max(0.0, due - time.monotonic()))


def _stamped(due: float) -> bytes:
    """Return two samples of a pod at rest, the second one stamped with the frame's due time."""
    due_us = round(due * 1e6)
    values = np.random.default_rng().integers(-NOISE, NOISE, (SAMPLES, 6))
    values[:, 2] += ONE_G
    return pod_frame(0, due_us - STEP_US, STEP_US, values.astype(np.int16))


def age_ms(t: float, data: bytes) -> float:
    """Return how long before ``t`` (monotonic clock of this machine, s) such a frame was due."""
    (first_us,) = struct.unpack_from("<I", data, 4)
    return ((round(t * 1e6) - first_us - STEP_US) % 2**32) / 1e3


if __name__ == "__main__":
    main()
