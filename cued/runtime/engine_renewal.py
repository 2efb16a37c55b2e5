"""Renewal of the engine after long silence, so that each session starts with nothing learned.

What an engine learned from one wearer does not apply to the next, and a session that starts with a
new engine can be replayed to the same events on its own. A session whose sensors were all switched
off would never end; it is stopped first, so that it gets a summary. The engine is also renewed

* between sessions, while only time passes, so that a recorder need not keep weeks of ticks;
* once a history that was unreadable at the start can be read, so that its caps and stage apply;
* when another runner is chosen between sessions, from what is known of that runner alone.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from cued.engine import Engine
from cued.model import Belt, Command, Input, Packet, Tick

QUIET_S = 600.0  # twice the longest pause within a session (coach/workout/session.py)
IDLE_S = 3600.0  # chosen: an hour's ticks are few, and nobody waits for a new engine
JUMP_S = 60.0  # between ticks: another clock, or the machine slept, so silence was not observed
RENEWED = "new_engine"  # code of the notice to recorders
# Codes of notices about the history; after the last one it can be read again.
HISTORY_UNKNOWN, NOT_KEPT = "history_unknown", "not_kept"
KEPT_AGAIN, HISTORY_BACK = "kept_again", "history_back"

Renew = Callable[[float], Engine | None]
Choose = Callable[[str, float], Engine | None]


class Renewal:
    """Watches for silence and for another runner.

    renew, choose : make a new engine, or return None during a session; ``choose`` also if the
    runner is the same.
    """

    def __init__(self, renew: Renew, choose: Choose | None = None) -> None:
        self._renew, self._choose = renew, choose
        self._news = False  # data since the last tick; a source may have a separate clock
        self._tick_t = 0.0
        self._heard = False
        self._stopped = False
        self._since: float | None = None
        self._belt: Belt | None = None
        self._due = False

    def hasten(self) -> None:
        """Renew the engine as soon as no session is running."""
        self._due = True

    def watch(self, item: Input) -> Engine | Command | None:
        """Return a new engine if one is due, or a command that the old one needs first."""
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
        """Return the belt's last report, for the new engine."""
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
