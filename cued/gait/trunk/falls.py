"""Falls, seen by a trunk sensor: possible before the impact, confirmed within 2 s after it.

Rules
-----
* Two stages. ``possible_fall`` is raised on the way down, about 0.3 s before the impact, which
  leaves time for a tone and a buzz but not for words. ``confirmed_fall`` is raised when an impact
  is followed by lying still, far from upright. Either may come without the other.
* Everything is compared with the wearer's upright posture and usual bounce, so neither mounting nor
  mode has to be known. Only the direction of gravity is used.
* Nothing is reported until 3 s of data since the start or a gap have shown what upright is.
  ``possible_fall`` also needs a gyroscope; without one only ``confirmed_fall`` is reported.

Method. Published pre-impact thresholds on turn rate and free fall (47 deg/s and 0.9 g; Ahn et al.
2019, doi:10.3390/s19040774) are exceeded by 85 and 98 % of ordinary walking steps. So the descent
is judged by the sum of three signs that no step shows together: lean from upright; the pelvis
sinking faster than it bounces; the pelvis below its usual level. Speed and level are leaky
integrals of vertical acceleration (0.7 and 0.5 s) along the up vector of ``signal/tilt.py``.
Sinking no faster than the usual bounce, or than the wearer has just risen in a jump, counts for
nothing.

What keeps a broken sensor out. A descent is smooth (``spoilt.py``), no impact lasts, and after
either nothing is reported for 3 s, as after a gap. Values repeated exactly are marked before that
(``signal/stream.py``).

What keeps other movements out. Jogging: the usual bounce. Jumping: the rise before. Bending: lean
is capped, so lean without sinking is no fall. Sitting down: slow and not far from upright; dropping
into a chair may be ``possible``. A knock: too short for either integral. A rail grabbed, a belt
that starts or stops: neither lean nor sinking.

Delay: none added (the sample that completes the score decides); confirmation 0.6-2 s.

Tuned on SisFall (waist, subjects SA01, 02, 05, 06, 10: falls F01-F06 against walking, jogging,
jumping, bending), checked against voisard, tripod, alcantara, mobgap and bandai. A threshold a
quarter lower still raises no false alarm in walking, jogging and jumping. All its falls are acted
by young people over ground. Not validated: falls on a treadmill or in backward gait, the chest, old
people. Known to fool it: a sensor taken off and dropped; a gyroscope that is 7 deg/s off, in its
first ten seconds; below 50 Hz jogging raises a few possible falls; below 80 Hz noise in place of
movement, and at any rate the same stretch of movement sent again; a fall onto the knees with the
trunk upright stays ``possible``.
"""

from __future__ import annotations

from math import degrees, hypot, inf, radians, sqrt
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from cued.frames import GRAVITY_M_S2
from cued.gait.finding import Disturbance
from cued.gait.trunk.spoilt import Recent
from cued.model import Block, Floats
from cued.signal.grid import DT_S
from cued.signal.tilt import SETTLE_S, Tilt

# The three signs: the amount of each that alone would score 1. Tuned, see above.
LEAN_RAD = radians(40.0)
SINKING_M_S = 2.55  # tuned on SisFall, see above
SAG_M = 0.32  # tuned on SisFall, see above
LEAN_FREE_RAD = radians(5.0)  # tuned with them
LEAN_MOST_RAD = radians(26.0)  # that counts; a bow of 80 degrees is still a bow
# Speed and level of the pelvis.
SPEED_LEAK_S = 0.7
LEVEL_LEAK_S = 0.5  # see above
MEAN_S = 4.0  # chosen: several steps
START_S = 1.0  # the mean is taken before anything is integrated
BOUNCE_S = 5.0  # chosen: some ten steps
BOUNCE_FREE = 1.5  # times the RMS of the vertical speed
LAUNCH_M_S = 0.8  # tuned on SisFall, see above
LAUNCH_S = 2.0  # chosen: longer than a jump flies
LAUNCH_FREE_M_S = 0.3  # tuned with it
JOG_M_S = 0.4  # of free speed; a walk's is 0.24, and above this the level bounces as well ...
JOG_S = 0.17  # ... by this per speed, at a jog's steps: else a slipping sensor would be a fall
LAUNCH_LEVEL_S = 0.15  # the leaky level is too low by about this times the launch
TRUST_S = 4.0  # until then a runner's up vector is still slightly wrong
# After the impact.
IMPACT_M_S2 = 2.5 * GRAVITY_M_S2  # the weakest of the 90 falls has 3.3 g
LATER_IMPACT_M_S2 = 1.8 * GRAVITY_M_S2  # enough after a possible fall
LYING_RAD = radians(40.0)  # chosen: nearly half of lying flat
STILL_M_S2 = 4.0  # from 1 g; breathing and small movements while lying
STILL_S = 0.6  # chosen: longer than a bounce after the impact
LASTING_S = 0.22  # above IMPACT_M_S2; in falls, jumps and jogs of SisFall 0.16 s at most
CONFIRM_WITHIN_S = 2.0  # chosen: a person who lies still only later may have sat down first
WATCH_S = 4.0  # by then a possible fall was confirmed or was none
QUIET_S = 10.0  # after a confirmed fall
DOUBT_S = 0.5  # after bad samples; those closer together than this add up
PUSH_S = 0.12  # bad samples for this long may hide a jog's push-off, so it seems to sink
PUSH_DOUBT_S = 2.0  # until the speed and the level that result have leaked away
# A sample's weight in the means, and the share of a launch left after it.
SLOW, QUICK, FADING = DT_S / MEAN_S, DT_S / BOUNCE_S, 1.0 - DT_S / LAUNCH_S
START, SETTLED = START_S / DT_S, round(SETTLE_S / DT_S)  # samples


