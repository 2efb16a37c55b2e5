"""A stand-in for the pod's board: chip, radio and time as the firmware sees them.

The chip samples by its own oscillator, ``rate_hz``, in simulated time: each access to the bus takes
as long as at 400 kHz, and each pause of the program as long as requested. Samples are kept with
their true times.
"""

from __future__ import annotations

import struct
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

POD = Path(__file__).parents[2] / "hardware" / "pod"
if str(POD) not in sys.path:
    sys.path.insert(0, str(POD))

BYTE_US = 25  # 9 bits and some, at 400 kHz
QUEUE_WORDS = 2048
TICK_US = 31  # the board's clock advances in steps of 1/32768 s


class Chip:
    """An LSM6DS3TR-C on an I2C bus, with its queue."""

    def __init__(
        self,
        rate_hz: float = 104.0,
        who: int = 0x6A,
        phase_us: float = 0.0,
        feel: Callable[[float], tuple[int, ...]] | None = None,
    ) -> None:
        self._feel = feel or self._numbered
        self.now_us = 1_000_000.0
        self.registers = bytearray(128)
        self.registers[0x0F] = who
        self.taken: list[tuple[float, tuple[int, ...]]] = []  # true time, gyr and acc
        self.words: list[int] = []
        self.read_words = 0
        self.ever_read = False
        self.overrun = False
        self.shaken = False
        self._period_us = 1e6 / rate_hz
        self._due_us = self.now_us + phase_us
        self._k = 0

    @property
    def sampling(self) -> bool:
        return self.registers[0x0A] == 0x26 and self.registers[0x08] == 0x09

    def pass_us(self, us: float) -> None:
        """Let time pass."""
        self.now_us += us
        while self._due_us <= self.now_us:
            if self.sampling:
                self._sample()
            self._due_us += self._period_us

    def clock_us(self) -> int:
        """The board's clock."""
        self.pass_us(20)
        return int(self.now_us) // TICK_US * TICK_US

    def _sample(self) -> None:
        self._k += 1
        values = self._feel(self._due_us)
        self.taken.append((self._due_us, values))
        self.words.extend(values)
        if len(self.words) > QUEUE_WORDS:
            del self.words[:6]
            self.overrun = True

    def _numbered(self, _: float) -> tuple[int, ...]:
        """Return angular rate and acceleration that encode the sample's number."""
        k = self._k
        return (k % 30000, -(k % 20000), 7, 2049, -2048, (k * 13) % 32768)

    def writeto(self, address: int, data: bytes) -> None:
        assert address == 0x6A
        self.pass_us(BYTE_US * (1 + len(data)))
        register, value = data
        self.registers[register] = value
        if register == 0x0A and value == 0:
            self.words.clear()
            if not self.ever_read:  # samples discarded while settling are never sent
                self.taken.clear()
            self.read_words = 0
            self.overrun = False

    def writeto_then_readfrom(self, address: int, out: bytes, into: bytearray | memoryview) -> None:
        assert address == 0x6A
        self.pass_us(BYTE_US * 3)
        (register,) = out
        if register == 0x3E:
            into[:] = self._pop(len(into) // 2)
        elif register == 0x3A:
            diff, flags = len(self.words), 0x40 if self.overrun else 0
            into[:] = struct.pack("<HH", diff & 0xFFF | flags << 8, self.read_words % 6)
        elif register == 0x1B:
            into[:] = bytes([8 if self.shaken and self.registers[0x5E] == 0x20 else 0])
            self.shaken = False
        else:
            into[:] = self.registers[register : register + len(into)]
        self.pass_us(BYTE_US * len(into))

    def _pop(self, n: int) -> bytes:
        assert n <= len(self.words), "read more than the queue holds"
        words, self.words = self.words[:n], self.words[n:]
        self.read_words += n
        self.ever_read = True
        return struct.pack(f"<{n}h", *words)


class BluetoothError(Exception):
    pass


class Characteristic:
    READ, WRITE, NOTIFY = 2, 8, 16

    def __init__(self, max_length: int, fixed_length: bool) -> None:
        self._max, self._fixed = max_length, fixed_length
        self.sent: list[bytes] = []
        self.sent_us: list[float] = []
        self.now_us: Callable[[], float] = lambda: 0.0
        self.link: Connection | None = None

    @classmethod
    def add_to_service(cls, service, id, *, properties, max_length, fixed_length, **_):
        made = cls(max_length, fixed_length)
        service.made[id.text] = (made, properties)
        return made

    @property
    def value(self) -> bytes:
        return self.sent[-1]

    @value.setter
    def value(self, data: bytes) -> None:
        data = bytes(data)
        assert len(data) <= self._max
        assert not self._fixed or len(data) == self._max
        if self.link:
            if not self.link.connected:
                raise BluetoothError
            assert len(data) <= self.link.max_packet_length, "the radio would cut this off"
        self.sent.append(data)
        self.sent_us.append(self.now_us())


class Connection:
    def __init__(self, max_packet_length: int) -> None:
        self.connected = True
        self.busy = 0  # requests that will be refused
        self.interval = 50.0
        self.max_packet_length = max_packet_length

    def disconnect(self) -> None:
        self.connected = False

    @property
    def connection_interval(self) -> float:
        return self.interval

    @connection_interval.setter
    def connection_interval(self, ms: float) -> None:
        if self.busy:
            self.busy -= 1
            raise BluetoothError
        self.interval = ms


class Commands:
    """A CharacteristicBuffer."""

    def __init__(self, characteristic, *, timeout, buffer_size) -> None:
        assert timeout == 0
        self._bytes = bytearray()
        characteristic.commands = self

    def put(self, data: bytes) -> None:
        self._bytes.extend(data)

    @property
    def in_waiting(self) -> int:
        return len(self._bytes)

    def read(self, n: int) -> bytes:
        out, self._bytes = bytes(self._bytes[:n]), self._bytes[n:]
        return out

    def reset_input_buffer(self) -> None:
        self._bytes.clear()


class Packets:
    """A PacketBuffer of a central's writes; a third one displaces the oldest."""

    def __init__(self, characteristic, *, buffer_size, max_packet_size) -> None:
        self._room, self._longest = buffer_size, max_packet_size
        self._packets: list[bytes] = []
        characteristic.packets = self

    def put(self, data: bytes) -> None:
        assert len(data) <= self._longest
        self._packets = [*self._packets, data][-self._room :]

    def readinto(self, into: bytearray) -> int:
        if not self._packets:
            return 0
        data = self._packets.pop(0)
        into[: len(data)] = data
        return len(data)


class Uuid:
    def __init__(self, value: int | str) -> None:
        self.text = value if isinstance(value, str) else f"{value:04x}"

    @property
    def uuid128(self) -> bytes:
        return uuid.UUID(self.text).bytes[::-1]


class Service:
    def __init__(self, id: Uuid) -> None:
        self.made: dict[str, tuple[Characteristic, int]] = {}
        SERVICES[id.text] = self.made


SERVICES: dict[str, dict[str, tuple[Characteristic, int]]] = {}


class Adapter:
    def __init__(self) -> None:
        self.name = "CIRCUITPY0000"
        self.address = SimpleNamespace(address_bytes=bytes.fromhex("7856341200c0"))
        self.connections: tuple[Connection, ...] = ()
        self.advertising = False
        self.advert = self.answer = b""

    def start_advertising(self, data, *, scan_response, connectable, interval) -> None:
        assert not self.advertising
        assert len(data) <= 31
        assert len(scan_response) <= 31
        assert connectable
        assert 0.02 <= interval <= 10.24
        self.advertising, self.advert, self.answer = True, data, scan_response

    def stop_advertising(self) -> None:
        self.advertising = False


class Bench:
    """A pod on a table: firmware, chip, radio, and a central."""

    def __init__(self, **chip) -> None:
        from cuedpod.imu import Imu
        from cuedpod.motor import Motor
        from cuedpod.pod import Pod
        from cuedpod.radio import CONTROL, DATA, MOTOR, SERVICE, Radio

        SERVICES.clear()
        self.chip = Chip(**chip)
        self.adapter = Adapter()
        bleio = SimpleNamespace(
            adapter=self.adapter,
            UUID=Uuid,
            Service=Service,
            Characteristic=Characteristic,
            Attribute=SimpleNamespace(OPEN=0x11, NO_ACCESS=0),
            CharacteristicBuffer=Commands,
            PacketBuffer=Packets,
            BluetoothError=BluetoothError,
        )
        self.level = 80
        radio = Radio(bleio)
        self.driven: list[tuple[float, bool]] = []  # time of the motor gate's edge, if any
        motor = Motor(self._drive, self.chip.clock_us)
        self.pod = Pod(Imu(self.chip), radio, self.chip.clock_us, lambda: self.level, motor)
        self.data, self._control, self._motor = (
            SERVICES[SERVICE][uuid][0] for uuid in (DATA, CONTROL, MOTOR)
        )
        self.data.now_us = lambda: self.chip.now_us
        self.link: Connection | None = None

    def connect(self, max_packet_length: int = 182) -> None:
        """Connect as a central does, which ends advertising."""
        self.link = self.data.link = Connection(max_packet_length)
        self.adapter.connections = (self.link,)
        self.adapter.advertising = False

    def disconnect(self) -> None:
        assert self.link
        self.link.connected = False
        self.adapter.connections = ()

    def write(self, command: bytes) -> None:
        self._control.commands.put(command)

    def play(self, rhythm: bytes) -> None:
        self._motor.packets.put(rhythm)

    def _drive(self, felt: bool) -> None:
        self.driven.append((self.chip.now_us, felt))

    def felt(self) -> list[tuple[float, float]]:
        """Return the intervals in which the motor ran, s."""
        out: list[tuple[float, float]] = []
        since = None
        for us, felt in [*self.driven, (self.chip.now_us, False)]:
            if felt and since is None:
                since = us
            elif not felt and since is not None:
                out.append((since / 1e6, us / 1e6))
                since = None
        return out

    def run(self, seconds: float, pauses=()) -> None:
        """Run the firmware; ``pauses``: (n, µs), stop that long every n-th step."""
        end = self.chip.now_us + 1e6 * seconds
        steps = 0
        while self.chip.now_us < end:
            self.chip.pass_us(1e6 * self.pod.step())
            steps += 1
            for every, us in pauses:
                if steps % every == 0:
                    self.chip.pass_us(us)
