"""Columns of integers in few bits: what is left after predicting each value from those before.

Method: each column is differenced 0 to 3 times, whichever leaves least (the fixed predictors of
Shorten and FLAC; T. Robinson 1994, CUED/F-INFENG/TR.156). What is left is written in Rice codes
whose parameter changes every 16 values, because a foot is still half of the time and swings in the
other half. Quotients, remainders and parameters are three separate runs of bits, so that all of it
is done by whole arrays; the parameters are deflated as well.

Exact for any int64: differences and sums wrap around, which undoes itself.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]

GROUP = 16
ORDERS = 4
LONGEST_QUOTIENT_BITS = 5  # a group with an outlier gets longer remainders, not a million zeros


class Packed(Struct, frozen=True, array_like=True):
    """Columns: of each (length, order, first values), and the bits of all of them together."""

    heads: tuple[tuple[int, ...], ...]
    widths: bytes
    quotients: bytes
    remainders: bytes


def pack(columns: Sequence[Ints]) -> Packed:
    """Pack (n,) columns of integers."""
    heads: list[tuple[int, ...]] = []
    left: list[Words] = []
    for column in columns:
        head, rest = _predicted(column)
        heads.append(head)
        left.append(_padded(_folded(rest)))
    words = np.concatenate(left) if left else np.empty(0, np.uint64)
    widths = _widths(words)
    each = np.repeat(widths, GROUP)
    ends = np.cumsum((words >> each).astype(np.int64) + 1)
    quotients = np.zeros(int(ends[-1]) if ends.size else 0, np.uint8)
    quotients[ends - 1] = 1
    return Packed(
        tuple(heads),
        zlib.compress(widths.astype(np.uint8).tobytes(), 9),
        np.packbits(quotients).tobytes(),
        np.packbits(_bits(words, each)).tobytes(),
    )


def unpack(packed: Packed) -> list[Ints]:
    """Give the columns back. Raises ValueError when the parts do not fit each other."""
    widths = np.frombuffer(zlib.decompress(packed.widths), np.uint8).astype(np.uint64)
    each = np.repeat(widths, GROUP)
    words = _words(packed, each)
    out: list[Ints] = []
    start = 0
    for length, order, *first in packed.heads:
        rest = length - len(first)
        stop = start + -(-rest // GROUP) * GROUP
        if rest < 0 or stop > words.size or len(first) != min(order, length):
            raise ValueError("columns are longer than what is there")
        out.append(_summed(_unfolded(words[start : start + rest]), order, first))
        start = stop
    return out


def _predicted(column: Ints) -> tuple[tuple[int, ...], Ints]:
    """Choose the order that leaves least; length, order and first values, and what is left."""
    best, least, rest = 0, np.inf, column
    left = column
    for order in range(min(ORDERS, column.size)):
        cost = float(np.log2(np.abs(left.astype(np.float64)) + 1.0).sum()) + 64.0 * order
        if cost < least:
            best, least, rest = order, cost, left
        left = left[1:] - left[:-1]
    first: list[Any] = []
    column = column[: best + 1]
    for _ in range(best):
        first.append(int(column[0]))
        column = column[1:] - column[:-1]
    return (rest.size + best, best, *first), rest


def _summed(rest: Ints, order: int, first: Sequence[int]) -> Ints:
    for value in reversed(first[:order]):
        rest = np.cumsum(np.concatenate((np.array([value], np.int64), rest)), dtype=np.int64)
    return rest


def _folded(values: Ints) -> Words:
    """Map 0, -1, 1, -2, 2 ... to 0, 1, 2, 3, 4 ..."""
    return ((values << 1) ^ (values >> 63)).view(np.uint64)


def _unfolded(words: Words) -> Ints:
    half = (words >> np.uint64(1)).view(np.int64)
    return half ^ -(words & np.uint64(1)).astype(np.int64)


def _padded(words: Words) -> Words:
    missing = -words.size % GROUP
    return np.concatenate((words, np.zeros(missing, np.uint64))) if missing else words


def _widths(words: Words) -> Words:
    """Choose the length of remainders of each group: the cheapest around the usual one."""
    groups = words.reshape(-1, GROUP)
    if not groups.size:
        return np.empty(0, np.uint64)
    real = groups.astype(np.float64)
    usual = np.frexp(real.mean(axis=1))[1] - 1
    least = np.frexp(real.max(axis=1))[1] - LONGEST_QUOTIENT_BITS
    tried = np.clip(np.maximum(usual + np.arange(-1, 2)[:, None], least), 0, 63).astype(np.uint64)
    costs = (groups >> tried[:, :, None]).sum(axis=2) + tried * np.uint64(GROUP)
    best: Words = np.take_along_axis(tried, costs.argmin(axis=0)[None], axis=0)[0]
    return best


def _places(each: Words) -> tuple[Ints, Words]:
    """Which word each bit of the remainders belongs to, and how far up in it."""
    counts = each.astype(np.int64)
    owner = np.repeat(np.arange(counts.size), counts)
    ends = np.cumsum(counts)
    up = np.repeat(ends, counts) - np.arange(owner.size) - 1
    return owner, up.astype(np.uint64)


def _bits(words: Words, each: Words) -> NDArray[np.uint8]:
    owner, up = _places(each)
    return ((words[owner] >> up) & np.uint64(1)).astype(np.uint8)


def _words(packed: Packed, each: Words) -> Words:
    stops = np.flatnonzero(np.unpackbits(np.frombuffer(packed.quotients, np.uint8)))
    owner, up = _places(each)
    bits = np.unpackbits(np.frombuffer(packed.remainders, np.uint8))
    if stops.size != each.size or bits.size < owner.size:
        raise ValueError("bits are missing")
    quotients = np.diff(stops, prepend=-1).astype(np.uint64) - np.uint64(1)
    sums = np.zeros(owner.size + 1, np.uint64)
    np.cumsum(bits[: owner.size].astype(np.uint64) << up, out=sums[1:])
    ends = np.cumsum(each.astype(np.int64))
    starts = ends - each.astype(np.int64)
    return (quotients << each) + (sums[ends] - sums[starts])