class _Moment(NamedTuple):
    """One sample in which something may be happening."""

    t: float
    ok: bool
    score: float
    lean: float
    speed: float
    level: float
    size: float
    lying: bool
    i: int  # in the block


class Falls:
    """Finds falls in the blocks of one trunk sensor."""

    def __init__(self, sensor: str) -> None:
        self._sensor = sensor
        self._tilt = Tilt()
        self._pelvis = _Pelvis()
        self._recent = Recent()
        self._scored = (np.empty(0), np.empty(0))  # times and scores of the last block
        self._reset()

    def _reset(self) -> None:
        self._tilt.reset()
        self._pelvis.reset()
        self._broken = False
        self._possible_t = self._confirmed_t = self._doubted_t = -inf
        self._doubted_s = 0.0
        self._knock_t = self._hard_knock_t = self._impact_t = -inf
        self._impact = 0.0
        self._lying_from = self._lying_to = self._loud_from = self._loud_to = -inf

    @property
    def last(self) -> tuple[Floats, dict[str, Floats]]:
        """Times of the last samples fed and their scores; 1 is a possible fall."""
        return self._scored[0], {"fall": self._scored[1]}

    def feed(self, block: Block) -> list[Disturbance]:
        """Process the next samples and return the falls they show, oldest first."""
        if block.fresh:
            self._recent.reset()
            self._reset()
        self._recent.feed(block)
        scores: list[float] = []
        out: list[Disturbance] = []
        while len(scores) < block.t.size:
            if self._broken:
                self._skip(block, scores)
            else:
                self._follow(_rest(block, len(scores)), scores, out)
        self._scored = (block.t, np.array(scores))
        return out

    def _skip(self, block: Block, scores: list[float]) -> None:
        """Pass over samples while the sensor is broken, then start again."""
        for acc in block.acc[len(scores) :].tolist():
            if not self._recent.broken(len(scores)) and hypot(*acc) < IMPACT_M_S2:
                self._reset()
                return
            scores.append(0.0)

    def _follow(self, block: Block, scores: list[float], out: list[Disturbance]) -> None:
        """Process samples up to the end, or to one at which the sensor proves broken."""
        n, known = self._tilt.samples, block.gyr is not None
        ups, leans = self._tilt.feed(block.acc, block.gyr)
        samples = zip(
            block.t.tolist(), block.ok.tolist(), block.acc.tolist(), ups, leans, strict=True
        )
        for t, ok, (x, y, z), (ux, uy, uz), lean in samples:
            n += 1
            speed, level, free = self._pelvis.feed(x * ux + y * uy + z * uz - GRAVITY_M_S2)
            score, settled = 0.0, n >= SETTLED
            if known and settled:
                score = _score(lean, speed, level, free) * min(n * DT_S / TRUST_S, 1.0)
            scores.append(score)
            size = sqrt(x * x + y * y + z * z)
            lying = ok and settled and lean > LYING_RAD and abs(size - GRAVITY_M_S2) < STILL_M_S2
            if lying or score >= 1.0 or size >= LATER_IMPACT_M_S2 or not ok:
                i = len(scores) - 1
                out += self._judge(_Moment(t, ok, score, lean, speed, level, size, lying, i))
                if self._broken:
                    return

    def _judge(self, m: _Moment) -> list[Disturbance]:
        self._note(m)
        if m.t - self._confirmed_t < QUIET_S:
            return []
        if self._is_down(m):
            self._confirmed_t = m.t
            because = {"impact_g": self._impact / GRAVITY_M_S2, "lean_deg": degrees(m.lean)}
            score = self._impact / IMPACT_M_S2
            fell_t, sensor = self._impact_t, self._sensor
            return [Disturbance(fell_t, m.t, sensor, "confirmed_fall", score, because)]
        if m.score >= 1.0 and m.t - self._possible_t >= WATCH_S:
            self._examine(m)
        doubt_s = DOUBT_S if self._doubted_s < PUSH_S else PUSH_DOUBT_S
        doubted = self._broken or m.t - self._doubted_t < doubt_s
        if m.score < 1.0 or m.t - self._possible_t < WATCH_S or doubted:
            return []
        self._possible_t = m.t
        because = {"lean_deg": degrees(m.lean), "sinking_m_s": -m.speed, "sag_m": -m.level}
        return [Disturbance(m.t, m.t, self._sensor, "possible_fall", m.score, because)]

    def _note(self, m: _Moment) -> None:
        """Remember bad samples, impacts and lying for the samples to come."""
        if not m.ok:
            near = m.t - self._doubted_t < DOUBT_S
            self._doubted_t, self._doubted_s = m.t, DT_S + self._doubted_s * near
        if m.size >= LATER_IMPACT_M_S2:
            self._note_impact(m.t, m.size)
        if m.lying:
            if m.t - self._lying_to > 1.5 * DT_S:
                self._lying_from = m.t
            self._lying_to = m.t

    def _note_impact(self, t: float, size: float) -> None:
        self._knock_t = t
        if size >= IMPACT_M_S2:
            if t - self._hard_knock_t > 1.5 * DT_S:
                self._loud_from = t
            self._hard_knock_t = t
            self._broken = self._broken or t - self._loud_from > LASTING_S
        if size >= self._impact or t - self._impact_t > CONFIRM_WITHIN_S:
            self._impact_t, self._impact = t, size  # a weaker one is a rebound

    def _examine(self, m: _Moment) -> None:
        """Call the sensor broken or doubt what it shows, if its samples are no body's movement.

        After an impact noise is only a doubt: what shakes may be a body.
        """
        noise, spins = self._recent.noise(m.i), self._recent.spins(m.i)
        if spins or (noise and m.t - self._knock_t > CONFIRM_WITHIN_S):
            self._broken = True
        if noise or spins or self._recent.leaps(m.i):
            self._doubted_t, self._doubted_s = m.t, PUSH_S

    def _is_down(self, m: _Moment) -> bool:
        watched = m.t - self._possible_t < WATCH_S
        return (
            m.lying
            and m.t - self._lying_from >= STILL_S
            and m.t - (self._knock_t if watched else self._hard_knock_t) <= CONFIRM_WITHIN_S
        )


