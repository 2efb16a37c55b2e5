"""The walker's plan: where and when the feet land, a second ahead of the samples.

Steps are planned one after the other from the person, the intention, the heading and the belt's
speed at that moment, and never changed afterwards. The plan is the truth: contacts, lifts, sides
and stride lengths are returned as ``KnownTruth`` rows, and the same numbers go to ``foot`` and
``trunk``, which turn them into samples.

A stride's length is the distance that the belt moves during it, plus the change of the landing
point on the deck.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

import numpy as np
from msgspec import Struct

from cued.model import Floats
from cued.simulation import gaits
from cued.simulation.foot import FootStride
from cued.simulation.gaits import Heading, Style
from cued.simulation.intent import Intent
from cued.simulation.mishaps import Mishap
from cued.simulation.scenario import Person
from cued.simulation.trunk import SHAPES, Knot

AHEAD_S = 1.2  # a push-off begins up to 0.6 s before the contact that ends the swing
MOVING_M_S = 0.1  # people stand on a slower belt
SLOW_M_S = 0.2  # cadence falls no further on slower belts, only step length
FLAT = 0.2  # share of the landing angle left on a painful foot; assumed
HALF_WIDTH_M = 0.09  # half the step width; chosen
MEMORY_S = 4.0  # how long the plan is kept, for sensors sampled late
SIDES = ("left", "right")


class KnownTruth(Struct, frozen=True):
    """A row of ``truth.csv``; besides its kinds there are ``incident``, ``overlong``, ``heard``."""

    t_s: float
    kind: str
    side: str = ""
    value: float | str = ""


class Stepper:
    """Plans steps for one person."""

    def __init__(
        self,
        person: Person,
        style: Style,
        belt_at: Callable[[float], tuple[float, float]],
        rng: np.random.Generator,
    ) -> None:
        self._person, self._style, self._belt_at, self._rng = person, style, belt_at, rng
        self._rhythm = Rhythm(person.alpha, rng)
        self._t = 0.0
        self._count = 0
        self._moving = False
        self._mode = ""
        self._facing = ""
        self._habit = 1.0
        self._recovering = 0.0
        self._spot = [0.0, 0.0]  # where on the deck each foot is, m
        self._landed = [0.0, 0.0]
        self.down = False
        self.upsets: list[Mishap] = []  # new mishaps of the plan; the reader clears the list
        self.knots: deque[Knot] = deque()
        self.strides: tuple[deque[FootStride], deque[FootStride]] = (deque(), deque())
        self._begin()

    def plan(self, until: float, intent_at: Callable[[float], Intent]) -> list[KnownTruth]:
        """Plan all that affects samples up to ``until``; return the new truth, in order."""
        truth: list[KnownTruth] = []
        while self._t < until + AHEAD_S:
            intent = intent_at(self._t)
            if self._wants_step(intent):
                truth += self._step(intent)
            else:
                truth += self._rest(intent)
        return truth

    def forget(self, before: float) -> None:
        """Drop knots and strides more than ``MEMORY_S`` before a time, except the last ones."""
        while len(self.knots) > 2 and self.knots[1].t < before - MEMORY_S:
            self.knots.popleft()
        for strides in self.strides:
            while len(strides) > 1 and strides[1].start < before - MEMORY_S:
                strides.popleft()

    def _begin(self) -> None:
        self.knots.append(self._knot(-1.0, None, 0.0, Intent(), 0.6))
        self.knots.append(self._knot(0.0, None, 0.0, Intent(), 0.6))
        for side in (0, 1):
            self.strides[side].append(FootStride(-1.0, -1.0, 0.0, 0.0, 0.0))

    def _wants_step(self, intent: Intent) -> bool:
        if self.down or intent.fallen or intent.activity == "stand":
            return False
        return intent.turning or self._belt_at(self._t)[0] > MOVING_M_S

    def _rest(self, intent: Intent) -> list[KnownTruth]:
        """Stand still for a moment."""
        truth: list[KnownTruth] = []
        fell_t = self._t
        if self._moving:
            self._moving = False
            self._mode = "stand"
            self._t += 0.4
            truth.append(KnownTruth(self._t, "gait", "", "stand"))
        if intent.fallen and not self.down:
            self.down = True
            truth.append(self._upset("fall", fell_t, intent.fallen, intent))
        self._t += 0.1
        knot = self._knot(self._t, None, 0.0, intent, 0.6)
        if len(self.knots) > 1 and self.knots[-2].up == self.knots[-1].up == 0.0:
            self.knots.pop()
        self.knots.append(knot)
        return truth

    def _step(self, intent: Intent) -> list[KnownTruth]:
        v, incline = self._belt_at(self._t)
        heading = intent.direction
        running = intent.runs(v) and not intent.turning
        truth: list[KnownTruth] = []
        first = not self._moving
        step_s = self._step_time(v, running, heading, intent)
        if first:
            self._moving = True
            self._t += 0.2
            self.knots.append(self._knot(self._t, None, 0.0, intent, step_s))
        mode = "run" if running else "walk"
        if mode != self._mode:
            truth.append(KnownTruth(self._t, "gait", "", mode))
            self._mode = mode
        if heading != self._facing and not intent.turning:
            truth.append(KnownTruth(self._t, "direction", "", heading))
            self._facing = heading
        self._count += 1
        side = self._count % 2
        self._t += step_s
        truth += self._land(side, v, incline, step_s, running, intent)
        shape = gaits.trunk(v, step_s, running, heading, self._style)
        knot = self._knot(self._t, shape, 1.0 if side == 0 else -1.0, intent, step_s)
        self.knots.append(knot)
        return truth

    def _step_time(self, v: float, running: bool, heading: Heading, intent: Intent) -> float:
        p = self._person
        pace = gaits.cadence_spm(max(v, SLOW_M_S), running, heading) * p.cadence * intent.pace
        pace *= (1.72 / p.height_m) ** 0.5  # pendulum length
        if intent.turning:
            pace = 100.0
        # The stride changes over a few strides, not at once.
        self._habit += 0.35 * (intent.stretch - self._habit)
        cv = p.back_cv_percent if heading == "backward" else p.stride_cv_percent
        spread = cv / 100.0 * intent.spread * (1.0 + 1.5 * self._recovering)
        side = 1.0 if (self._count + 1) % 2 == 0 else -1.0
        uneven = side * (p.asymmetry_percent + intent.uneven_percent) / 200.0
        step = 60.0 / pace * self._habit * (1.0 + uneven) * (1.0 + spread * self._rhythm.step())
        if intent.stumble:
            # A caught foot lands early, the next one late (assumed: -20 and +25 %).
            self._recovering = 1.0
            step *= 1.0 - 0.2 * intent.stumble
        elif self._recovering > 0.7:  # of the step just before
            step *= 1.25
        self._recovering *= 0.75  # some eleven steps (10.3389/fspor.2020.00082)
        return min(2.5, max(0.2, step))

    def _land(
        self, side: int, v: float, incline: float, step_s: float, running: bool, intent: Intent
    ) -> list[KnownTruth]:
        """End the foot's open stride with a contact now and open the next one."""
        heading = intent.direction
        strides = self.strides[side]
        old = strides[-1]
        shape = gaits.foot(v, running, heading, self._style)
        stride_s = 2.0 * step_s
        share = gaits.contact_share(max(v, 0.3), stride_s, running, heading)
        at = self._t
        lift = max(at - (1.0 - share) * stride_s, old.contact + 0.5 * (at - old.contact) * share)
        wander = float(np.clip(self._rng.standard_normal(), -2.5, 2.5))
        drop_s = shape.drop * stride_s
        touch = at - shape.touch * stride_s
        new = FootStride(
            contact=touch,
            start=touch + drop_s,
            speed=self._belt_at(at)[0],
            yaw=intent.yaw,
            tilt=math.atan(incline / 100.0),
        )
        old.drop_s = drop_s
        self._leave(old, new, lift, stride_s, shape, intent)
        if intent.limps and side == 0:
            old.land *= FLAT
        spot = 0.15 * v + 0.012 * wander
        out = 1.0 if side == 0 else -1.0
        moved = spot - self._spot[side]
        self._spot[side] = spot
        old.shift_x = moved - HALF_WIDTH_M * out * (math.sin(new.yaw) - math.sin(old.yaw))
        old.shift_y = HALF_WIDTH_M * out * (math.cos(new.yaw) - math.cos(old.yaw))
        strides.append(new)
        name = SIDES[side]
        rows = [KnownTruth(lift, "lift", name), KnownTruth(at, "contact", name)]
        if intent.stumble:
            rows.append(self._upset("stumble", 0.5 * (lift + at), intent.stumble, intent))
        if old.speed > 0.0 and not intent.turning:
            length = 0.5 * (old.speed + new.speed) * (at - self._landed[side]) + moved
            rows.append(KnownTruth(at, "stride_length", name, round(length, 4)))
        self._landed[side] = at
        return rows

    def _leave(
        self,
        old: FootStride,
        new: FootStride,
        lift: float,
        stride_s: float,
        shape: gaits.FootCurve,
        intent: Intent,
    ) -> None:
        old.lift, old.end = lift, new.contact
        old.speed_next, old.yaw_next = new.speed, new.yaw
        old.land = shape.land * self._about(0.05)
        old.leave = shape.leave * self._about(0.05)
        rest = lift - old.start
        old.rise_s = max(0.05, min(shape.rise * stride_s, rest))
        swing_s = new.contact - lift
        old.follow_s = min(shape.follow * stride_s, 0.4 * swing_s)
        old.lag_s = min(shape.lag * stride_s, 0.3 * swing_s)
        old.early_s = min(shape.early * stride_s, max(0.0, rest))
        old.late_s = min(shape.late * stride_s, old.drop_s)
        old.hit = shape.hit * self._person.impact * self._about(0.2)
        old.slap = shape.slap * self._person.impact * self._about(0.2)
        old.height = shape.lift_m * self._about(0.1)
        old.curve = float(self._rng.uniform(0.5, 1.2)) * (1.0 if self._count % 2 == 0 else -1.0)
        old.snag = 45.0 * intent.stumble

    def _knot(
        self, t: float, shape: gaits.TrunkCurve | None, side: float, intent: Intent, step_s: float
    ) -> Knot:
        s = shape or gaits.TrunkCurve(0.0, 0.0, 0.0, 0.0, 0.0, self._style.lead_walk, 0.0, 0.0)
        own = self._style
        p, rough = self._person, 1.0 + 1.5 * self._recovering
        v, incline = self._belt_at(max(t, 0.0))
        running = 1.0 if self._mode == "run" else 0.0
        share = gaits.contact_share(max(v, 0.3), 2 * step_s, running > 0, intent.direction)
        size = p.liveliness * intent.liveliness
        uphill = incline if intent.direction == "forward" else -incline
        return Knot(
            t=t,
            phase=math.pi * self._count,
            side=side,
            running=running,
            duty=min(0.95, 2.0 * share) if running else 1.0,
            up=s.up * (1.0 if running else size * own.up) * self._about(0.05),
            fore=s.fore * size * (1.0 if running else own.fore) * self._about(0.08),
            lateral=s.side * size * own.side * intent.sway * self._about(0.1 * rough),
            turn=s.turn * own.turn * intent.sway * self._about(0.1 * rough),
            yaw=s.yaw * self._about(0.1),
            lead=s.lead,
            hit=s.hit * p.impact * self._about(0.2),
            # Half of the slope is taken up by leaning (alcantara: 7-12 deg at 8.75-17.6 %).
            lean=s.lean + intent.lean + 0.5 * math.atan(uphill / 100.0),
            heading=intent.yaw,
            sway=intent.sway * rough,
            shape=tuple(float(x) for x in np.clip(self._rng.standard_normal(SHAPES), -2.5, 2.5)),
        )

    def _upset(self, what: str, t: float, by: float, intent: Intent) -> KnownTruth:
        """Add a mishap; it throws the walker along the travel, onto the back in backward gait."""
        way = -1.0 if intent.direction == "backward" else 1.0
        self.upsets.append(Mishap(t, what, by, 0.0, way))
        return KnownTruth(t, "incident", "", what)

    def _about(self, spread: float) -> float:
        """Return a factor of mean 1 with a relative spread, clipped at 2.5 deviations."""
        return 1.0 + spread * float(np.clip(self._rng.standard_normal(), -2.5, 2.5))


