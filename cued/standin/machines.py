"""FTMS treadmills that report when ``report`` is called; real ones report once a second.

Written from the Bluetooth SIG's service specifications; ``MACHINES`` lists deviations that owners
of real treadmills have reported.
"""

from __future__ import annotations

import asyncio
import struct

from msgspec import Struct

from cued.standin.peripheral import Char, Far, Peripheral, sig

FTMS, TREADMILL_DATA, STATUS, CONTROL = sig(0x1826), sig(0x2ACD), sig(0x2ADA), sig(0x2AD9)
SPEED_RANGE, INCLINE_RANGE = sig(0x2AD4), sig(0x2AD5)
BIKE_DATA = sig(0x2AD2)
UNLOCK, UNLOCKS = sig(0xFFF2), b"\x02\x51\x0b\x03"  # Urevo's
DONE, NOT_PERMITTED = 1, 5  # results of the control point (FTMS)


class Habits(Struct, frozen=True, kw_only=True):
    """Deviations of a treadmill from the specification.

    takes : true speed, km/h, for 1 km/h written to it; 1.609 if it takes miles.
    cuts : it truncates the written speed to whole tenths.
    grants : it answers the request for control.
    stops : it really stops, instead of only confirming it.
    speaks : it reports before its belt runs.
    says_zero : it reports 0 whatever its belt does, until its own app's message unlocks it.
    refuses_att : ATT error of every write to its control point; ``times`` of them, 0 for all.
    advertises : it advertises its service.
    kind : its type in the advertisement's service data.
    treadmill : False for a bike.
    """

    takes: float = 1.0
    cuts: bool = False
    grants: bool = True
    stops: bool = True
    speaks: bool = True
    says_zero: bool = False
    refuses_att: int = 0
    times: int = 0
    advertises: bool = True
    kind: bytes = b""
    treadmill: bool = True


# Real machines by their behaviour, from public reports.
MACHINES: dict[str, Habits] = {
    "by the book": Habits(),
    "takes miles": Habits(takes=1.609),  # Horizon T202, 7.0AT
    "cuts to tenths": Habits(cuts=True),
    "never grants": Habits(grants=False),  # Horizon Omega Z
    "does not stop": Habits(stops=False),  # QZ's bridge, FS-BT-02, Sperax RM-01
    "silent until it runs": Habits(speaks=False),
    "says zero": Habits(says_zero=True),  # Urevo Spacewalk E3
    "busy once": Habits(refuses_att=0xFE, times=1),
    "refuses by ATT": Habits(refuses_att=0x80),
    "unadvertised": Habits(advertises=False),
    "bike": Habits(treadmill=False),  # advertises 1826 without its type
    "bike that says so": Habits(treadmill=False, kind=b"\x01\x20\x00"),
}


class TreadmillPeripheral:
    """A treadmill whose speed and incline can be set.

    refuses : result code of every command, if not 0.  mute : it answers no command.
    written : (time, bytes) of every command.
    """

    def __init__(self, far: Far, machine: str = "by the book", index: int = 1) -> None:
        self.habits = habits = MACHINES[machine]
        self.km_h, self.percent = 4.0, 0.0
        self.refuses = 0
        self.mute = False
        self.written: list[tuple[float, bytes]] = []
        self._far = far
        self._controlled = False
        chars = {
            STATUS: Char(["notify"]),
            CONTROL: Char(["write", "indicate"], write=self._written),
            SPEED_RANGE: Char(["read"], lambda: struct.pack("<HHH", 80, 2000, 10)),
            INCLINE_RANGE: Char(["read"], lambda: struct.pack("<hhH", 0, 150, 5)),
        }
        chars |= {TREADMILL_DATA if habits.treadmill else BIKE_DATA: Char(["notify"])}
        self._locked = habits.says_zero
        own = {UNLOCK: Char(["write"], write=self._unlock)}
        self.peripheral = Peripheral(
            f"C0:BE:17:00:00:{index:02X}",
            "Treadmill" if machine == "by the book" else machine,
            {FTMS: chars} | ({sig(0xFFF0): own} if habits.says_zero else {}),
            [FTMS] if habits.advertises else [],
            service_data={FTMS: habits.kind} if habits.kind else {},
        )

    def _written(self, data: bytes) -> int | None:
        self.written.append((asyncio.get_running_loop().time(), data))
        habits = self.habits
        if habits.refuses_att and (not habits.times or len(self.written) <= habits.times):
            return habits.refuses_att
        if not self.mute and (data[0] or habits.grants):
            self._command(data)
        return None

    def _unlock(self, data: bytes) -> None:
        self._locked = self._locked and data != UNLOCKS

    def _command(self, data: bytes) -> None:
        result = (
            DONE if self._controlled or not data[0] or not self.habits.grants else NOT_PERMITTED
        )
        if self.refuses:
            result = self.refuses
        elif result == DONE:
            self._obey(data)
        answer = bytes((0x80, data[0], result))
        loop = asyncio.get_running_loop()
        loop.call_later(0.01, self._far.notify, self.peripheral, CONTROL, answer)

    def _obey(self, data: bytes) -> None:
        if data[0] == 0:
            self._controlled = True
        elif data[0] == 2:
            written = struct.unpack("<H", data[1:])[0]
            self.km_h = (
                written // 10 / 10 if self.habits.cuts else written / 100
            ) * self.habits.takes
        elif data[0] == 3:
            self.percent = struct.unpack("<h", data[1:])[0] / 10
        elif data[0] == 8 and self.habits.stops:
            self.km_h = 0.0

    def report(self) -> bool:
        """Notify speed and incline; return False if there is no subscriber."""
        if not self.habits.treadmill or not (self.habits.speaks or self.km_h):
            return False
        speed = 0 if self._locked else round(self.km_h * 100)
        data = struct.pack("<HHhh", 0x0008, speed, round(self.percent * 10), 0)
        return self._far.notify(self.peripheral, TREADMILL_DATA, data)
