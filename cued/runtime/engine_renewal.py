"""When a new engine takes over: after long silence, so that each session starts from nothing known.

What one wearer's sensors taught an engine says nothing about the next, and a session that starts
with a new engine can be replayed to the same events by itself. A session whose sensors were all
switched off has no end of its own; it is stopped first, so that it is summed up. Between sessions,
while only time passes, engines are renewed as well: a recorder need not keep weeks of ticks. And as
soon as a history can be read that could not be at the start, so that its caps and stage count.
Who is chosen between sessions gets an engine made from what is known of them alone.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from cued.engine import Engine
from cued.model import Belt, Command, Input, Packet, Tick

QUIET_S = 600.0  # twice the longest pause that a session bears (coach/workout/session.py)
IDLE_S = 3600.0  # chosen: an hour's ticks are few, and nobody waits for a new engine
JUMP_S = 60.0  # between ticks: another clock, or a machine that slept, and no silence that was seen
RENEWED = "new_engine"  # code of the notice by which recorders know
# Codes of notices about what is kept; after the last the past can be asked for again.
HISTORY_UNKNOWN, NOT_KEPT = "history_unknown", "not_kept"
KEPT_AGAIN, HISTORY_BACK = "kept_again", "history_back"

Renew = Callable[[float], Engine | None]
Choose = Callable[[str, float], Engine | None]


class Renewal:
    """Watches for silence and for another runner.

    renew, choose : make a new engine, or return None during a session; ``choose`` also where the
    runner is the same.
    """

    def __init__(self, renew: Renew, choose: Choose | None = None) -> None:
        self._renew, self._choose = renew, choose
        self._news = False  # since the last tick; a source may have a clock of its own
        self._tick_t = 0.0
        self._heard = False
        self._stopped = False
        self._since: float | None = None
        self._belt: Belt | None = None
        self._due = False

    def hasten(self) -> None:
        """Renew the engine as soon as no session goes on."""
        self._due = True

    def watch(self, item: Input) -> Engine | Command | None:
        """Return a new engine if this input needs one, or a command for the old one first."""
        if isinstance(item, Packet):
            self._news = True
        elif isinstance(item, Belt):
            self._belt = item
        elif isinstance(item, Command) and item.name == "runner" and self._choose:
            return self._choose(str(item.value or "").strip(), item.t)
        elif isinstance(item, Tick):
            return self._tick(item.t)
        return None

    def belt(self, t: float) -> list[Belt]:
        """Return what the new engine is to know of the belt."""
        return [replace(self._belt, t=t)] if self._belt else []

    def _tick(self, t: float) -> Engine | Command | None:
        if self._news:
            self._heard, self._news, self._since, self._stopped = True, False, t, False
        jumped = abs(t - self._tick_t) > JUMP_S
        self._tick_t = t
        if self._since is None or jumped:
            self._since = t
        silent = t - self._since > (QUIET_S if self._heard else IDLE_S)
        if not (silent or self._due):
            return None
        engine = self._renew(t)
        if engine:
            self._heard, self._since, self._stopped, self._due = False, t, False, False
            return engine
        if not silent:
            return None
        if not self._stopped:
            self._stopped = True
            return Command(t, "stop", source="silence")
        self._since, self._stopped = t, False
        return None
