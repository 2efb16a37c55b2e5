"""Messages that some FTMS treadmills need before they report their speed.

Protocol facts
--------------
KingSmith Z1 (some firmware): service 24e2521c-f63b-48ed-85be-c5330a00fdf7, notify ...0b00...,
write ...0d00...: ``71 00 05 01``, the last four characters of its name as a little-endian 32-bit
number plus one, and the sum of all that (& ff); it answers ``71 80 00 cc``. Urevo Spacewalk E3,
some Mobvoi: ``02 51 0b 03`` to characteristic fff2. Others report once control was requested, by
the standard's own ``00`` to the control point, which moves nothing.

Source: fortun8te/z1-walkingpad, dudanov/hassio-ftms#21, qdomyos-zwift#3382 (facts). Certainty D:
one report each.
Nothing is written unless the option ``unlock`` names the machine.
"""

from __future__ import annotations

from collections.abc import Sequence

from cued.devices._ftms_options import Config
from cued.devices._gatt import sig
from cued.devices.device import Action, Subscribe, Write
from cued.model import DecodeError

Z1_NOTIFY = "24e2521c-f63b-48ed-85be-c5330b00fdf7"
Z1_WRITE = "24e2521c-f63b-48ed-85be-c5330d00fdf7"
UREVO_WRITE, CONTROL = sig(0xFFF2), sig(0x2AD9)
UREVO = bytes.fromhex("02510b03")


def z1(name: str) -> bytes:
    """Return what unlocks a Z1 of this name."""
    number = int.from_bytes(name.encode()[-4:].rjust(4, b"\0"), "little") + 1
    body = b"\x71\x00\x05\x01" + (number & 0xFFFFFFFF).to_bytes(4, "little")
    return body + bytes((sum(body) & 0xFF,))


def unlocking(config: Config, services: Sequence[str]) -> list[Action]:
    """Return the actions that unlock the configured machine, if it is there."""
    if config.unlock == "kingsmith_z1" and Z1_WRITE in services:
        if len(config.unlock_name) < 4:
            raise DecodeError("a Z1 is unlocked by its name: write it as unlock_name")
        return [Subscribe(Z1_NOTIFY), Write(Z1_WRITE, z1(config.unlock_name))]
    if config.unlock == "urevo" and UREVO_WRITE in services:
        return [Write(UREVO_WRITE, UREVO)]
    if config.unlock == "request_control" and CONTROL in services:
        return [Subscribe(CONTROL), Write(CONTROL, b"\x00")]
    return []
