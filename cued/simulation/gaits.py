"""Typical walking and running at a given belt speed, forward and backward.

Cadence, stance share, foot angles and trunk amplitudes as functions of speed, each with its
source. ``v`` is the belt speed in m/s, always positive; direction and mode are arguments. A
person's own size and habit are applied as factors by the caller (``stepping.py``).

Measured: forward walking (19 people [1], and [2]), forward running (one person's sacrum [3]),
backward walking of one person at one speed [4] and in motion capture [5]. Not measured: backward
running. Nobody has published a real sensor's recording of it, so its foot angles and trunk phase
are drawn at random within what physics allows. Backward gait is not forward gait played backward:
joint angles nearly are, forces and impacts are not, and a walker built on time reversal would
flatter a detector derived from time reversal.

References and recordings
-------------------------
1. C. Voisard's gait set of IPOL: lower back and feet, over ground; 2,218 steps of 19 people for
   the trunk's profile, sizes and phase (voisard).
2. Trautmann et al. 2021, 10.3390/data6080095: treadmill, trunk and feet (tripod).
3. Alcantara et al. 2022, 10.7717/peerj.12752: running on a force treadmill, sacrum (alcantara).
4. Gottlieb et al. 2020, 10.3390/s20216331: treadmill forward and backward, foot (gottlieb).
5. Bandai-Namco Research motion dataset 1: acted styles, derived accelerations (bandai).
6. Cavagna et al. 2012, J Exp Biol 215:75: backward running on force plates.
7. Running cadence of 256 people over 16,128 h, van Oeveren et al. 2019, J Sports Sci.
8. Cadence grows as speed^0.58: 10.1007/s00421-003-0906-3. Walk ratio and its knee: PMC5430280.
   Its value for adults: Sekiya & Nagasaki 1998 (0.0065, from memory).
9. Uthoff et al. 2019, Strength Cond J 41: posture of backward running. Roos et al. 2012,
   PMC3391667: its landing is farther forward on the foot.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec import Struct

from cued.frames import GRAVITY_M_S2

Heading = Literal["forward", "backward"]
WALK_RATIO_M_SPM = 0.0065  # step length over cadence, adults [8]
KNEE_M_S = 1.03  # below this the walk ratio rises [8]
SLOWER = 0.58  # cadence grows as this power of speed [8]: 48 spm at 0.3 m/s forward, 72 backward
BACK_M_S = 0.61  # the one speed at which backward walking was measured [4]
STEP_M = 0.67  # of [1]: 1.25 m/s at 112 steps/min
DEG = np.pi / 180.0  # rad


class Style(Struct, frozen=True):
    """One person's individual gait, drawn once per run.

    ``up``, ``fore``, ``side``, ``turn`` are sizes relative to the mean person's in walking.
    The leads are phases of the fore-aft against the vertical acceleration at step frequency, rad;
    backward running is assumed opposite to forward, give or take 30 degrees.
    """

    lead_walk: float
    lead_walk_back: float
    lead_run: float
    lead_run_back: float
    back_lean: float
    back_yaw: float
    run_back_land: float
    run_back_leave: float
    up: float
    fore: float
    side: float
    turn: float

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Style:
        """Draw one person: leads forward 109 +- 15 deg [1], backward as seen in [5]."""
        return cls(
            lead_walk=DEG * float(rng.normal(109.0, 12.0)),
            lead_walk_back=DEG * float(rng.uniform(-115.0, -50.0)),
            # In level axes; in those of the leaning sacrum, -45..-56 (alcantara).
            lead_run=DEG * float(rng.uniform(-40.0, -30.0)),
            lead_run_back=DEG * float(rng.uniform(115.0, 175.0)),
            back_lean=DEG * float(rng.normal(0.0, 4.0)),
            back_yaw=float(rng.uniform(-1.0, 1.0)),
            run_back_land=DEG * float(rng.uniform(12.0, 30.0)),
            run_back_leave=DEG * float(rng.uniform(-20.0, 25.0)),
            # People differ by a factor of two and more [1].
            up=_sized(rng, 0.25),
            fore=_sized(rng, 0.30),
            side=_sized(rng, 0.22),
            turn=_sized(rng, 0.22),
        )


def _sized(rng: np.random.Generator, spread: float) -> float:
    """Draw a size relative to the mean person's, log-normal, of mean 1, within two SD."""
    z = float(np.clip(rng.standard_normal(), -2.0, 2.0))
    return float(np.exp(spread * z - 0.5 * spread**2))


