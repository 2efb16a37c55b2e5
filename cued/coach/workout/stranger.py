"""Whether somebody else may be walking than the runner who was chosen, and what that session is.

Rules of this file
------------------
* The first strides of a session are compared with those of the runner's last five under the same
  direction, mode and incline (``Memory.usual``): forward before anything was gone backward,
  which shortens the step; backward in a free run, where nobody leads.
* At a speed that is new, the nearest one tells, by how stride time goes with speed: less surely.
* What lies further off than a person's step does from day to day is asked about, once a session.
* Until "the same" is answered the session changes nothing that is kept of the runner: no step, no
  wording, no way of wearing, no stage up. Its time backward counts, so that no cap is walked round.
* "Somebody else" makes it a guest's: the first stage, and on nobody's account.

The spread is a choice: 0.02 s of 1.02 s was the standard error between two days of 40 people at
their own pace (J Korean Exerc Med Assoc 9(2):208, table 1); on a belt, whose speed is the same, it
should be less. False questions by spread: docs/coaching.md, measured by
tests/core/coach/test_stranger.py.
"""

from __future__ import annotations

import math
from statistics import fmean, median
from typing import Literal

from cued.coach.known import Known
from cued.coach.strides.baseline import OPENING_STRIDES, Baselines, terms_of
from cued.coach.workout.memory import Memory, Usual
from cued.coach.workout.questions import SILENT_S
from cued.gait.ordinary import Terms
from cued.model import Notice, Stride

GUEST = "guest"
ASKED, SAME, OTHER = "new_runner", "same_runner", "guest_runs"  # codes of notices
DAY_SPREAD = {"forward": 0.02, "backward": 0.03}  # backward people learn: a choice
STEEP, FLAT = 0.5, 0.15  # stride time falls so with speed (simulation/gaits.py has the sources)
NEAR = 0.36  # logarithm: from 0.5 up to 0.7 m/s
SLOPE_SPREAD = 0.15  # of that, between people: so at another speed more has to differ; a choice
WIDTHS = 2.75  # of the spread: 1 false question in 170 sessions of who varies so much

State = Literal["", "asked", "same", "guest"]


class Stranger:
    """The doubt about one session's runner."""

    def __init__(self) -> None:
        self.state: State = ""
        self._seen: set[Terms] = set()
        self._said: float | None = None

    @property
    def apart(self) -> bool:
        """Whether the session is kept apart from the runner's."""
        return self.state in ("asked", "guest")

    def hears(self, now: float) -> bool:
        """Return whether a press answers the question."""
        return self.state == "asked" and self._said is not None and now - self._said < SILENT_S

    @property
    def unsaid(self) -> bool:
        """Whether the question is still to be spoken."""
        return self.state == "asked" and self._said is None

    def said(self, now: float) -> None:
        """Count the time for a press from the question."""
        self._said = now

    def feed(self, stride: Stride, known: Known, memory: Memory, *, free: bool) -> Notice | None:
        """Compare the bin of a stride once it is known; return the question, if there is one."""
        key = terms_of(stride, known.belt)
        if self.state or key is None or (not free and key.direction == "backward"):
            return None
        plain = key.sideless
        usual = memory.nearest(plain.direction, plain.mode, plain.speed, plain.incline)
        first_s = _first_s(known.baselines, key)
        if plain in self._seen or usual is None or first_s is None:
            return None
        if key.direction == "forward" and (known.rounds or known.part_s):
            return None
        self._seen.add(plain)
        away = math.log(max(plain.speed, 1) / max(usual.speed, 1))
        off, most = _off(first_s, away, plain, usual)
        if abs(away) > NEAR or abs(off) <= most:
            return None
        self.state = "asked"
        percent, least = 100.0 * math.expm1(off), 100.0 * math.expm1(most)
        text = f"strides take {percent:+.0f} % of this runner's time at this speed (asked from"
        return Notice(t=known.now, level="info", code=ASKED, text=f"{text} {least:.0f} %)")

    def answer(self, same: bool, now: float) -> Notice:
        """Process the answer."""
        self.state = "same" if same else "guest"
        return Notice(t=now, level="info", code=SAME if same else OTHER, text="")


def _off(first_s: float, away: float, key: Terms, usual: Usual) -> tuple[float, float]:
    """Return the difference from the usual, and from what difference on it is asked; logarithms."""
    steep = STEEP if (key.direction, key.mode) == ("forward", "walking") else FLAT
    days = DAY_SPREAD[key.direction] * math.sqrt(1.0 + 1.0 / len(usual.stride_s))
    off = math.log(first_s / median(usual.stride_s)) + steep * away
    return off, WIDTHS * math.hypot(days, SLOPE_SPREAD * away)


def _first_s(own: Baselines, key: Terms) -> float | None:
    """Return the first strides' time in a bin, both feet as one, once every foot there tells."""
    there = [foot for foot in key.feet if own.values(foot)]
    told = [own.opening(foot, OPENING_STRIDES) for foot in there]
    whole = [b.opened_s for b in told if b is not None]
    return fmean(whole) if whole and len(whole) == len(there) else None
