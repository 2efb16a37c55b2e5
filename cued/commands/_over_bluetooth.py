"""Play a simulated run over Bluetooth: frames, BlueZ's D-Bus, bleak, decoders.

The radio is a stand-in (``cued/standin``) in this process, on a private D-Bus. Every sensor of the
run is a pod there, the belt an FTMS treadmill, and they send the run's data in real time. From
bleak on, everything works as it does live.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from cued.config import Sensor, Site
from cued.engine import Worn
from cued.model import Belt, BeltRequest, Command, CuedError, Input, Packet
from cued.runtime.playback import Playback
from cued.runtime.supervise import ignore, meanwhile, until
from cued.sources import ble
from cued.sources.source import Emit
from cued.standin import wearables
from cued.standin.bluez import Bluez
from cued.standin.machines import TreadmillPeripheral
from cued.standin.wearables import FarDevice, counts

CONNECT_WITHIN_S = 30.0  # chosen: the stand-in answers in a second, a loaded machine later
MOST_SAMPLES = 16  # that fit into a frame's notification
BELT = "treadmill"


class OverBluetooth:
    """The source; ``belt`` takes requests that the treadmill has accepted over the air."""

    def __init__(
        self,
        inputs: Iterable[Input],
        worn: Mapping[str, Worn],
        belt: Callable[[BeltRequest], str],
    ) -> None:
        self._inputs = inputs
        self._belt = belt
        self._bluez = Bluez()
        self._treadmill = TreadmillPeripheral(self._bluez)
        names = enumerate(worn, 1)
        self._pods = {n: FarDevice(wearables.POD_FAMILY, self._bluez, i) for i, n in names}
        self._frames = dict.fromkeys(worn, 0)
        sensors = {
            name: Sensor(
                device="pod", placement=w.placement, address=self._pods[name].peripheral.address
            )
            for name, w in worn.items()
        }
        address = self._treadmill.peripheral.address
        sensors[BELT] = Sensor(
            device="ftms", placement="treadmill", address=address, options={"control": True}
        )
        self._ble = ble.Ble(ble.Config(), Site(sensors=sensors))

    async def run(self, emit: Emit, up: Callable[[], None]) -> None:
        """Connect to every sensor, then play the run; inside a ``private_bus``."""
        async with self._bluez as bluez:
            for device in (self._treadmill, *self._pods.values()):
                bluez.add(device.peripheral)
            async with meanwhile(self._ble.run(emit, up)) as listening:
                try:
                    await until(self._ready, CONNECT_WITHIN_S, listening)
                except TimeoutError:
                    raise CuedError("the simulated sensors were not connected") from None
                await self._play(emit)

    async def request(self, request: BeltRequest) -> str:
        """Ask the treadmill over the air, then, if it accepts, the simulated belt."""
        return await self._ble.request(request) or self._belt(request)

    def _ready(self) -> bool:
        return all(pod.started for pod in self._pods.values()) and self._treadmill.report()

    async def _play(self, emit: Emit) -> None:
        loop = asyncio.get_running_loop()

        def send(item: Input) -> None:
            match item:
                case Packet():
                    self._send(item)
                case Belt():
                    self._treadmill.km_h = item.speed_m_s * 3.6
                    self._treadmill.percent = item.incline_percent
                    self._treadmill.report()
                case Command():  # from a person, so not over the air
                    emit(Command(loop.time(), item.name, item.value, item.source, item.id))
                case _:
                    pass

        await Playback(self._inputs, 1.0).run(send, ignore)

    def _send(self, packet: Packet) -> None:
        assert packet.ticks is not None  # a simulated sensor's
        assert packet.gyr is not None
        pod, step_us = self._pods[packet.sensor], round(1e6 / packet.rate_hz)
        acc = counts(packet.acc, wearables.POD_ACC)
        gyr = counts(np.degrees(packet.gyr), wearables.POD_DPS)
        values = np.concatenate((acc, gyr), axis=1)
        for at in range(0, len(values), MOST_SAMPLES):
            part = slice(at, at + MOST_SAMPLES)
            first_us, number = round(packet.ticks[at] * 1e6), self._frames[packet.sensor]
            frame = wearables.pod_frame(number, first_us, step_us, values[part])
            pod.send(wearables.POD_DATA, frame)
            self._frames[packet.sensor] = number + 1
