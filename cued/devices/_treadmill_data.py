"""Treadmill Data (0x2ACD): every field of a frame, whole, split or cut short.

Rules: fields stand in the order of their flag bits; bit 0 is inverted (0: speed is present and the
record ends here; 1: more of this record follows). A frame that ends early gives what was in it. A
value that the treadmill does not know is None; a field that it did not send is absent.

Pace is one byte (0.1 km/min; 2017 XML, pyftms, qdomyos-zwift) or two (s per km; the newer
specification). The length decides: two if they fit beside all the other fields. Speed and incline
stand before it, so a wrong guess cannot touch them.

Sources: Fitness Machine Service 1.0, Bluetooth SIG GATT Specification Supplement, captures of Life
Fitness, Matrix and KingSmith treadmills. Certainty A; C for pace.
"""

from __future__ import annotations

from msgspec import Struct

from cued.devices._gatt import fields
from cued.model import DecodeError

UNKNOWN_U8, UNKNOWN_S16, UNKNOWN_U16 = (0xFF,), (0x7FFF,), (0xFFFF,)
EITHER = (0x7FFF, 0xFFFF)  # elevation gain: both are seen

# bit: fields as (name, size, signed, unit's worth, values that mean unknown)
Field = tuple[str, int, bool, float, tuple[int, ...]]
FIELDS: dict[int, tuple[Field, ...]] = {
    0: (("speed_km_h", 2, False, 0.01, ()),),
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
PACE_BITS = (5, 6)


class TreadmillData(Struct, frozen=True):
    """One frame. ``cut``: it ended inside a field; ``left``: bytes that belong to none."""

    values: dict[str, float | None]
    cut: bool
    left: int


def decode(data: bytes) -> TreadmillData:
    """Decode one notification."""
    (flags,) = fields("H", data)
    present = [bit for bit in FIELDS if bool(flags >> bit & 1) != (bit == 0)]
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


def _pace_is_wide(present: list[int], length: int) -> bool:
    paces = sum(bit in PACE_BITS for bit in present)
    others = sum(f[1] for bit in present if bit not in PACE_BITS for f in FIELDS[bit])
    return bool(paces) and length - others >= 2 * paces


STATUS = {
    0x01: "reset",
    0x02: "stopped by the user",
    0x03: "stopped by the safety key",
    0x04: "started by the user",
    0x05: "speed changed",
    0x06: "incline changed",
    0xFF: "control lost",
}


class MachineStatus(Struct, frozen=True):
    """A machine status (0x2ADA): operation and its value, m/s or percent."""

    op: int
    value: float | None = None


def machine_status(data: bytes) -> MachineStatus:
    """Decode a machine status; operations without a use here keep their number only."""
    if not data:
        raise DecodeError("empty machine status")
    op = data[0]
    if op == 0x05:
        return MachineStatus(op, fields("H", data, 1)[0] * 0.01 / 3.6)
    if op == 0x06:
        return MachineStatus(op, fields("h", data, 1)[0] * 0.1)
    return MachineStatus(op)
