"""Mounting of a trunk sensor: up from gravity, forward from the configuration or from a movement.

Rules
-----
* Up always comes from gravity, so a sensor that sits 20 degrees askew is leveled.
* Forward is the nominal mounting's x axis made horizontal, when the mounting is known. Otherwise it
  is unknown until shown by a bow (stand still, bow some 20 degrees, come up again: the up vector
  moves away from where the chest faces), by the first ten steps if the wearer agreed to begin by
  walking forward, or by ten steps of a phase in which the program has them walk forward.
* A front that earlier workouts agreed on is used from the start; ten such steps confirm or replace
  it.
* Two contradictions make the nominal mounting doubtful: standing or walking with the sensor's up
  more than 50 degrees from gravity's (until it is upright again: the wearer may have lain down),
  and a bow that goes backward. Sitting down gently may look like such a bow, which costs the
  direction until the next bow. A doubtful mounting gives footfalls, but no direction.
* When two half seconds in a row agree on an up more than 25 degrees from the mean, the sensor has
  moved (or the person bends), and the old mean is dropped at once.
* A learned forward is forgotten when somebody walks for two seconds with the sensor turned by more
  than 35 degrees from how it was worn then.
* A gap in the data does not undo what was learned; a sensor put on differently is noticed as above.
"""

from __future__ import annotations

import math
from typing import Literal

from cued.frames import GRAVITY_M_S2
from cued.model import Front, Mounting
from cued.signal.orientation import (
    Gravity,
    Rows,
    Vector,
    angle,
    cross,
    level,
    plus,
    scaled,
    unit,
)

UPRIGHT_RAD = math.radians(50.0)  # more is lying or upside down
BOW_RAD = (math.radians(10.0), math.radians(70.0))  # least and most of a bow
BACK_RAD = math.radians(5.0)  # from upright: the bow is over
MOVED_RAD = math.radians(25.0)  # slot means of walking stay within 8 degrees of the mean
AGREE_RAD = math.radians(15.0)  # of two half seconds in a row
SHIFTED_RAD = math.radians(35.0)  # from when forward was learned
STILL_SLOTS = 4  # two seconds of standing before a bow
BOW_SLOTS = 20  # ten seconds until upright again
STEPS = 10  # that show which way is forward; chosen
ASIDE_RAD = math.radians(60.0)  # first steps this far from nominal forward contradict it
REVERSED_RAD = math.radians(120.0)  # so does a bow this far from it
QUIET = 0.3  # m/s², deviation within a slot: standing
GENTLE = 0.9  # m/s², the same while bowing

AXES: Rows = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))  # the identity

State = Literal["unknown", "level", "known", "doubtful"]


