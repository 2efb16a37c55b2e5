"""What came of one session of a re-analysis, and what came of all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

NAMED = 5  # sessions with one and the same trouble that are named singly


class RunOptions(Struct, frozen=True, array_like=True):
    """The configuration to run a session with, as JSON in results and between processes.

    chosen : a configuration as tables, None for the session's own.  laid : settings laid over it.
    quick : with packets joined, which is faster and less than exact.
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
    """What came of one session. trouble : why it was not read.  note : what of it was not whole.

    wanted : the configuration that was asked for; before, after : how often what was concluded.
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
    """Return in lines what one configuration changed over all sessions, kind by kind."""
    before, after = Counter[str](), Counter[str]()
    for d in done:
        before.update(d.before)
        after.update(d.after)
    hours = sum(d.seconds for d in done) / 3600.0
    out = [
        f"{len(done)} sessions, {hours:.1f} h, {sum(d.skipped for d in done)} of them done before"
    ]
    kinds = [k for k in sorted(before | after) if k.startswith("cue:")]
    kinds += ["stumble", "fall", "possible_fall"]
    width = max(map(len, kinds))
    out.append(f"{'':{width}}  recorded       now    change")
    for kind in kinds:
        was, now = before[kind], after[kind]
        out.append(f"{kind:{width}}  {was:8d}  {now:8d}  {now - was:+8d}")
    return out + [f"not whole: {d.session}: {d.note}" for d in done if d.note]


def troubles(done: Sequence[Done]) -> list[str]:
    """Return in lines what was not read; one line for a trouble that many have."""
    alike: dict[str, list[Done]] = {}
    for d in done:
        if d.trouble:  # a path ends with the name of the session, so what follows it is alike
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
