"""Warns of a belt that is faster backward than the ladder's stage allows.

Slightly too fast is a remark. From 1.5 times the limit, unless the belt is slow enough to turn on,
it is a danger in any phase: safety tone and "hold the rail, stop the belt", repeated every 3 s, and
with the alarm tone from 9 s on. The coach says nothing else meanwhile (``voice/silence.py``).
"""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.rule import Proposal, Rule, safety_cue
from cued.model import AnyEvent, Input, Priority
from cued.parts import NoOptions, Part

FAR_AFTER_S = 0.5  # two reports of a belt
FAR_AGAIN_S = 3.0  # as often as "hold the rail" (rules/unsteady.py)
ALARM_AFTER_S = 9.0  # after three warnings

MARGIN = 1.05  # the belt's own error: AGREES in belt/owner.py
AFTER_S = 3.0  # chosen: a console overshoots its setting and comes back


class TooFast(Rule):
    """Watches the belt's speed."""

    needs = frozenset(("belt", "program"))
    keys = ("too_fast", "far_too_fast")

    def __init__(self, config: NoOptions) -> None:
        self._since: float | None = None
        self._far_since: float | None = None

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Propose a warning while the belt is too fast."""
        del news
        now, times = known.now, known.times_limit or 0.0
        self._since = _since(self._since, now) if times > MARGIN else None
        self._far_since = _since(self._far_since, now) if known.far_too_fast else None
        if self._far_since is not None and now - self._far_since >= FAR_AFTER_S:
            return self._far(self._far_since, known)
        if self._since is None or now - self._since < AFTER_S:
            return None
        return Proposal(
            key="too_fast",
            priority=Priority.LIMIT,
            theme="program",
            since=self._since,
            pattern="notice",
            tone="limit",
            valid_s=3.0,
            because=_because(known),
        )

    def _far(self, since: float, known: Known) -> Proposal:
        alarm = known.now - since >= ALARM_AFTER_S
        return safety_cue(
            "far_too_fast",
            Priority.UNSTEADY,
            since,
            "alarm" if alarm else "unsteady",
            valid_s=3.0,
            refractory_s=FAR_AGAIN_S,
            because=_because(known),
        )


def _since(before: float | None, now: float) -> float:
    return now if before is None else before


def _because(known: Known) -> dict[str, float | str | None]:
    speed = known.belt.speed_m_s if known.belt else None
    return {
        "speed_m_s": None if speed is None else round(speed, 2),
        "limit_m_s": None if known.limit_m_s is None else round(known.limit_m_s, 2),
    }


PART = Part(NoOptions, TooFast)