class Rhythm:
    """Relative deviations of successive steps: a fractal series, generated step by step.

    Human stride times wander with long memory (1/f-like, DFA exponent alpha around 0.75; Hausdorff
    et al. 1995, 10.1152/jappl.1995.78.1.349), so averages settle more slowly than with white noise,
    and a simulator with white jitter flatters every threshold.

    Method: white noise plus a sum of first-order processes with time constants from 1.5 to 1100
    steps, each three times the one before. Their weights follow the power law of fractional noise,
    tau^(2 alpha - 2), and the white share makes the first autocorrelation exactly
    2^(2 alpha - 1) - 1. It is an approximation: memory ends at about 1100 steps (ten minutes).
    """

    def __init__(self, alpha: float, rng: np.random.Generator) -> None:
        tau = 1.5 * 3.0 ** np.arange(7)
        weight = tau ** (2.0 * alpha - 2.0)
        weight /= weight.sum()
        self._keep: Floats = np.exp(-1.0 / tau)
        first = 2.0 ** (2.0 * alpha - 1.0) - 1.0
        share = min(1.0, first / float((weight * self._keep).sum()))
        self._gain: Floats = np.sqrt(share * weight)
        self._white = float(np.sqrt(1.0 - share))
        # A stride is two steps, so its deviation is the mean of two correlated ones.
        self._unit = 1.0 / float(np.sqrt((1.0 + first) / 2.0))
        self._rng = rng
        self._state: Floats = rng.standard_normal(7)

    def step(self) -> float:
        """Return the next step's deviation; means of successive pairs have deviation 1."""
        draw = self._rng.standard_normal(8)
        self._state = self._keep * self._state + np.sqrt(1.0 - self._keep**2) * draw[:7]
        value = float((self._gain * self._state).sum()) + self._white * float(draw[7])
        return value * self._unit
