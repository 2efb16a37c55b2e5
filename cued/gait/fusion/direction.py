"""Forward or backward: evidence gathered over steps, and ``unknown`` when there is too little.

Each stride of a foot sensor and each step of a trunk sensor gives log-odds for forward. They are
summed with forgetting, so that two strides of a foot or three to four steps of a trunk reverse the
direction, and capped, so that an hour in one direction does not make it slow to change. A direction
that loses its evidence becomes ``unknown``, in which nothing is coached, unless there is already
enough evidence for the opposite one.

Rules
-----
* Mode comes first: to the trunk, forward running looks like backward walking (on the sacrum of
  alcantara and in the motion capture of bandai), so its evidence counts in walking only. In running
  the direction found in walking is kept if it had held for ``HELD_S``, since a jog may look like a
  walk as it begins; otherwise it becomes unknown.
* Backward from a trunk alone needs ``BACK_STEPS`` backward steps in a row, and after running
  ``BACK_STEPS_AFTER_RUN``, for the same reason: a wrong cue to a person walking is worse than none.
  On a slow belt it needs ``BACK_STEPS_SLOWLY`` unless the program has the runner go backward.
* Evidence for backward that may also be a forward jog (``Heading.faint``) counts only while the
  direction is already backward or the program has the runner go backward. It contradicts the feet
  only at a walking pace, where it means that the trunk's sensor is back to front.
* After ``WEAK_STEPS`` trunk steps in a row without evidence the direction becomes unknown.
* A turn about the vertical wipes the evidence, and the direction is unknown while it lasts. Its
  steps count half: a person who turns overground keeps walking forward, but one who turns round on
  a belt does not.
* Standing has no direction. Lost data wipe everything.
* Evidence from a foot whose mounting is in doubt is ignored, and earlier evidence is forgotten.
* Feet outrank the trunk: while feet give evidence, the trunk's is not added, but compared: if it is
  opposite, the sensor may be back to front.
"""

from __future__ import annotations

from cued.gait.finding import Heading, Turning
from cued.model import Direction, Mode

FORGET = 0.65  # weight of what was known before, per piece of evidence
CAP = 6.0  # so that two strides of a foot turn the answer
DECIDED = 2.2  # odds of 9 to 1
DOUBTFUL = 0.7  # below this a decided direction becomes unknown
FEET_RECENT_S = 4.0  # two slow strides
IN_TURN = 0.5  # weight of a step that is part of the turn
CONTRADICTIONS = 6  # in a row; chosen
JOG_STEP_S = 0.43  # jogging takes 140 steps a minute and more, walking on a belt fewer
BACK_STEPS = 3  # chosen: fewer would be wrong more often, more would come late
BACK_STEPS_SLOWLY = 6  # jogs slowed by up to 2.5 on a belt said to be slow begin with up to 4
BACK_STEPS_AFTER_RUN = 10  # chosen: a jog may begin looking like a walk
HELD_S = 4.0  # chosen: the first strides of a jog are over
WEAK_STEPS = 6  # so that somebody who turned on a slow belt soon loses the old direction


