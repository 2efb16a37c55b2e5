"""Detection of a runner other than the chosen one, and the handling of such a session.

Rules of this file
------------------
* The first strides of a session are compared with those of the runner's last five sessions in the
  same direction, mode and incline (``Memory.usual``): forward ones before any backward part, which
  shortens the step; backward ones only in a free run, where no program leads.
* At a new speed the comparison is with the nearest one, by the known slope of stride time over
  speed, and less certain.
* A difference larger than a person's day-to-day variation raises a question, once per session.
* Until the answer is "the same", the session changes nothing in the runner's memory: no stride, no
  wording, no mounting, no stage up. Its backward time counts, so that nobody can evade a cap.
* "Somebody else" makes it a guest's session: at the first stage, and not recorded for any runner.

The spread is a choice: 0.02 s of 1.02 s was the standard error between two days of 40 people at
their own pace (J Korean Exerc Med Assoc 9(2):208, table 1); on a belt, whose speed is the same, it
should be less. False questions by spread: docs/coaching.md, measured by
tests/coach/workout/test_stranger.py.
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
DAY_SPREAD = {"forward": 0.02, "backward": 0.03}  # chosen; more backward, as people learn
STEEP, FLAT = 0.5, 0.15  # slopes of log stride time over log speed (sources: simulation/gaits.py)
NEAR = 0.36  # largest difference of log speed: from 0.5 to 0.7 m/s
SLOPE_SPREAD = 0.15  # of the slope between people, which adds to the spread; chosen
WIDTHS = 2.75  # spreads: 1 false question in 170 sessions of a runner with this spread

State = Literal["", "asked", "same", "guest"]


class Stranger:
    """The doubt about who is walking in one session."""

    def __init__(self) -> None:
        self.state: State = ""
        self._seen: set[Terms] = set()
        self._said: float | None = None

    @property
    def apart(self) -> bool:
        """Whether the session is kept out of the runner's memory."""
        return self.state in ("asked", "guest")

    def hears(self, now: float) -> bool:
        """Return whether a press answers the question."""
        return self.state == "asked" and self._said is not None and now - self._said < SILENT_S

    @property
    def unsaid(self) -> bool:
        """Whether the question has not been spoken yet."""
        return self.state == "asked" and self._said is None

    def said(self, now: float) -> None:
        """Start the time in which a press answers the question."""
        self._said = now

    def feed(self, stride: Stride, known: Known, memory: Memory, *, free: bool) -> Notice | None:
        """Compare a stride's bin once its opening is known; return the question, if any."""
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
    """Return the difference from the usual stride time, and the limit for a question, as logs."""
    steep = STEEP if (key.direction, key.mode) == ("forward", "walking") else FLAT
    days = DAY_SPREAD[key.direction] * math.sqrt(1.0 + 1.0 / len(usual.stride_s))
    off = math.log(first_s / median(usual.stride_s)) + steep * away
    return off, WIDTHS * math.hypot(days, SLOPE_SPREAD * away)


def _first_s(own: Baselines, key: Terms) -> float | None:
    """Return a bin's opening stride time, both feet averaged, once each foot seen has one."""
    seen = [foot for foot in key.feet if own.values(foot)]
    openings = [own.opening(foot, OPENING_STRIDES) for foot in seen]
    known = [b.opened_s for b in openings if b is not None]
    return fmean(known) if known and len(known) == len(seen) else None