def _rest(block: Block, start: int) -> Block:
    if not start:
        return block
    t, acc, ok = block.t[start:], block.acc[start:], block.ok[start:]
    return replace(block, t=t, acc=acc, gyr=None if block.gyr is None else block.gyr[start:], ok=ok)


def _score(lean: float, speed: float, level: float, free: float) -> float:
    """Return the sum of the three signs; 1 is a possible fall."""
    leaning = lean - LEAN_FREE_RAD
    leaning = LEAN_MOST_RAD if leaning > LEAN_MOST_RAD else leaning if leaning > 0.0 else 0.0
    sinking = -speed - free
    sag = -level / SAG_M if level < 0.0 else 0.0
    return leaning / LEAN_RAD + (sinking / SINKING_M_S if sinking > 0.0 else 0.0) + sag


class _Pelvis:
    """Vertical speed and level of the trunk, and the sinking speed that is not unusual."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._n = 0
        self._mean = self._speed = self._level = self._launch = 0.0
        self._bounce2 = 0.0025  # mean square of the speed, m²/s²

    def feed(self, vertical: float) -> tuple[float, float, float]:
        """Process vertical acceleration; return speed, level and the usual sinking speed, SI."""
        # Written out because it runs for every sample: calling max costs as much as a whole line.
        self._n += 1
        first = 1.0 / self._n  # a plain average until it is slower than the filter
        self._mean += (SLOW if first < SLOW else first) * (vertical - self._mean)
        speed = self._speed
        if self._n > START:
            speed += DT_S * (vertical - self._mean - speed / SPEED_LEAK_S)
            self._level += DT_S * (speed - self._level / LEVEL_LEAK_S)
        self._speed = speed
        # Limited, so that a fall does not count as the usual bounce while it lasts.
        power, most = speed * speed, 9.0 * self._bounce2 + 0.02
        power = most if power > most else power
        self._bounce2 += (QUICK if first < QUICK else first) * (power - self._bounce2)
        launch = FADING * self._launch
        self._launch = launch = speed if speed > launch else launch
        flight = launch - LAUNCH_M_S if launch > LAUNCH_M_S else 0.0
        free, leaving = BOUNCE_FREE * sqrt(self._bounce2), launch - LAUNCH_FREE_M_S
        free = leaving if leaving > free else free
        level = self._level + LAUNCH_LEVEL_S * flight
        if free > JOG_M_S:
            level += JOG_S * (free - JOG_M_S)
        return speed, level, free
