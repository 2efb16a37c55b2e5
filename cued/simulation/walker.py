"""A person on a belt: the plan of steps, and the signals at each place on the body.

``Walker`` joins the parts: ``Will`` (intentions), ``Stepper`` (when the feet land), ``mishaps``,
and the two signal models ``foot`` and ``trunk``. It gets the belt's speed from a function of time
and gives samples at any ascending times up to the time that it was advanced to.

Comparison with recordings, as standard deviations in m/s² (x y z) and deg/s; simulated, then real:

=============================  ==========================  ===================================
lower back, 1.25 m/s           1.7 1.3 1.9, 22 16 24       1.8 1.4 2.4 (+- 0.9 0.4 0.9),
  (eight people; 19 people)    lead 112 +- 10 deg          21 25 24; lead 109 +- 15 deg
lower back, 0.83 m/s           1.4 1.0 1.0, 13 9 19        1.3 1.0 1.2, 13 18 27 (tripod, one)
sacrum, running at 3 m/s       z 9.1, lead -43 +- 4 deg    z 9.1-9.9, lead -45..-56 (alcantara, one)
pelvis, backward 0.6 m/s       lead -83 +- 20 deg          lead -52..-103 (bandai, acted, six)
instep, 1.22 m/s               11.3 2.3 5.2, pitch 222     9.1 2.8 7.8, pitch 221 (tripod, one)
instep, backward 0.6 m/s       5.2 2.3 5.2, pitch 102      6.7 3.0 6.0, pitch 121 (gottlieb, one)
=============================  ==========================  ===================================

Feet turn too little sideways (roll 30 against 39, yaw 23 against 28 deg/s), stance is quieter than
in a real shoe, and real people differ more. Backward running, chest and falls rest on no recording.
tests/simulation keeps the signals near these.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cued.model import Floats
from cued.simulation import foot, mishaps, trunk
from cued.simulation.gaits import Heading, Style
from cued.simulation.intent import Will
from cued.simulation.mishaps import Mishap
from cued.simulation.scenario import Action, Person, PlannedAction
from cued.simulation.stepping import KnownTruth, Stepper

OVERLAYS = ("bow", "wipe", "cough")


class Walker:
    """One simulated person; advance, then sample."""

    def __init__(
        self,
        person: Person,
        does: tuple[PlannedAction, ...],
        belt_at: Callable[[float], tuple[float, float]],
        rng: np.random.Generator,
    ) -> None:
        self._style = Style.drawn(rng)
        self._manner = trunk.Manner.drawn(rng)
        self._will = Will(does, person, rng)
        self._stepper = Stepper(person, self._style, belt_at, rng)
        self._started = 0
        self._mishaps: list[Mishap] = []

    @property
    def down(self) -> bool:
        """Whether the person has fallen."""
        return self._stepper.down

    def hear(self, key: str, t: float) -> bool:
        """Give the person a cue; return True if they will follow it."""
        return self._will.hear(key, t)

    def do(self, what: Action, t: float) -> None:
        """Add an action from ``t`` on."""
        self._will.do(what, t)

    def face(self, heading: Heading, t: float) -> None:
        """Turn the person at ``t``, unless they face that way already."""
        if self._will.facing(t) != heading:
            self._will.do("turn", t)

    def advance(self, until: float) -> list[KnownTruth]:
        """Plan up to ``until``; return the truth until then or soon after."""
        self._stepper.forget(until)
        self._mishaps = [m for m in self._mishaps if not m.over(until - 2.0)]
        rows = self._stepper.plan(until, self._will.at)
        rows += self._turns_and_overlays(until)
        for mishap in self._stepper.upsets:
            rows.append(KnownTruth(mishap.peak_t, f"{mishap.what}_peak"))
        self._mishaps += self._stepper.upsets
        self._stepper.upsets.clear()
        return rows

    def trunk(self, t: Floats, chest: bool = False) -> tuple[Floats, Floats]:
        """Return specific force and turn rate, (n, 3) in trunk axes, at ascending times (n,)."""
        acc, angles, rates = trunk.simulate(t, list(self._stepper.knots), self._manner, chest)
        if self._mishaps:
            acc = mishaps.push(t, acc, self._mishaps)
            more = mishaps.lean(t + foot.H_S, self._mishaps)
            less = mishaps.lean(t - foot.H_S, self._mishaps)
            angles = angles + mishaps.lean(t, self._mishaps)
            rates = rates + (more - less) / (2.0 * foot.H_S)
        return trunk.sense(acc, angles, rates)

    def foot(self, t: Floats, side: int) -> tuple[Floats, Floats]:
        """Return specific force and turn rate of the left (0) or right (1) foot, in foot axes."""
        force, rate = foot.simulate(t, list(self._stepper.strides[side]))
        if self._mishaps:
            toward = 1.0 if side == 0 else -1.0
            force, rate = mishaps.tumble(t, force, rate, self._mishaps, toward)
        return force, rate

    def _turns_and_overlays(self, until: float) -> list[KnownTruth]:
        """Start overlays, and return the truth of turns and long strides, as scripted."""
        rows: list[KnownTruth] = []
        does = self._will.does
        while self._started < len(does) and does[self._started].at_s <= until + 0.5:
            d = does[self._started]
            self._started += 1
            if d.what in OVERLAYS:
                self._mishaps.append(Mishap(d.at_s, d.what, d.size, max(0.5, d.lasts_s), 1.0))
                rows.append(KnownTruth(d.at_s, "incident", "", d.what))
            elif d.what == "turn":
                rows.append(KnownTruth(d.at_s, "turn_start"))
                rows.append(KnownTruth(d.at_s + d.lasts_s, "turn_end"))
            elif d.what == "overlong":
                rows.append(KnownTruth(d.at_s, "overlong", "", d.size))
                rows.append(KnownTruth(d.at_s + d.lasts_s, "overlong", "", 0.0))
        return rows
