"""The pod's firmware under MicroPython's Unix build, with stalls: ``micropython stalls.py FOLDER``.

scripts/check-pod runs it. It shows that the unchanged program runs under the interpreter on which
CircuitPython is based, and that after any stall no sample is sent twice, out of order or with a
used time, and no pulse is made up for. Chip and radio are stand-ins; Bluetooth, interrupts and the
board's memory are left out.
"""

# ruff: noqa: B905, RUF007, PT018 - MicroPython has no itertools.pairwise, and no strict

import struct
import sys

sys.path.insert(0, sys.argv[1])

from cuedpod import motor, radio
from cuedpod.imu import Imu
from cuedpod.pod import Pod

PERIOD_US = 9700  # the chip's own oscillator, 1 % slow
STALLS_US = (0, 0, 0, 0, 0, 0, 0, 0, 0, 7000, 60000, 0, 0, 900000, 0, 0, 0, 4000000)
ROUNDS = 40


class Bus:
    """The chip's bus, which is also the clock; samples encode their number."""

    def __init__(self):
        self.now_us, self.due_us, self.words, self.taken, self.overrun = (
            1000000,
            1000000,
            [],
            0,
            False,
        )
        self.on = False

    def clock_us(self):
        self.pass_us(20)
        return self.now_us

    def pass_us(self, us):
        self.now_us += us
        while self.due_us <= self.now_us:
            if self.on:
                self.taken += 1
                self.words.extend((self.taken % 30000, 0, 0, 0, 0, 2049))
                if len(self.words) > 2048:
                    self.words = self.words[6:]
                    self.overrun = True
            self.due_us += PERIOD_US

    def writeto(self, _address, data):
        self.pass_us(50)
        if data[0] == 0x0A:
            self.on = data[1] != 0
            self.words, self.overrun = [], False

    def writeto_then_readfrom(self, _address, out, into):
        self.pass_us(50 + 25 * len(into))
        if out[0] == 0x3E:
            n = len(into) // 2
            into[:] = struct.pack(f"<{n}h", *self.words[:n])
            self.words = self.words[n:]
        elif out[0] == 0x3A:
            held = len(self.words)
            into[:] = struct.pack("<HH", held & 0xFFF | (0x4000 if self.overrun else 0), 0)
        elif out[0] == 0x0F:
            into[0] = 0x6A
        else:
            into[0] = 0


class Radio:
    """The radio, as the firmware uses it."""

    def __init__(self):
        self.commands, self.rhythms, self.sent = [1], [], []

    def connected(self):
        return True

    def command(self):
        return self.commands.pop(0) if self.commands else None

    def rhythm(self):
        return self.rhythms.pop(0) if self.rhythms else None

    def packet_length(self):
        return radio.LONGEST

    def send(self, frame):
        self.sent.append(bytes(frame))

    def tell_battery(self, _percent):
        pass


def main():
    """Stream through all stalls; raise if anything is wrong."""
    bus, air, edges = Bus(), Radio(), []
    latest_us = 0

    def drive(felt):
        edges.append((bus.now_us, felt))
        assert not felt or bus.now_us < latest_us + 20000

    play = motor.Motor(drive, bus.clock_us)
    pod = Pod(Imu(bus), air, bus.clock_us, lambda: 80, play)
    for _ in range(ROUNDS):
        for stall_us in STALLS_US:
            bus.pass_us(int(1e6 * pod.step()) + stall_us)
        until_us = (bus.now_us + 200000) & 0xFFFFFFFF
        latest_us = bus.now_us + 200000 + 390000  # the latest start, and the duration
        air.rhythms.append(struct.pack("<BBI", 1, 2, until_us) + bytes((0, 15, 9, 15)))
    number, at_us, counter = 0, -1, -1
    for frame in air.sent:
        version, n, count, first_us, step_us = struct.unpack_from("<BBHIH", frame, 0)
        assert version == 1 and len(frame) == 10 + 12 * n
        assert count == counter + 1
        assert first_us > at_us, (first_us, at_us)
        for i in range(n):
            seen = struct.unpack_from("<h", frame, 16 + 12 * i)[0]
            assert (seen - number) % 30000 < 15000 and seen != number, (seen, number)
            number = seen
        counter, at_us = count, first_us + (n - 1) * step_us
    kept = [until - since for (since, felt), (until, _) in zip(edges, edges[1:]) if felt]
    felt = sum(us for us in kept if us < 20000)
    assert felt > 0
    stalls = ROUNDS * sum(s > 0 for s in STALLS_US)
    print(f"{len(air.sent)} frames, {stalls} stalls, motor kept going for {felt // 1000} ms: right")


main()
