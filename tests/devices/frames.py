"""Bytes of wearables, and the packet that comes of them."""

from __future__ import annotations

from cued.model import Packet

H = bytes.fromhex


def only(outputs) -> Packet:
    (packet,) = [x for x in outputs if isinstance(x, Packet)]
    return packet


def delta_block(rows: list[list[int]], width: int) -> bytes:
    """Pack differences least significant bit first, as Polar's document describes it."""
    bits = [value >> i & 1 for row in rows for value in row for i in range(width)]
    bits += [0] * (-len(bits) % 8)
    packed = [sum(b << i for i, b in enumerate(bits[at : at + 8])) for at in range(0, len(bits), 8)]
    return bytes([width, len(rows)]) + bytes(packed)
