"""A runner with a pod, as seen from the radio: plays plan.bin to whoever connects.

The pod speaks docs/pod-protocol.md.

Lines on /run/runner.sock tell it what to do and are answered with its state:
    silent    keep the link and send nothing: what a hung sensor looks like
    speak     send again
    vanish    close the link and stop advertising
    return    advertise again
    status    nothing
"""

import asyncio
import contextlib
import os
import struct
import sys

from bumble import hci
from bumble.core import UUID, AdvertisingData
from bumble.device import Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.host import Host
from bumble.transport import open_transport

BASE = "6375000{}-6564-4b2a-a5c1-7d0e9f3b5a10"
NAME = "cued pod 1AAA"
SOCKET = "/run/runner.sock"


def frames(path):
    """Read the plan: time to send (f64, s), length (u16), bytes."""
    with open(path, "rb") as file:
        data = file.read()
    at, out = 0, []
    while at < len(data):
        t, n = struct.unpack_from("<dH", data, at)
        out.append((t, data[at + 10 : at + 10 + n]))
        at += 10 + n
    return out


class Runner:
    def __init__(self, host, plan):
        address = hci.Address("C4:F2:17:1A:1A:AA")
        self.device = Device(name=NAME, address=address, host=host)
        self.plan, self.sent = plan, 0
        self.streaming, self.silent, self.visible = False, False, True
        can, pod, battery = Characteristic.Properties, *map(UUID, (BASE.format(1), "180F"))
        self.data = Characteristic(BASE.format(2), can.NOTIFY, 0)
        written = CharacteristicValue(write=lambda link, value: self.control(value))
        control = Characteristic(BASE.format(3), can.WRITE, Characteristic.WRITEABLE, written)
        level = Characteristic("2A19", can.READ, Characteristic.READABLE, bytes([80]))
        services = Service(pod, [self.data, control]), Service(battery, [level])
        self.device.add_services(services)
        fields = [
            (AdvertisingData.FLAGS, b"\x06"),
            (AdvertisingData.COMPLETE_LOCAL_NAME, NAME.encode()),
        ]
        self.device.advertising_data = bytes(AdvertisingData(fields))
        fields = [(AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, pod.to_bytes())]
        self.device.scan_response_data = bytes(AdvertisingData(fields))
        self.device.on("connection", self.connected)

    def control(self, value):
        self.streaming = value == b"\x01"
        print("control", value.hex(), flush=True)

    def connected(self, link):
        print("connected", link.peer_address, flush=True)
        link.on("disconnection", self.disconnected)

    def disconnected(self, reason):
        print("disconnected", reason, flush=True)
        self.streaming = False
        self.again = asyncio.ensure_future(self.advertise())

    async def advertise(self):
        if not self.visible or self.device.is_advertising:
            return
        try:
            await self.device.start_advertising(
                auto_restart=False, advertising_interval_min=100, advertising_interval_max=100
            )
        except Exception as error:  # noqa: BLE001 (bumble takes it for on, and never tries again)
            print("advertise", repr(error), flush=True)
            os._exit(1)  # to be started anew (radio.service)

    async def play(self):
        loop = asyncio.get_running_loop()
        while True:
            start = loop.time()
            for t, frame in self.plan:
                await asyncio.sleep(max(0.0, start + t - loop.time()))
                if self.streaming and not self.silent and self.device.connections:
                    try:
                        await self.device.notify_subscribers(self.data, frame)
                        self.sent += 1
                    except Exception as error:  # noqa: BLE001 (the link went in the middle)
                        print("notify", repr(error), flush=True)

    async def obey(self, command):
        if command in ("silent", "speak"):
            self.silent = command == "silent"
        elif command == "vanish":
            self.visible = False
            if self.device.is_advertising:
                await self.device.stop_advertising()
            for link in list(self.device.connections.values()):
                await link.disconnect()
        elif command == "return":
            self.visible = True
            await self.advertise()
        return f"sent {self.sent} streaming {self.streaming} links {len(self.device.connections)}"

    async def serve(self, reader, writer):
        async for line in reader:
            writer.write((await self.obey(line.decode().strip()) + "\n").encode())
            await writer.drain()


async def main():
    if len(sys.argv) > 1:  # runner.py COMMAND: tell the one that runs
        reader, writer = await asyncio.open_unix_connection(SOCKET)
        writer.write((sys.argv[1] + "\n").encode())
        print((await reader.readline()).decode().strip())
        return
    transport = await open_transport("hci-socket:1")
    runner = Runner(Host(transport.source, transport.sink), frames("/bench/plan.bin"))
    await runner.device.power_on()
    await runner.advertise()
    with contextlib.suppress(FileNotFoundError):
        os.unlink(SOCKET)
    server = await asyncio.start_unix_server(runner.serve, SOCKET)
    print("READY", flush=True)
    await asyncio.gather(runner.play(), server.serve_forever())


asyncio.run(main())
