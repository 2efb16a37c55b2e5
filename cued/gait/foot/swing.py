"""Swing and stance of a foot, from the angle its sole turns through.

The angle about the left axis (the sum of the pitch rate) has two turning points in a stride of any
gait: one as the foot leaves, one as it lands. Forward, the toes point lowest when they leave and
highest when the heel lands. Backward it is the reverse: toes up as the heel leaves last, toes down
as they land first. Between leaving and landing a foot is never at rest; between landing and leaving
it is, however briefly. Hence these rules, with no amplitude to tune to a person:

* A *lobe* runs from one turning point to the next. A turning point counts once the angle has come
  back by ``BACK_RAD``.
* A lobe without rest that follows one with rest is a swing. It begins with the lift, ends with the
  contact, and its sign is the direction of gait.
* Where rest does not decide (fast running; a foot lifted so high that its swing has only one
  turning point), the swing is the lobe with the same sign as the swings before it.
* The contact is the moment at which the sole has turned back by ``BACK_RAD``, less ``LATE_S``. It
  varies less against the truth (13 ms on tripod, 11 ms on gottlieb backward) than the turning
  point (18, 18) or the largest jerk (17, 13).
* A landing without such a turn back (flat-footed, the last step before standing) is decided when
  the foot rests again as flat as before.

Delay: none beyond the sample at which the sole has turned back; see ``chain.py`` for figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from cued.signal.grid import DT_S

BACK_RAD = 0.10  # ripple of the angle in 1341 swings of voisard, tripod, gottlieb: 0.09 at most
LATE_S = 0.015  # true contact to BACK_RAD, median over voisard, where the truth is the foot's own
LIFT_EARLY_S = 0.020  # true lift to the turning point, median over voisard
PUSH_LATE_S = 0.030  # largest pitch rate before it to the true lift, median over voisard
PUSH_SAMPLES = 30  # searched for that largest rate
REST_RUN = 5  # samples; 50 ms of rest is a stance ...
PAUSE_RUN = 12  # ... but a slow swing may pause that long if it is half the stance's rest ...
SLOW_PAUSE = 4  # ... or for a quarter of it: a slow swing turns no faster than a quick stance
STANCE_REST = 160  # longer is standing, which says nothing about the pace
START_REST = 8  # more rest around the start is no swing; the turning point itself has less
BRIEF_REST = 2  # samples of rest in a running stance; enough for a first guess
SWING_RAD = 0.20  # backward swings measure 0.6 and more (gottlieb), shuffles less than this
HIGH_SWING_RAD = 0.50  # a swing from rest with one turning point only (bandai, walk-back-musical)
SWING_PEAK_RAD_S = (0.7, 1.5)  # limits of the least peak rate of a swing, which is ...
SWING_PEAK = 0.5  # ... this share of the foot's largest swing rate, which fades ...
PEAK_FADES = 0.9  # ... from one lobe to the next
SWING_SAMPLES = (15, 200)  # the length of any swing; a sole that slaps or rocks is faster
STANCE_SAMPLES = 18  # shortest; the sole slaps down within 150 ms of a heel strike
FLAT_RAD = 0.35  # most between two rests of a flat foot
LANDING_JERK = 400.0  # m/s³; 51 last steps of voisard have 480 and more, half of them 2790
LANDING_SAMPLES = 20  # chosen: longer than a foot takes to come down flat
CALM_S = 0.09  # flat landing to the first sample at rest; voisard's last steps, spread 60 ms
SETTLE = 25  # samples of a rest from which ``trajectory.py`` takes the quietest ...
SETTLED = 10  # ... at least this many of them at rest
MEMORY = 600  # samples kept for looking back over a lobe


class SwingMoment(Struct, frozen=True):
    """A lift, contact or rest at ``t``, decided at ``at``, and the swing that a contact ends.

    n : sample of the decision.  since : sample at which the rest or stance began.
    sign : of the swing's pitch rate; -1 (toes rise) is forward.
    clear : the swing was found by rest, so ``sign`` is evidence and not memory.
    turned : the sole turned back, so the time is as good as it gets.
    push_t : time of a lift by the largest pitch rate, because a runner's sole keeps turning up
    after it has left the ground.
    form : how far the sole turned from rest until it left, as a share of the swing's turn.
    """

    kind: Literal["lift", "contact", "rest"]
    t: float
    at: float
    n: int
    since: int = 0
    sign: int = 0
    clear: bool = False
    turned: bool = True
    push_t: float = 0.0
    form: float = 0.0


class Lobe(Struct, frozen=True):
    """From one turning point of the angle to the next; rests are the longest runs, in samples.

    rest_at_start : the rest around its start.  active : angle turned since the last rest.
    """

    samples: int
    angle: float
    peak: float
    rest: int
    rest_at_start: int
    active: float
    active_samples: int


class SwingCycle:
    """Finds the lifts and contacts of one foot."""

    def __init__(self, back_rad: float = BACK_RAD, late_s: float = LATE_S) -> None:
        self._back_rad = back_rad
        self._late_s = late_s
        self._n = -1  # this sample, counted from the start
        self._angle = 0.0
        self._run = 0  # samples at rest in a row
        # Of the last samples, for looking back:
        self._angles: list[float] = []
        self._rates: list[float] = []  # sizes
        self._runs: list[int] = []  # of rest
        self._jerks: list[float] = []
        self._trend = 0  # the angle grows (+1), shrinks (-1), not yet known (0)
        self._turn = 0.0  # extreme angle of this lobe so far, and its sample
        self._turn_n = 0
        self._start = 0.0  # angle and sample of the last turning point
        self._start_n = 0
        self._before: Lobe | None = None
        self._peak = SWING_PEAK_RAD_S[1] / SWING_PEAK  # largest rate of the swings, fading
        self._pause = 0  # samples of rest that a swing of this pace may have
        self._sign = 0  # sign of the last swing
        self._two_turns = False  # this gait's swings have two turning points
        self._landed = True  # since the sign was last confirmed
        self._flat = 0.0  # angle at the last rest
        self._rest_n = 0  # sample at which the rest to be settled began
        self._settle_n = -1  # sample at which to settle it; in the past when there is none
        self._down_n: int | None = 0  # sample of the last contact; None in a swing

    def forget(self) -> None:
        """Start again after a gap; the direction is kept."""
        self._trend = 0
        self._before = None
        self._run = 0
        self._start, self._start_n = self._angle, self._n + 1

    def feed(
        self, t: float, rate: float, rest: bool, jerk: float, sign: int = 0
    ) -> Sequence[SwingMoment]:
        """Process a sample and return the moments it decides.

        rate : pitch rate, rad/s.  jerk : size, m/s³.
        sign : that swings must have, if the foot's path has shown it since the last sample, else 0.
        """
        if sign:
            self._trust(sign)
        self._n += 1
        self._angle = angle = self._angle + rate * DT_S
        self._run = run = self._run + 1 if rest else 0
        self._angles.append(angle)
        self._rates.append(abs(rate))
        self._runs.append(run)
        self._jerks.append(jerk)
        if len(self._runs) > 4 * MEMORY:
            for kept in (self._angles, self._rates, self._runs, self._jerks):
                del kept[: -2 * MEMORY]
        back = (self._turn - angle) * self._trend
        if 0.0 < back <= self._back_rad and run != REST_RUN and self._n != self._settle_n:
            return ()  # on its way to a turning point, like most samples
        return self._look(t, angle, back)

    def _look(self, t: float, angle: float, back: float) -> list[SwingMoment]:
        steps: list[SwingMoment] = []
        here = len(self._runs) - 1
        if self._trend == 0:
            self._begin(angle)
        elif back <= 0.0:
            self._turn, self._turn_n = angle, self._n
        elif back > self._back_rad:
            steps += self._turned(t, here, back)
            self._turn, self._turn_n = angle, self._n
        if self._run == REST_RUN:
            steps += self._rested(t, here, angle)
        if self._n == self._settle_n:
            steps += self._settled(t, here)
        return steps

    def _trust(self, sign: int) -> None:
        """Set the sign of swings from better evidence than their rests."""
        if not self._landed:
            self._two_turns = False
        self._landed = False
        self._sign = sign

    def _begin(self, angle: float) -> None:
        if abs(angle - self._start) > self._back_rad:
            self._trend = 1 if angle > self._start else -1
            self._turn, self._turn_n = angle, self._n

    def _lobe(self, here: int) -> Lobe:
        """Look back over the lobe that ended at the turning point; ``here`` is this sample."""
        oldest = max(0, here - MEMORY)
        end = max(oldest, here - (self._n - self._turn_n))
        start = max(oldest, here - (self._n - self._start_n))
        runs = self._runs[start : end + 1]
        last = end
        while last > start and self._runs[last] <= BRIEF_REST:
            last -= 1
        return Lobe(
            samples=self._turn_n - self._start_n,
            angle=abs(self._turn - self._start),
            peak=max(self._rates[start : end + 1]),
            rest=max(runs),
            rest_at_start=max(self._runs[max(oldest, start - 4) : start + 5]),
            active=abs(self._turn - self._angles[last]),
            active_samples=end - last,
        )

    @property
    def _least_peak(self) -> float:
        slow, quick = SWING_PEAK_RAD_S
        return max(slow, min(quick, SWING_PEAK * self._peak))

    def _is_swing(self, lobe: Lobe) -> bool:
        """Judge by rest: some in the lobe before, none in this one nor where they meet."""
        before = self._before
        if before is None or lobe.angle < SWING_RAD or lobe.peak < self._least_peak:
            return False
        if not SWING_SAMPLES[0] <= lobe.samples <= SWING_SAMPLES[1]:
            return False
        pause = _pause(before)
        if lobe.rest_at_start >= max(START_REST, pause):
            return False
        # To reverse the direction takes a stance; to begin or to confirm one, a glimpse of rest.
        enough = max(REST_RUN, self._pause) if self._sign == -self._trend else BRIEF_REST
        most = max(min(before.rest, REST_RUN), min(PAUSE_RUN, before.rest // 2), pause)
        return before.rest >= enough and lobe.rest < most

    def _remember(self, swing: Lobe) -> None:
        """Learn the wearer's pace from a swing that was found by rest."""
        self._peak = max(swing.peak, self._peak)
        self._pause = _pause(self._before) if self._before else 0

    def _is_like_the_last(self, lobe: Lobe) -> bool:
        """Judge by the sign of the swings before, where rest does not decide."""
        if self._sign != self._trend or lobe.peak < self._least_peak:
            return False
        if not SWING_SAMPLES[0] <= lobe.active_samples <= SWING_SAMPLES[1]:
            return False
        if lobe.rest < REST_RUN:
            return lobe.active >= SWING_RAD
        return lobe.active >= HIGH_SWING_RAD and not self._two_turns

    def _turned(self, now: float, here: int, back: float) -> list[SwingMoment]:
        """Judge the lobe that ended ``back_rad`` ago: a swing, a stance or neither."""
        lobe = self._lobe(here)
        clear = self._is_swing(lobe)
        self._peak *= PEAK_FADES
        if clear:
            self._remember(lobe)
        steps: list[SwingMoment] = []
        if clear or self._is_like_the_last(lobe):
            speed = max(abs(self._angles[here] - self._angles[here - 1]), 1e-9)
            late = min((back - self._back_rad) / speed, 1.0) * DT_S
            t = max(now - late - self._late_s, now - (self._n - self._turn_n) * DT_S)
            steps.append(self._contact(t, now, clear, turned=True))
        elif self._is_stance(lobe):
            since, self._down_n = self._down_n or 0, None
            t = now - (self._n - self._turn_n) * DT_S - LIFT_EARLY_S
            push = min(now, now - (here - self._push(here)) * DT_S + PUSH_LATE_S)
            lift = SwingMoment(kind="lift", t=t, at=now, n=self._n, since=since, push_t=push)
            steps.append(lift)
        self._before = lobe
        self._trend = -self._trend
        self._start, self._start_n = self._turn, self._turn_n
        return steps

    def _is_stance(self, lobe: Lobe) -> bool:
        if self._down_n is None or self._sign == self._trend or lobe.peak < self._least_peak:
            return False
        long_enough = self._turn_n - self._down_n >= STANCE_SAMPLES
        return long_enough and (lobe.rest >= REST_RUN or self._sign != 0)

    def _push(self, here: int) -> int:
        """Return the index of the largest pitch rate shortly before the turning point."""
        oldest = max(0, here - MEMORY)  # after a long rest the turning point may be older
        end = max(oldest, here - (self._n - self._turn_n))
        start = max(oldest, end - PUSH_SAMPLES, here - (self._n - self._start_n))
        rates = self._rates[start : end + 1]
        return start + rates.index(max(rates))

    def _contact(self, t: float, now: float, clear: bool, turned: bool) -> SwingMoment:
        self._sign = self._trend
        self._two_turns = self._two_turns or clear
        self._landed = True
        self._down_n = self._n
        return SwingMoment(
            kind="contact",
            t=t,
            at=now,
            n=self._n,
            sign=self._trend,
            clear=clear,
            turned=turned,
            form=abs(self._start - self._flat) / max(abs(self._turn - self._start), 1e-6),
        )

    def _rested(self, now: float, here: int, angle: float) -> list[SwingMoment]:
        """Judge a rest: a foot that lies flat after a swing and an impact has landed."""
        if self._settle_n < self._n:
            self._rest_n, self._settle_n = self._n - REST_RUN + 1, self._n - REST_RUN + SETTLE
        if not self._trend:
            self._flat = angle
            return []
        lobe = self._lobe(here)
        flat = abs(angle - self._flat) < FLAT_RAD
        self._flat = angle
        start = max(0, here - LANDING_SAMPLES)
        jerks = self._jerks[start : here + 1]
        hardest = max(jerks)
        clear = self._is_swing(lobe)
        if not flat or hardest < LANDING_JERK or not (clear or self._is_like_the_last(lobe)):
            return []
        impact = now - (here - start - jerks.index(hardest)) * DT_S - self._late_s
        t = (impact + now - (REST_RUN - 1) * DT_S - CALM_S) / 2
        step = self._contact(t, now, clear, turned=False)
        self._before = lobe
        self._trend = 0
        self._start, self._start_n = angle, self._n
        return [step]

    def _settled(self, now: float, here: int) -> list[SwingMoment]:
        """Report a rest if the foot was mostly at rest; settle it again if it continues."""
        since, self._rest_n = self._rest_n, self._n
        if self._runs[here]:
            self._settle_n = self._n + SETTLE
        still = sum(1 for run in self._runs[max(0, here - SETTLE) : here + 1] if run)
        if still < SETTLED:
            return []
        return [SwingMoment(kind="rest", t=now, at=now, n=self._n, since=since)]


def _pause(stance: Lobe) -> int:
    """Return how many samples a swing after this stance may rest; a stance must rest longer."""
    return stance.rest // SLOW_PAUSE if stance.rest <= STANCE_REST else 0