class TrunkMounting:
    """What is known about one sensor's axes. ``rows`` are forward, left and up in sensor axes."""

    def __init__(self, starts_forward: bool = False, earlier: Rows | None = None) -> None:
        self.state: State = "unknown"
        self.why = "no data yet"
        self.front: Front = "unknown"
        self.sure = False  # of the front: known in more than one way
        self._starts_forward = starts_forward
        self._forward_from: float | None = None  # time since which the program has steps forward
        self._gravity = Gravity()
        self._forward: Vector | None = None
        self.nominal = False
        self.rows: Rows = AXES
        self.worn: Rows = AXES  # body axes in sensor axes when the wearer stands upright
        self._bow = Bow()
        self._reported = (self.state, self.why, self.sure)
        self._tilted = 0  # slots in a row with a tilted sensor (> 0) or an upright one (< 0)
        self._lies = False
        self.moved = False  # the mean of gravity was dropped in the last slot
        self._last_up: Vector | None = None  # in the last slot
        self._shifted = 0  # slots in a row of walking with the sensor turned
        self._steps = 0
        self._shown: Vector = (0.0, 0.0, 0.0)  # sum of the steps' forward
        if earlier is not None:
            self._forward, self.worn, self.front = earlier[0], earlier, "earlier"
            self.state, self.why = "known", "as in earlier workouts"

    @property
    def known(self) -> bool:
        """Forward is known."""
        return self.state == "known"

    @property
    def surely(self) -> bool:
        """Forward is known and nothing suggests a tilted sensor, which takes time to judge."""
        return self.known and self._tilted <= 0

    def event(self, t: float, sensor: str) -> Mounting:
        """Return the mounting as an event; with a matrix if forward is known."""
        matrix = self.rows if self.known else None
        state, why, front, sure = self.state, self.why, self.front, self.sure
        return Mounting(
            t=t, sensor=sensor, state=state, matrix=matrix, why=why, front=front, sure=sure
        )

    @property
    def gravity(self) -> float:
        """Mean specific force, m/s²."""
        return self._gravity.size if self._gravity.known else GRAVITY_M_S2

    def expect(self, forward_from: float | None) -> None:
        """Treat steps from that time on as forward, as the program says; None: none of them."""
        self._forward_from = forward_from

    def restart(self, first: Vector, oriented: bool) -> None:
        """Begin after a gap, with the first sample."""
        self._gravity = Gravity()
        self._bow = Bow()
        self.nominal = oriented
        if oriented and self.front != "configured":
            self._forward = (1.0, 0.0, 0.0)
            self.state, self.why = "known", "as configured"
            self.front, self.sure = "configured", False
        if not self.nominal:
            self._aim(unit(first) or (0.0, 0.0, 1.0))

    def slot(self, mean: Vector, share: float, spread: float, walking: bool) -> bool:
        """Process a slot's mean force and its deviation, m/s²; return whether the state changed."""
        still = spread < QUIET and not walking
        self._follow_gravity(mean, share)
        up = self._gravity.up
        if up is None:
            return False
        self._aim(up)
        if self.state == "unknown" and still:
            self.state, self.why = "level", "up is known, forward is not"
        if self.nominal and (still or walking):
            self._check_up(up)
        elif not self.nominal and self.state == "known":
            self._check_shift(up, walking)
        now = unit(mean)
        if now is not None:
            self._check_bow(self._bow.feed(now, spread, walking))
        return self._changed()

    def _follow_gravity(self, mean: Vector, share: float) -> None:
        """Follow gravity, and drop the old mean once the sensor has clearly moved."""
        now, last, up = unit(mean), self._last_up, self._gravity.up
        self._last_up = now
        self.moved = (
            now is not None
            and last is not None
            and up is not None
            and min(angle(now, up), angle(last, up)) > MOVED_RAD
            and angle(now, last) < AGREE_RAD
        )
        if self.moved:
            self._gravity = Gravity()
        self._gravity.feed(mean, share)

    def _check_shift(self, up: Vector, walking: bool) -> None:
        turned = walking and angle(up, self.worn[2]) > SHIFTED_RAD
        self._shifted = self._shifted + 1 if turned else 0
        if self._shifted >= STILL_SLOTS:
            self._forward, self._shifted, self._steps = None, 0, 0
            self._shown = (0.0, 0.0, 0.0)
            self.state, self.why = "level", "the sensor has moved: forward is no longer known"
            self.front, self.sure = "unknown", False

    def step(self, t: float, forward: float, left: float) -> bool:
        """Process how far forward and left led in a step; return whether the state changed."""
        if self._steps >= STEPS or not (self._starts_forward or self._guided(t)):
            return False
        x, y, _ = self.rows
        self._shown = plus(self._shown, plus(scaled(x, forward), scaled(y, left)))
        self._steps += 1
        shown = unit(self._shown)
        if self._steps < STEPS or shown is None:
            return False
        agrees = self._forward is not None and angle(shown, x) <= ASIDE_RAD
        if self.nominal:
            if not agrees:
                self.state, self.why = "doubtful", "the first steps did not go forward"
        elif agrees and self.known and not self._starts_forward:
            self.sure = True
        elif self._starts_forward:
            self._learn(shown, "learned from the first steps", "first_steps")
        else:
            self._learn(shown, "learned from steps in a forward phase", "program")
        return self._changed()

    def _guided(self, t: float) -> bool:
        return not self.nominal and self._forward_from is not None and t >= self._forward_from

    def _changed(self) -> bool:
        """Return whether the mounting differs from the last time, which it then replaces."""
        before, self._reported = self._reported, (self.state, self.why, self.sure)
        return before != self._reported

    def _aim(self, up: Vector) -> None:
        ahead = level(self._forward, up) if self._forward else None
        if ahead is None:
            ahead = level(self.rows[0], up) or level((0.0, 0.0, 1.0), up) or self.rows[0]
        self.rows = (ahead, cross(up, ahead), up)

    def _check_up(self, up: Vector) -> None:
        off = angle(up, (0.0, 0.0, 1.0)) > UPRIGHT_RAD
        self._tilted = max(0, self._tilted) + 1 if off else min(0, self._tilted) - 1
        if self._tilted == STILL_SLOTS and self.state == "known":
            what = "upside down" if up[2] < -0.64 else "on its side"
            self.state, self.why = "doubtful", f"the sensor is {what}, unlike its mounting"
            self._lies = True
        elif self._tilted == -STILL_SLOTS and self._lies:
            self.state, self.why = "known", "upright again"
            self._lies = False

    def _check_bow(self, ahead: Vector | None) -> None:
        if ahead is None or self._bow.upright is None:
            return
        self._gravity = Gravity()  # its mean contains the bow
        self._gravity.feed(scaled(self._bow.upright, GRAVITY_M_S2))
        if not self.nominal or self.state == "doubtful":
            self._learn(ahead, "shown by a bow", "bow")
        elif angle(ahead, self.rows[0]) > REVERSED_RAD:
            self.state, self.why = "doubtful", "a bow went backward: worn back to front?"

    def _learn(self, ahead: Vector, why: str, front: Front) -> None:
        self._forward, self.front, self.sure = ahead, front, False
        self.state, self.why = "known", why
        self._aim(self._gravity.up or self.rows[2])
        self.worn = self.rows


