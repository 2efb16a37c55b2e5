"""Decoding of Treadmill Data (0x2ACD) and Machine Status (0x2ADA).

Rules: fields come in the order of their flag bits; bit 0 is inverted (0: speed is present and the
record ends here; 1: more of this record follows). A frame that ends early gives the fields that
were complete. A value that the treadmill does not know is None; a field that it did not send is
absent.

Some machines set bit 0 and send the speed all the same (KingSmith PH4). The length decides: a frame
exactly two bytes longer than its other fields need begins with a speed.

Pace is one byte (0.1 km/min; 2017 XML, pyftms, qdomyos-zwift) or two (s per km; the newer
specification). The length decides here too: two if they fit with all the other fields. Speed and
incline come before it, so a wrong guess cannot affect them.

Sources: Fitness Machine Service 1.0, Bluetooth SIG GATT Specification Supplement, captures of Life
Fitness, Matrix and KingSmith treadmills. Certainty A; C for pace.
"""

from __future__ import annotations

from msgspec import Struct

from cued.devices._gatt import fields
from cued.model import DecodeError

# Values that mean "unknown" (FTMS).
UNKNOWN_U8, UNKNOWN_S16, UNKNOWN_U16 = (0xFF,), (0x7FFF,), (0xFFFF,)
EITHER = (0x7FFF, 0xFFFF)  # elevation gain: both occur

# bit: fields as (name, size, signed, value of one unit, values that mean unknown)
Field = tuple[str, int, bool, float, tuple[int, ...]]
FIELDS: dict[int, tuple[Field, ...]] = {
    0: (("speed_km_h", 2, False, 0.01, UNKNOWN_U16),),
    1: (("average_speed_km_h", 2, False, 0.01, ()),),
    2: (("distance_m", 3, False, 1.0, ()),),
    3: (
        ("incline_percent", 2, True, 0.1, UNKNOWN_S16),
        ("ramp_deg", 2, True, 0.1, UNKNOWN_S16),
    ),
    4: (("gain_m", 2, False, 0.1, EITHER), ("loss_m", 2, False, 0.1, EITHER)),
    5: (("pace", 1, False, 1.0, ()),),
    6: (("average_pace", 1, False, 1.0, ()),),
    7: (
        ("energy_kcal", 2, False, 1.0, UNKNOWN_U16),
        ("energy_kcal_h", 2, False, 1.0, UNKNOWN_U16),
        ("energy_kcal_min", 1, False, 1.0, UNKNOWN_U8),
    ),
    8: (("heart_rate", 1, False, 1.0, ()),),
    9: (("met", 1, False, 0.1, ()),),
    10: (("elapsed_s", 2, False, 1.0, ()),),
    11: (("remaining_s", 2, False, 1.0, ()),),
    12: (("force_n", 2, True, 1.0, UNKNOWN_S16), ("power_w", 2, True, 1.0, UNKNOWN_S16)),
    13: (("steps", 3, False, 1.0, ()),),  # KingSmith's own
}
PACE_BITS = (5, 6)  # of the flags, as above


class TreadmillData(Struct, frozen=True):
    """One frame. ``cut``: it ended inside a field; ``left``: bytes that belong to no field."""

    values: dict[str, float | None]
    cut: bool
    left: int


def decode(data: bytes) -> TreadmillData:
    """Decode one notification."""
    (flags,) = fields("H", data)
    flagged = [bit for bit in FIELDS if bit and flags >> bit & 1]
    speed = not flags & 1 or _has_unflagged_speed(flagged, len(data) - 2)
    present = [0, *flagged] if speed else flagged
    wide = _pace_is_wide(present, len(data) - 2)
    values: dict[str, float | None] = {}
    at = 2
    for bit in present:
        for name, narrow, signed, unit, unknown in FIELDS[bit]:
            size = 2 if wide and bit in PACE_BITS else narrow
            if at + size > len(data):
                return TreadmillData(values, True, len(data) - at)
            raw = int.from_bytes(data[at : at + size], "little", signed=signed)
            values[name] = None if raw in unknown else raw * unit
            at += size
    return TreadmillData(values, False, len(data) - at)


# number of paces: bytes that these and a speed take, narrow or wide. Two paces in four bytes are
# taken as two wide ones without a speed, as the flags say.
WITH_SPEED = {0: (2,), 1: (3, 4), 2: (6,)}


def _has_unflagged_speed(flagged: list[int], length: int) -> bool:
    """Return whether a frame with bit 0 set has exactly the room for a speed and its fields."""
    paces = sum(bit in PACE_BITS for bit in flagged)
    return length - _needed(flagged) in WITH_SPEED[paces]


def _pace_is_wide(present: list[int], length: int) -> bool:
    paces = sum(bit in PACE_BITS for bit in present)
    return bool(paces) and length - _needed(present) >= 2 * paces


def _needed(bits: list[int]) -> int:
    """Count the bytes of all fields except paces."""
    return sum(f[1] for bit in bits if bit not in PACE_BITS for f in FIELDS[bit])


# Op codes of Fitness Machine Status (FTMS).
RESET, HALTED, SAFETY_KEY, STARTED, NEW_SPEED, NEW_INCLINE, CONTROL_LOST = 1, 2, 3, 4, 5, 6, 0xFF


class MachineStatus(Struct, frozen=True):
    """A machine status: operation and its value, m/s or percent; ``paused``: may be resumed."""

    op: int
    value: float | None = None
    paused: bool = False


def machine_status(data: bytes) -> MachineStatus:
    """Decode a machine status; of operations without a use here, only the number."""
    if not data:
        raise DecodeError("empty machine status")
    op = data[0]
    if op == HALTED:
        return MachineStatus(op, paused=data[1:2] == b"\x02")
    if len(data) < 3:  # the new value is missing
        return MachineStatus(op)
    if op == NEW_SPEED:
        return MachineStatus(op, fields("H", data, 1)[0] * 0.01 / 3.6)
    if op == NEW_INCLINE:
        return MachineStatus(op, fields("h", data, 1)[0] * 0.1)
    return MachineStatus(op)
