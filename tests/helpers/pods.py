"""Pods and other devices for the stand-in of bluetoothd, and a source for them."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Callable
from typing import Any

from cued.__main__ import main
from cued.config import Sensor, Site
from cued.devices import pod
from cued.devices._gatt import BATTERY_LEVEL, sig
from cued.model import Input, LinkChanged, Notification, Packet
from cued.sources.ble import Ble, Config
from cued.sources.source import spread
from cued.standin.bluez import Bluez
from cued.standin.peripheral import Char, Peripheral

LSB_PER_G = 2049


def frame(counter: int, *sideways: int) -> bytes:
    """Return a pod's frame of two samples at 100 Hz, numbered in the y axis."""
    first = 2 * counter
    header = struct.pack("<BBHIH", 1, 2, counter % 65536, first * 10000 % 2**32, 10000)
    ys = sideways or (first % 30000, (first + 1) % 30000)
    return header + b"".join(struct.pack("<6h", 0, y, LSB_PER_G, 1, 0, 0) for y in ys)


def numbers(packets: list[Packet]) -> list[int]:
    """Return the numbers in the samples."""
    return [round(y / pod.ACC_M_S2) for p in packets for y in p.acc[:, 1]]


class Pod(Peripheral):
    """A pod that streams numbered samples from its start command on."""

    def __init__(self, bluez: Bluez, index: int = 1, **more: Any) -> None:
        chars = {
            pod.DATA: Char(["notify"]),
            pod.CONTROL: Char(["write"], write=self._command),
            pod.MOTOR: Char(["write"], write=self._rhythm),
        }
        battery = {BATTERY_LEVEL: Char(["read", "notify"], read=lambda: bytes([80]))}
        super().__init__(
            address=f"C0:DE:00:00:00:{index:02X}",
            name=f"cued pod {index:04d}",
            services={pod.SERVICE: chars, sig(0x180F): battery},
            advertised=[pod.SERVICE],
            **more,
        )
        self.bluez = bluez
        self.streaming = False
        self.frames = 0
        self.commands: list[bytes] = []
        self.rhythms: list[bytes] = []
        self.on_drop = self._dropped

    def _command(self, data: bytes) -> None:
        self.commands.append(data)
        self.streaming = data == b"\x01"

    def _rhythm(self, data: bytes) -> None:
        self.rhythms.append(data)

    def _dropped(self) -> None:
        self.streaming = False

    def send(self) -> None:
        """Send the next frame if it streams; advance time in any case."""
        if self.streaming:
            self.bluez.notify(self, pod.DATA, frame(self.frames))
        self.frames += 1


async def play(pods: list[Pod], hz: float, frames: int) -> None:
    """Let pods send a number of frames at an even rate."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    for i in range(frames):
        for one in pods:
            one.send()
        await asyncio.sleep(max(0.0, start + (i + 1) / hz - loop.time()))


class Heard:
    """The items a source emitted, with ways to wait for them."""

    def __init__(self) -> None:
        self.items: list[Input] = []
        self.wire: list[Notification] = []
        self.ups = 0
        self.listener: Callable[[Input], object] = lambda _item: None  # another listener
        self._news = asyncio.Event()

    def emit(self, item: Input) -> None:
        if isinstance(item, Notification):
            self.wire.append(item)
        for one in spread(item):
            self.items.append(one)
            self.listener(one)
        self._news.set()

    def up(self) -> None:
        self.ups += 1

    def packets(self, sensor: str) -> list[Packet]:
        return [i for i in self.items if isinstance(i, Packet) and i.sensor == sensor]

    def links(self, sensor: str) -> list[LinkChanged]:
        return [i for i in self.items if isinstance(i, LinkChanged) and i.sensor == sensor]

    async def until(self, condition, within_s: float = 30.0) -> float:
        """Wait until a condition on the items holds; return the loop's time then."""
        async with asyncio.timeout(within_s):
            while not condition():
                self._news.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await self._news.wait()
        return asyncio.get_running_loop().time()


def sensor(device: str = "pod", placement: Any = "foot_left", **more: Any) -> Sensor:
    return Sensor(device=device, placement=placement, **more)


def site(**sensors: Sensor) -> Site:
    return Site(sensors=sensors)


def one(device: Peripheral) -> Site:
    return site(left=sensor(address=device.address))


@contextlib.asynccontextmanager
async def running(where: Site, **more: Any):
    """Run the source; yield the items it emits."""
    source = Ble(Config(), where, **more)
    heard = Heard()
    task = asyncio.create_task(source.run(heard.emit, heard.up))
    try:
        yield source, heard
        if task.done():
            task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@contextlib.asynccontextmanager
async def streaming_pod(bluez: Bluez, **more: Any):
    """Yield a streaming pod and the items received from it."""
    device = bluez.add(Pod(bluez, **more))
    async with running(one(device)) as (_, heard):
        await heard.until(lambda: device.streaming)
        yield device, heard


async def cued(*args: str) -> int:
    """Run a command while the loop plays the devices."""
    return await asyncio.to_thread(main, list(args))