def cadence_spm(v: float, running: bool, heading: Heading) -> float:
    """Return the habitual steps a minute."""
    if running:
        forward = 150.0 + 6.01 * v  # 256 people, 1.64-4.68 m/s [7]
        # Backward x1.10-1.19 [6].
        return forward if heading == "forward" else 1.14 * forward
    if heading == "backward":
        # Through one person's 109 spm at 0.61 m/s (gottlieb-left); below, as forward gait does [8].
        line = 95.0 + 23.0 * max(v, BACK_M_S)
        return line * min(1.0, v / BACK_M_S) ** SLOWER
    if v >= KNEE_M_S:
        return float(np.sqrt(60.0 * v / WALK_RATIO_M_SPM))
    knee = float(np.sqrt(60.0 * KNEE_M_S / WALK_RATIO_M_SPM))
    return knee * (v / KNEE_M_S) ** SLOWER


def contact_share(v: float, stride_s: float, running: bool, heading: Heading) -> float:
    """Return the part of the stride that a foot is on the belt."""
    if not running:
        # Forward 0.71 at 0.83 and 0.69 at 1.22 m/s (tripod), 0.64 at 1.3 m/s; backward 0.69 at
        # 0.61 m/s (gottlieb).
        share = 0.74 - 0.07 * v - (0.01 if heading == "backward" else 0.0)
        return min(0.78, max(0.58, share))
    contact = 0.26 - 0.048 * (v - 2.5)  # 0.26 s at 2.5, 0.18 s at 4.17 m/s (alcantara)
    if heading == "backward":
        forward_step = 60.0 / cadence_spm(v, running=True, heading="forward")
        aloft = 1.36 * max(0.02, forward_step - contact)  # aerial time x1.36 [6]
        contact = stride_s / 2.0 - aloft
    return min(0.47, max(0.22, contact / stride_s))


class FootCurve(Struct, frozen=True):
    """A foot's pitch through one stride: angles in rad (toe down positive), times in strides."""

    land: float  # angle at contact
    drop: float  # time from contact until flat
    leave: float  # angle at the end of push-off
    rise: float  # time from the start of push-off until the foot leaves
    follow: float  # time from then to the end of push-off
    lag: float  # time from leaving to the start of the turn in swing
    early: float  # time by which the instep moves before the foot leaves
    late: float  # time from contact until the instep rests
    lift_m: float  # height of the swing
    hit: float  # m/s², of the first contact
    slap: float  # m/s², of the rest of the foot coming down
    touch: float = 0.0  # time from touching the belt to the labelled contact


def foot(v: float, running: bool, heading: Heading, style: Style) -> FootCurve:
    """Return the foot's curve, after mean pitch rates in [2] and [4]; rate ~ speed^0.8."""
    if running and heading == "forward":
        return FootCurve(
            land=-12 * DEG, drop=0.10, leave=95 * DEG, rise=0.20, follow=0.12, lag=0.08,
            early=0.06, late=0.02, lift_m=0.11, hit=55.0 * v / 2.5, slap=25.0,
        )  # fmt: skip
    if running:
        # Lands on the toes [9]; the rest is unknown and differs from person to person.
        return FootCurve(
            land=style.run_back_land, drop=0.14, leave=style.run_back_leave, rise=0.15,
            follow=0.06, lag=0.04, early=0.06, late=0.04, lift_m=0.08, hit=50.0, slap=15.0,
        )  # fmt: skip
    if heading == "backward":
        k = min(2.0, max(0.3, v / 0.61)) ** 0.4  # for angles; cadence is the other half of 0.8
        return FootCurve(
            land=24 * DEG * k, drop=0.14, leave=-8 * DEG * k, rise=0.07, follow=0.03, lag=0.02,
            early=0.08, late=0.08, lift_m=0.05, hit=22.0 * k, slap=9.0 * k,
        )  # fmt: skip
    k = min(1.6, max(0.3, v / 1.25)) ** 0.4
    hit = 30.0 * min(1.8, max(0.2, v / 1.25)) ** 0.7
    # The pitch rate crosses zero 3 % of a stride before the contact in instrumented bars and labels
    # (tripod, voisard): the heel is down by then.
    return FootCurve(
        land=-17 * DEG * k, drop=0.13, leave=66 * DEG * k, rise=0.26, follow=0.05, lag=0.02,
        early=0.08, late=0.02, lift_m=0.03, hit=hit, slap=0.5 * hit, touch=0.027,
    )  # fmt: skip


