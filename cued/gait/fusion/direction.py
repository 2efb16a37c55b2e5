"""Forward or backward: evidence gathered over steps, and ``unknown`` when there is too little.

Each stride of a foot sensor and each step of a trunk sensor brings log-odds for forward. They are
summed with forgetting, so that two strides of a foot or three to four steps of a trunk turn the
answer, and capped, so that an hour in one direction does not make the answer slow. An answer that
is taken back is ``unknown`` first, where nothing is coached, unless what takes it back is enough
for the other one.

Rules
-----
* Mode comes first: forward running looks to the trunk like backward walking (on the sacrum of
  alcantara and in the motion capture of bandai), so a trunk's evidence counts in walking only. In
  running a trunk keeps what walking established and held for ``HELD_S``, since a jog may be taken
  for a walk as it begins; otherwise it says unknown.
* Backward from a trunk alone needs ``BACK_STEPS`` steps in a row that say so, and after running
  ``BACK_STEPS_AFTER_RUN``, for the same reason: a wrong cue to a person walking is worse than none.
  On a slow belt it needs ``BACK_STEPS_SLOWLY`` unless the program has the runner go backward.
* What a forward jog may look like too (``Heading.faint``) keeps up a backward that was found
  otherwise, and finds it where the program has the runner go backward; else it is no evidence.
  Against the feet it counts at the pace of a walk: then the trunk's sensor is back to front.
* An answer that a trunk's steps no longer support, ``WEAK_STEPS`` in a row, is let go.
* A turn about the vertical wipes the evidence, and while it lasts the answer is unknown. Its steps
  count half: who turns overground goes on forward, who turns round on a belt does not.
* Standing has no direction. Lost data wipe everything.
* A foot whose mounting is in doubt says nothing of direction, and what it said before is forgotten.
* Feet outrank the trunk: while feet bring evidence, a contradicting trunk is not added, but counted
  as a contradiction, since it may be worn back to front.
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
JOG_STEP_S = 0.43  # who jogs takes 140 steps a minute and more; who walks on a belt, fewer
BACK_STEPS = 3  # chosen: fewer would be wrong more often, more would come late
BACK_STEPS_SLOWLY = 6  # jogs slowed by up to 2.5 on a belt said to be slow begin with up to 4
BACK_STEPS_AFTER_RUN = 10  # chosen: a jog may begin as what looks like a walk
HELD_S = 4.0  # chosen: the first strides of a jog are over
WEAK_STEPS = 6  # who turns on a slow belt is not called what they were for longer


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
        self._since_t = 0.0  # when the direction was last decided
        self._back_steps = 0  # of the trunk, in a row
        self._weak_steps = 0  # that say nothing, in a row
        self._ran = False  # since the person last stood or was seen going backward
        self._expects_back = False
        self._slowly = False
        self._doubted: set[str] = set()
        self._turning = False
        self._turning_by = ""  # which sensor said so first
        self._straight_t = -1e9  # when the last turn was over,
        self._straight_by = ""  # and which sensor said so

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
        """Follow which way the program has the runner go."""
        self._expects_back = direction == "backward"

    def belt(self, *, slow: bool) -> None:
        """Know whether the belt is slow."""
        self._slowly = slow

    def move(self, mode: Mode, t: float) -> Direction:
        """Follow the mode: running keeps only what walking held for long."""
        before, self._mode = self._mode, mode
        if mode != "running" or before == "running":
            return self.direction
        self._ran = self.direction != "backward"
        if t - self._since_t < HELD_S and not self._by_feet(t):
            return self._wipe("running began before the direction was sure")
        return self.direction

    def doubt(self, sensor: str, *, doubtful: bool) -> Direction:
        """Leave a sensor out whose mounting is in doubt, until it is no longer."""
        if not doubtful:
            self._doubted.discard(sensor)
        elif sensor not in self._doubted:
            self._doubted.add(sensor)
            self._feet_t = -1e9
            return self._wipe("a mounting is in doubt")
        return self.direction

    def turn(self, turning: Turning) -> Direction:
        """Note the start or the end of a turn about the vertical; the first to say so counts."""
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
        """Forget a lost sensor's turn, whose end no other sensor may report."""
        if not self._turning or sensor != self._turning_by:
            return self.direction
        self._turning = False
        return self._decide(t)

    def stand(self) -> Direction:
        """Reset: nobody moves, so there is no direction."""
        self._ran = False
        return self._wipe("standing")

    def lost(self) -> Direction:
        """Forget what was seen: data are missing."""
        self._turning = False
        return self._wipe("no data")

    @property
    def contradicted(self) -> bool:
        """The trunk has steadily said the opposite of the feet: one of them is worn wrongly."""
        return self._against >= CONTRADICTIONS

    def feet_say_forward(self, t: float) -> bool:
        """Return whether the direction is forward, by the feet."""
        return self.direction == "forward" and self._by_feet(t)

    def _is_over(self, turning: Turning) -> bool:
        """Note that another sensor has told the end of that turn: feet see it at other times."""
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
        """Return whether the feet say so, or the trunk has for long enough."""
        if self.direction == "backward" or self._by_feet(t):
            return True
        needed = BACK_STEPS_SLOWLY if self._slowly and not self._expects_back else BACK_STEPS
        return self._back_steps >= (BACK_STEPS_AFTER_RUN if self._ran else needed)

    def _agreement(self) -> float:
        return self._sum if self.direction == "forward" else -self._sum
