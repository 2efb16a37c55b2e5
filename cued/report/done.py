"""Results of a re-analysis: of one session, and summed up over all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

NAMED = 5  # at most this many sessions with the same trouble are named one by one


class RunOptions(Struct, frozen=True, array_like=True):
    """The configuration to run a session with, as JSON in results and between processes.

    chosen : a configuration as tables, None for the session's own.  laid : settings laid over it.
    quick : with joined packets, which is faster but not exact.
    """

    chosen: dict[str, Any] | None = None
    laid: dict[str, str] = {}
    quick: bool = False

    @staticmethod
    def of(text: str) -> RunOptions:
        """Decode what ``text`` returned."""
        return msgspec.json.decode(text, type=RunOptions)

    def text(self) -> str:
        """Encode it; equal options have the same text."""
        return msgspec.json.encode(self, order="sorted").decode()


class Done(Struct, frozen=True, kw_only=True):
    """The result of one session. trouble : why it was not read.  note : its damage.

    wanted : the requested configuration.  before, after : counts of events by kind.
    """

    session: str
    wanted: str = ""
    result: str = ""
    seconds: float = 0.0
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    trouble: str = ""
    note: str = ""
    skipped: bool = False


def summed_up(done: Sequence[Done]) -> list[str]:
    """Return lines with what one configuration changed over all sessions, by kind of event."""
    before, after = Counter[str](), Counter[str]()
    for d in done:
        before.update(d.before)
        after.update(d.after)
    hours = sum(d.seconds for d in done) / 3600.0
    out = [
        f"{len(done)} sessions, {hours:.1f} h, {sum(d.skipped for d in done)} of them done earlier"
    ]
    kinds = [k for k in sorted(before | after) if k.startswith("cue:")]
    kinds += ["stumble", "fall", "possible_fall"]
    width = max(map(len, kinds))
    out.append(f"{'':{width}}  recorded       now    change")
    for kind in kinds:
        was, now = before[kind], after[kind]
        out.append(f"{kind:{width}}  {was:8d}  {now:8d}  {now - was:+8d}")
    return out + [f"damaged: {d.session}: {d.note}" for d in done if d.note]


def troubles(done: Sequence[Done]) -> list[str]:
    """Return lines about sessions that were not read, one line for a trouble that many share."""
    alike: dict[str, list[Done]] = {}
    for d in done:
        if d.trouble:  # the text after the session's name is the same for the same trouble
            alike.setdefault(d.trouble.rpartition(d.session)[2], []).append(d)
    out: list[str] = []
    for same in alike.values():
        if len(same) > NAMED:
            out.append(
                f"not read: {len(same)} sessions such as {same[0].session}: {same[0].trouble}"
            )
        else:
            out += [f"not read: {d.session}: {d.trouble}" for d in same]
    return out
