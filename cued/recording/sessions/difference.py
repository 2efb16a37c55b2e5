"""What two runs of the same inputs concluded differently.

What the daemon added of its own while recording (a speaker that was missing, a belt that refused,
the greeting at the start) came from no engine. A replay cannot repeat it; it is no difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import msgspec
from msgspec import Struct

from cued.model import AnyEvent, Cue, Notice

_encode = msgspec.msgpack.Encoder().encode


class Difference(Struct, frozen=True):
    """Events of the first run that the second lacks, and the other way round, in order of time."""

    gone: tuple[AnyEvent, ...]
    new: tuple[AnyEvent, ...]
    reordered: bool = False

    def __bool__(self) -> bool:
        return bool(self.gone or self.new or self.reordered)


def compare(
    first: Iterable[AnyEvent], second: Iterable[AnyEvent], said: Collection[str] = ()
) -> Difference:
    """Compare to the last bit: what was concluded, when it happened and when it was known.

    said : keys of cues that the daemon gives of its own.
    """
    before, after = list(first), list(second)
    gone = _lacking(before, after)
    new = _lacking(after, before)
    own = {_encode(e) for e in gone if _is_own(e, said)}
    gone = [e for e in gone if not _is_own(e, said)]
    left = [_encode(e) for e in before]
    same_order = gone or new or [e for e in left if e not in own] == [_encode(e) for e in after]
    return Difference(tuple(gone), tuple(new), reordered=not same_order)


def _is_own(event: AnyEvent, said: Collection[str]) -> bool:
    return isinstance(event, Notice) or (isinstance(event, Cue) and event.key in said)


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