class TrunkCurve(Struct, frozen=True):
    """The trunk's movement in one step: accelerations in m/s², lead and lean in rad."""

    up: float
    fore: float
    side: float
    turn: float  # relative size of roll and pitch
    yaw: float  # relative size and sign of yaw
    lead: float
    hit: float
    lean: float


def trunk(v: float, step_s: float, running: bool, heading: Heading, style: Style) -> TrunkCurve:
    """Return the shape of the trunk's step, after [1], [3] and [5]."""
    if running:
        fore = max(1.0, GRAVITY_M_S2 * (0.40 + 0.10 * (v - 2.5)))  # raw A1, sacrum (alcantara)
        if heading == "forward":
            return TrunkCurve(
                up=1.0, fore=fore, side=1.6, turn=1.1, yaw=1.0, lead=style.lead_run, hit=5.0,
                lean=6 * DEG,
            )  # fmt: skip
        # 15.7 against 13.2 m/s² upward [6]: x1.19; upright [9].
        return TrunkCurve(
            up=1.19, fore=fore, side=1.9, turn=1.3, yaw=style.back_yaw, lead=style.lead_run_back,
            hit=5.0, lean=style.back_lean,
        )  # fmt: skip
    up = rise_m_s2(v, step_s)
    k = up / 2.39
    # Vaulting over a leg brakes in proportion to the step: at 0.60 m (0.83 m/s) 1.46, at 0.67 m
    # (1.22 m/s) 1.43 m/s², with vertical amplitudes of 0.8 and 2.7 (tripod).
    fore = 1.52 * v * step_s / STEP_M
    if heading == "forward":
        return TrunkCurve(
            up=up, fore=fore, side=0.6 + 0.4 * k, turn=0.5 + 0.5 * k, yaw=1.0,
            lead=style.lead_walk, hit=7.5 * k, lean=0.0,
        )  # fmt: skip
    # Fore-aft is as large as vertical or larger (bandai walk-back: 2.4-4.3 against 1.0-6.7);
    # sideways acceleration and roll are 1.2-1.4 times those of walking forward.
    return TrunkCurve(
        up=0.9 * up, fore=max(fore, 1.1 * up), side=1.3 * (0.6 + 0.4 * k), turn=0.9,
        yaw=style.back_yaw, lead=style.lead_walk_back, hit=2.5 * up, lean=style.back_lean,
    )  # fmt: skip


def rise_m_s2(v: float, step_s: float) -> float:
    """Return the amplitude at step frequency of a pendulum softened by the pelvis.

    A pendulum of leg length 0.92 m rises by step²/(8 leg); 0.57 of that fits [1]: 2.39 m/s² at 112
    spm and 1.25 m/s. It drops less at low speed than a pendulum's (0.83 m/s: SD 1.22, tripod; 0.65
    m/s: 1.8, bandai-walk-old).
    """
    step_m = v * step_s
    swing = 0.57 * step_m**2 / (8.0 * 0.92) / 2.0 * (2.0 * np.pi / step_s) ** 2
    return swing * (1.25 / max(v, 0.3)) ** 0.4