class DirectionChoice:
    """Sums log-odds into one direction."""

    def __init__(self) -> None:
        self.direction: Direction = "unknown"
        self.why = "no evidence yet"
        self._sum = 0.0
        self._feet_t = -1e9
        self._against = 0
        self._compared_t = -1e9
        self._mode: Mode = "unknown"
        self._since_t = 0.0  # when the direction last changed
        self._back_steps = 0  # of the trunk, in a row
        self._weak_steps = 0  # without evidence, in a row
        self._ran = False  # since the person last stood or was seen going backward
        self._expects_back = False
        self._slowly = False
        self._doubted: set[str] = set()
        self._turning = False
        self._turning_by = ""  # the first sensor to report the turn
        self._straight_t = -1e9  # end of the last turn
        self._straight_by = ""  # the sensor that reported it

    def feed(self, heading: Heading, mode: Mode) -> Direction:
        """Process one piece of evidence and return the direction after it."""
        self.move(mode, heading.at)
        if heading.sensor in self._doubted or (heading.kind == "trunk" and mode != "walking"):
            return self.direction
        odds = heading.log_odds
        if heading.faint and not self._expects_back and self.direction != "backward":
            odds = 0.0
        if heading.kind == "foot":
            self._feet_t = heading.at
        elif self._by_feet(heading.at):
            self._compare(heading)
            return self.direction
        self._weak_steps = 0 if heading.log_odds else self._weak_steps + 1
        if not heading.log_odds:
            weak = self._weak_steps >= WEAK_STEPS and self.direction != "unknown"
            return self._wipe("no evidence any more") if weak else self.direction
        self._back_steps = self._back_steps + 1 if odds < 0.0 else 0
        odds *= IN_TURN if self._turning else 1.0
        self._sum = max(-CAP, min(CAP, self._sum * FORGET + odds))
        return self.direction if self._turning else self._decide(heading.at)

    def expect(self, direction: Direction) -> None:
        """Use the direction in which the program has the runner go."""
        self._expects_back = direction == "backward"

    def belt(self, *, slow: bool) -> None:
        """Use whether the belt is slow."""
        self._slowly = slow

    def move(self, mode: Mode, t: float) -> Direction:
        """Use a new mode; running keeps the direction only if it had held for ``HELD_S``."""
        before, self._mode = self._mode, mode
        if mode != "running" or before == "running":
            return self.direction
        self._ran = self.direction != "backward"
        if t - self._since_t < HELD_S and not self._by_feet(t):
            return self._wipe("running began before the direction was sure")
        return self.direction

    def doubt(self, sensor: str, *, doubtful: bool) -> Direction:
        """Ignore a sensor while its mounting is in doubt."""
        if not doubtful:
            self._doubted.discard(sensor)
        elif sensor not in self._doubted:
            self._doubted.add(sensor)
            self._feet_t = -1e9
            return self._wipe("a mounting is in doubt")
        return self.direction

    def turn(self, turning: Turning) -> Direction:
        """Process the start or end of a turn about the vertical; the first sensor's counts."""
        if turning.turning == self._turning or self._is_over(turning):
            return self.direction
        self._turning = turning.turning
        if self._turning:
            self._turning_by = turning.sensor
            return self._wipe("turning")
        self._straight_t, self._straight_by = turning.t, turning.sensor
        self.why = "just turned"
        return self._decide(turning.at)

    def drop(self, sensor: str, t: float) -> Direction:
        """End a turn reported by a sensor that is lost, as no other may report its end."""
        if not self._turning or sensor != self._turning_by:
            return self.direction
        self._turning = False
        return self._decide(t)

    def stand(self) -> Direction:
        """Forget the direction, because nobody moves."""
        self._ran = False
        return self._wipe("standing")

    def lost(self) -> Direction:
        """Forget everything, because data are missing."""
        self._turning = False
        return self._wipe("no data")

    @property
    def contradicted(self) -> bool:
        """The trunk keeps saying the opposite of the feet, so one of them is worn wrongly."""
        return self._against >= CONTRADICTIONS

    def feet_say_forward(self, t: float) -> bool:
        """Return whether the direction is forward according to the feet."""
        return self.direction == "forward" and self._by_feet(t)

    def _is_over(self, turning: Turning) -> bool:
        """Return whether another sensor has already ended that turn; feet see it at other times."""
        began_before = turning.turning and turning.t < self._straight_t
        return began_before and turning.sensor != self._straight_by

    def _compare(self, heading: Heading) -> None:
        jog = heading.faint and heading.at - self._compared_t < JOG_STEP_S
        opposed = heading.log_odds * self._sum < 0 and abs(self._sum) >= DECIDED
        self._compared_t = heading.at
        self._against = self._against + 1 if opposed and not jog else 0

    def _by_feet(self, t: float) -> bool:
        return t - self._feet_t < FEET_RECENT_S

    def _wipe(self, why: str) -> Direction:
        self._sum, self._against, self._back_steps = 0.0, 0, 0
        self.direction, self.why = "unknown", why
        return self.direction

    def _decide(self, t: float) -> Direction:
        if self._sum >= DECIDED:
            self._settle("forward", t)
        elif self._sum <= -DECIDED and self._surely_back(t):
            self._settle("backward", t)
        elif self.direction != "unknown" and self._agreement() < DOUBTFUL:
            self.direction, self.why = "unknown", "evidence changed sign"
        return self.direction

    def _settle(self, direction: Direction, t: float) -> None:
        if direction != self.direction:
            self._since_t = t
        self.direction, self.why = direction, ""

    def _surely_back(self, t: float) -> bool:
        """Return whether the feet or enough of the trunk's steps say backward."""
        if self.direction == "backward" or self._by_feet(t):
            return True
        needed = BACK_STEPS_SLOWLY if self._slowly and not self._expects_back else BACK_STEPS
        return self._back_steps >= (BACK_STEPS_AFTER_RUN if self._ran else needed)

    def _agreement(self) -> float:
        return self._sum if self.direction == "forward" else -self._sum
