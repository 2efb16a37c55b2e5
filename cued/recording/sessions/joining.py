"""Join packets into longer ones, for a re-analysis that need not be exact.

An engine's time goes mostly into each packet, not into each sample, so longer packets are processed
faster. Only the last packet's arrival is kept, so a clock that is estimated from arrivals differs a
little, and each finding comes up to ``SPAN_S`` later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np
from msgspec.structs import replace

from cued.model import Packet, Tick

T = TypeVar("T")
SPAN_S = 1.0  # chosen: twenty packets in one, with findings up to a second later


def joined(items: Iterable[T | Packet | Tick]) -> Iterator[T | Packet | Tick]:
    """Yield the inputs with each sensor's packets joined; any other input ends a joined one."""
    waiting: dict[str, list[Packet]] = {}
    for item in items:
        if isinstance(item, Packet):
            if not _fits(waiting, item):
                yield from _flushed(waiting)
            waiting.setdefault(item.sensor, []).append(item)
        elif not isinstance(item, Tick) or not _early(waiting, item.t):
            yield from _flushed(waiting)
            yield item
    yield from _flushed(waiting)


def _fits(waiting: dict[str, list[Packet]], packet: Packet) -> bool:
    before = waiting.get(packet.sensor)
    return not _full(waiting, packet.t) and (before is None or _alike(before[-1], packet))


def _full(waiting: dict[str, list[Packet]], t: float) -> bool:
    return any(t - packets[0].t >= SPAN_S for packets in waiting.values())


def _early(waiting: dict[str, list[Packet]], t: float) -> bool:
    """Return whether a tick can be dropped: the packets being gathered carry times, too."""
    return bool(waiting) and not _full(waiting, t)


def _alike(one: Packet, other: Packet) -> bool:
    return (
        (one.rate_hz, one.synced) == (other.rate_hz, other.synced)
        and (one.ticks is None) == (other.ticks is None)
        and (one.gyr is None) == (other.gyr is None)
    )


def _flushed(waiting: dict[str, list[Packet]]) -> Iterator[Packet]:
    for packets in waiting.values():
        yield _one(packets)
    waiting.clear()


def _one(packets: list[Packet]) -> Packet:
    last = packets[-1]
    ticks = [p.ticks for p in packets if p.ticks is not None]
    gyr = [p.gyr for p in packets if p.gyr is not None]
    return replace(
        last,
        ticks=np.concatenate(ticks) if ticks else None,
        acc=np.concatenate([p.acc for p in packets]),
        gyr=np.concatenate(gyr) if gyr else None,
    )
