"""Columns of integers in few bits: what is left after predicting each value from those before.

Method: what ``predicting.py`` leaves of each column is written in Rice codes whose parameter
changes every 12 values, because a foot is still half of the time and swings in the other half.
Quotients, remainders and parameters are three separate runs of bits, so that all of it is done by
whole arrays; the parameters are deflated as well. Where all 12 are as predicted, none is written.

Codes that adapt to what came before were tried instead, as ideal code lengths: 5 % more, for the
change from still to swinging comes too suddenly. Groups of 16 take 1 % more than those of 12. In
format 1 of a session groups had 16 values, which is still read.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from cued.recording.sessions.predicting import Ints, predicted, restored

Words = NDArray[np.uint64]

GROUP = 12
LARGEST_GROUP = 1024
AS_PREDICTED = 64  # in place of a parameter
LONGEST_QUOTIENT_BITS = 5  # a group with an outlier gets longer remainders, not a million zeros


class Packed(Struct, frozen=True, array_like=True):
    """Columns: of each its head (length, kind of prediction, first values), and all their bits."""

    heads: tuple[tuple[int, ...], ...]
    widths: bytes
    quotients: bytes
    remainders: bytes
    group: int = 16


def pack(columns: Sequence[Ints]) -> Packed:
    """Pack (n,) columns of integers."""
    heads: list[tuple[int, ...]] = []
    left: list[Words] = []
    for column in columns:
        head, rest = predicted(column)
        heads.append((column.size, *head))
        left.append(_padded(_folded(rest)))
    words = np.concatenate(left) if left else np.empty(0, np.uint64)
    widths = _widths(words)
    coded = words.reshape(-1, GROUP)[widths != AS_PREDICTED].reshape(-1)
    each = np.repeat(widths[widths != AS_PREDICTED], GROUP)
    ends = np.cumsum((coded >> each).astype(np.int64) + 1)
    quotients = np.zeros(int(ends[-1]) if ends.size else 0, np.uint8)
    quotients[ends - 1] = 1
    return Packed(
        tuple(heads),
        zlib.compress(widths.astype(np.uint8).tobytes(), 9),
        np.packbits(quotients).tobytes(),
        np.packbits(_bits(coded, each)).tobytes(),
        GROUP,
    )


def unpack(packed: Packed) -> list[Ints]:
    """Give the columns back. Raises ValueError when the parts do not fit each other."""
    group = packed.group
    if not 0 < group <= LARGEST_GROUP:
        raise ValueError("groups of no such length")
    widths = np.frombuffer(zlib.decompress(packed.widths), np.uint8).astype(np.uint64)
    coded = widths != AS_PREDICTED
    words = np.zeros((widths.size, group), np.uint64)
    words[coded] = _words(packed, np.repeat(widths[coded], group)).reshape(-1, group)
    words = words.reshape(-1)
    out: list[Ints] = []
    start = 0
    for length, kind, *first in packed.heads:
        rest = length - len(first)
        stop = start + -(-rest // group) * group
        if rest < 0 or stop > words.size:
            raise ValueError("columns are longer than what is there")
        out.append(restored(kind, first, _unfolded(words[start : start + rest])))
        start = stop
    return out


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
    best[~groups.any(axis=1)] = AS_PREDICTED
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