class Bow:
    """Detects a bow: still, a lean of a second or more one way, upright again within ten."""

    def __init__(self) -> None:
        self.upright: Vector | None = None
        self._far: Vector | None = None
        self._still = 0
        self._leaning = 0

    def feed(self, up: Vector, spread: float, walking: bool) -> Vector | None:
        """Process a slot's up vector and return the direction of a finished bow, in sensor axes."""
        if walking or spread > GENTLE or self._leaning > BOW_SLOTS:
            self._forget()
            return None
        lean = angle(up, self.upright) if self.upright else 0.0
        if self._still < STILL_SLOTS:
            self._settle(up, lean, spread < QUIET)
        elif lean > BOW_RAD[1]:
            self._forget()
        elif lean > BACK_RAD:
            self._lean(up, lean)
        elif self._far is not None:
            return self._finish(self._far)
        elif spread < QUIET:
            self._settle(up, lean, still=True)
        return None

    def _forget(self) -> None:
        self.upright, self._far = None, None
        self._still = self._leaning = 0

    def _settle(self, up: Vector, lean: float, still: bool) -> None:
        if not still or lean > BACK_RAD:
            self._forget()
            return
        base = self.upright
        self.upright = up if base is None else unit(plus(scaled(base, 0.7), up, 0.3))
        self._still += 1

    def _lean(self, up: Vector, lean: float) -> None:
        self._leaning += 1
        if lean > BOW_RAD[0]:
            self._far = plus(self._far or (0.0, 0.0, 0.0), up)

    def _finish(self, far: Vector) -> Vector | None:
        upright, slots = self.upright, self._leaning
        self._far, self._leaning = None, 0
        if upright is None or slots < 2:
            return None
        return level(scaled(far, -1.0), upright)
