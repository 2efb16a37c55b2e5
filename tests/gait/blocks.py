"""Blocks cut into pieces, as from packets of any size."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from msgspec.structs import replace

from cued.model import Block


def frozen(block: Block) -> Block:
    """Make a block's arrays read-only, so that changing them fails."""
    for array in (block.t, block.acc, block.gyr, block.ok):
        if array is not None:
            array.flags.writeable = False
    return block


def part(block: Block, start: int, stop: int | None = None) -> Block:
    """Return the samples from ``start`` to ``stop``; fresh only if they are the first."""
    s = slice(start, stop)
    t, acc, gyr, ok = (x if x is None else x[s] for x in (block.t, block.acc, block.gyr, block.ok))
    return replace(block, t=t, acc=acc, gyr=gyr, ok=ok, fresh=block.fresh and start == 0)


def split(block: Block, cuts: Iterable[int]) -> list[Block]:
    edges = [0, *sorted({int(c) for c in cuts if 0 < c < block.t.size}), block.t.size]
    return [part(block, a, b) for a, b in pairwise(edges)]
