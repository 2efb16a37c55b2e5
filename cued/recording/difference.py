"""What two runs of the same inputs concluded differently.

Notices that a machine added while recording (a speaker that was missing, a belt that refused) came
from no engine; a replay cannot repeat them, and they count as no difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from cued.model import AnyEvent, Notice

_encode = msgspec.msgpack.Encoder().encode


class Difference(Struct, frozen=True):
    """Events of the first run that the second lacks, and the other way round, in order of time."""

    gone: tuple[AnyEvent, ...]
    new: tuple[AnyEvent, ...]
    reordered: bool = False

    def __bool__(self) -> bool:
        return bool(self.gone or self.new or self.reordered)


def compare(first: Iterable[AnyEvent], second: Iterable[AnyEvent]) -> Difference:
    """Compare to the last bit: what was concluded, when it happened and when it was known."""
    before, after = list(first), list(second)
    gone = _lacking(before, after)
    new = _lacking(after, before)
    said = {_encode(e) for e in gone if isinstance(e, Notice)}
    left = [_encode(e) for e in before]
    same_order = gone or new or [e for e in left if e not in said] == [_encode(e) for e in after]
    return Difference(
        tuple(e for e in gone if not isinstance(e, Notice)), tuple(new), reordered=not same_order
    )


def _lacking(these: Sequence[AnyEvent], those: Sequence[AnyEvent]) -> list[AnyEvent]:
    """List which of these have no equal among those, each used once."""
    there = Counter(map(_encode, those))
    out: list[AnyEvent] = []
    for event in these:
        key = _encode(event)
        if there[key]:
            there[key] -= 1
        else:
            out.append(event)
    return out
