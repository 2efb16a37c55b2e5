"""Ticks every step at the runner's own rate for half a minute, while strides are too long.

Every step, because pacing steps works better than pacing strides (PMC7288070); at the runner's own
rate from the baseline or the carry, not at a norm; only while off target and never for long,
because a constant beat is no longer heard. Off unless ``[coach] metronome = true``. This rule
decides when and how fast; ``voice/pacer.py`` makes the stretches, the actuators the ticks.
"""

from __future__ import annotations

from cued.coach.known import Known
from cued.coach.rule import Proposal, Rule
from cued.model import AnyEvent, Input, Priority, Stride
from cued.parts import NoOptions, Part

FOR_S, PAUSE_S = 30.0, 60.0  # chosen: a constant beat is no longer heard


class Metronome(Rule):
    """Paces every step."""

    needs = frozenset(("stride", "pace"))
    keys = ("metronome",)

    def consider(self, news: Input | AnyEvent, known: Known) -> Proposal | None:
        """Propose a stretch of ticking while strides are too long."""
        judged = known.judged
        if not isinstance(news, Stride) or judged is None or judged.since is None:
            return None
        return Proposal(
            key="metronome",
            priority=Priority.INFO,
            theme="stride",
            since=judged.since,
            refractory_s=FOR_S + PAUSE_S,
            because={
                "spm": round(120.0 / judged.reference.stride_s, 1),
                "for_s": FOR_S,
            },
        )


PART = Part(NoOptions, Metronome)
