"""Streams of each wearable whose n-th sample has the value n on every axis, in the chip's counts.

So whatever comes of a damaged stream shows which sample it was, and when that was taken.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cued.devices import (
    bangle,
    circuitpython,
    metamotion,
    movesense,
    pod,
    polar_pmd,
    thingy52,
    witmotion,
    xsens_dot,
)
from cued.devices._gatt import DEGREE, G
from tests.devices.frames import delta_block

Messages = list[tuple[str, bytes]]


class Numbered(NamedTuple):
    """A stream: its messages, how many arrive a second, samples a second, and a count's value."""

    messages: Messages
    per_s: float
    rate_hz: float
    acc: float
    gyr: float = 1.0


def triples(layout: str, first: int, count: int, axes: int = 3) -> bytes:
    numbers = [n for n in range(first, first + count) for _ in range(axes)]
    return struct.pack(f"<{len(numbers)}{layout}", *numbers)


def pods() -> Numbered:
    def frame(k: int) -> bytes:
        return struct.pack("<BBHIH", 1, 5, k, 5 * k * 9615, 9615) + triples("h", 5 * k, 5, 6)

    messages = [(pod.DATA, frame(k)) for k in range(60)]
    return Numbered(messages, 20.8, 1e6 / 9615, pod.ACC_M_S2, pod.GYR_RAD_S)


def movesenses() -> Numbered:
    messages: Messages = []
    for k in range(60):
        numbers = np.frombuffer(triples("f", 8 * k, 8), "<f4")
        body = (numbers / 100).astype("<f4").tobytes() + numbers.tobytes()
        whole = struct.pack("<I", round(8000 * k / 104)) + body
        messages += [
            (movesense.NOTIFY, b"\x02\x63" + whole[:156]),
            (movesense.NOTIFY, b"\x03\x63" + whole[156:]),
        ]
    return Numbered(messages, 26.0, 104.0, 0.01, DEGREE)


def witmotions() -> Numbered:
    def frames(k: int) -> bytes:
        return b"".join(b"\x55\x61" + triples("h", n, 1, 9) for n in range(3 * k, 3 * k + 3))

    messages = [(witmotion.NOTIFY, frames(k)) for k in range(1, 200)]
    return Numbered(messages, 100 / 3, 100.0, 16 * G / 32768, 2000 * DEGREE / 32768)


def dots() -> Numbered:
    def sample(n: int) -> bytes:
        return struct.pack("<I6f12x", n * 16667, *[n / 100] * 3, *[n] * 3)

    messages = [(xsens_dot.MEDIUM, sample(n)) for n in range(200)]
    return Numbered(messages, 60.0, 1e6 / 16667, 0.01, DEGREE)


def thingies() -> Numbered:
    messages = [(thingy52.RAW, triples("h", n, 1, 9)) for n in range(500)]
    return Numbered(messages, 100.0, 100.0, G / 1024, DEGREE / 32)


def metamotions() -> Numbered:
    messages: Messages = []
    for n in range(0, 900, 3):
        messages += [
            (metamotion.NOTIFY, b"\x03\x1c" + triples("h", n, 3)),
            (metamotion.NOTIFY, b"\x13\x07" + triples("h", n, 3)),
        ]
    return Numbered(messages, 200 / 3, 100.0, G / 4096, DEGREE / 16.4)


def boards() -> Numbered:
    messages = [(circuitpython.ACC, triples("f", n, 1)) for n in range(250)]
    return Numbered(messages, 50.0, 50.0, 1.0)


def watches() -> Numbered:
    def frame(k: int) -> bytes:
        head = struct.pack("<BBI", bangle.MARK, 4, 20 * (4 * k + 3))
        body = head + triples("h", 4 * k, 4)
        return body + bangle.sums(body)

    stream = b"".join(frame(k) for k in range(80))
    messages = [(bangle.TX, stream[at : at + 20]) for at in range(0, len(stream), 20)]
    return Numbered(messages, 20.0, 50.0, G / 4096)


def polars() -> Numbered:
    def frame(k: int) -> bytes:
        head = struct.pack("<BQB", 2, 10**9 + round((31 * k + 30) * 1e9 / 52), 0x81)
        first = struct.pack("<3h", *[31 * k] * 3)
        return head + first + 3 * delta_block([[1, 1, 1]] * 10, 4)

    return Numbered([(polar_pmd.DATA, frame(k)) for k in range(40)], 1.68, 52.0, 1e-3 * G)


STREAMS: dict[str, Callable[[], Numbered]] = {
    "bangle": watches,
    "circuitpython": boards,
    "metamotion": metamotions,
    "movesense": movesenses,
    "pod": pods,
    "polar_pmd": polars,
    "thingy52": thingies,
    "witmotion": witmotions,
    "xsens_dot": dots,
}
