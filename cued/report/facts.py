"""The facts and sentences of a report, for page and picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from msgspec import Struct

from cued import words
from cued.model import Priority
from cued.report.digest import Digest
from cued.report.paces import paces
from cued.report.pictures import own_band_known
from cued.report.visit import Visit
from cued.words import Words

MEASURED = ("carried_percent", "time_to_drift_s", "recovery_s", "retention_percent")
WAYS = (("backward", "back"), ("forward", ""), ("unknown", ""))  # direction, colour
LEAST_PAIRS = 10  # of left and right steps; chosen
MEDIAN_COSTS = 1.25  # a median's uncertainty relative to a mean's, for normal values
ROUNDED_PERCENT = 0.25  # the least uncertainty claimed at 100 Hz


class Fact(Struct, frozen=True):
    """A large number and its meaning; ``kind`` colours the line above it."""

    value: str
    text: str
    kind: str = ""


def opening(d: Digest, before: Visit | None = None) -> str:
    """Return a sentence on what matters most, compared with the previous session if known."""
    kept, w = _kept(d), d.words
    if kept is None:
        if d.ending.backward_s >= 1.0:
            return w.say("report.went_backward", time=lasting(d.ending.backward_s, w))
        if not d.strides:
            return w.say("report.none_seen")
        return w.count("report.none_backward", len(d.strides))
    last = before.last.get("time_to_drift_s") if before else None
    if last is None:
        return w.say("report.kept", time=lasting(kept, w))
    return w.say("report.kept_then", time=lasting(kept, w), then=lasting(last, w))


def _kept(d: Digest) -> float | None:
    """Return how long the short step lasted after the last turn to the front, s."""
    known = [m.value for m in d.measured.get("time_to_drift_s", []) if m.value is not None]
    return known[-1] if known else None


def lasting(seconds: float, w: Words) -> str:
    """Write a duration: 50 s, or 7:14 minutes."""
    if seconds < 100.0:
        return w.say("report.seconds", n=f"{seconds:.0f}")
    return w.say("report.minutes", n=words.clock(seconds))


def session_facts(d: Digest) -> list[Fact]:
    """Return a session's facts."""
    e, w = d.ending, d.words
    cues = sum(c.priority != Priority.PHASE and c.verdict == "given" for c in d.cues)
    falls = f", {w.count('report.n_fall', e.falls)}" if e.falls else ""
    return [
        Fact(words.clock(d.length_s), w.say("report.recorded")),
        Fact(str(e.strides), w.count("report.n_stride", e.strides)),
        Fact(words.clock(e.backward_s), w.say("report.backward"), "back"),
        *_usual_rates(d),
        Fact(str(cues), w.count("report.n_cue", cues)),
        Fact(str(e.stumbles), w.count("report.n_stumble", e.stumbles) + falls, "warn"),
    ]


def runner_facts(visits: Sequence[Visit], w: Words) -> list[Fact]:
    """Return the facts of all of a runner's sessions."""
    stumbles = sum(v.stumbles for v in visits)
    back_s = sum(v.backward_s for v in visits)
    return [
        Fact(str(len(visits)), w.count("report.n_session", len(visits))),
        Fact(words.clock(sum(v.length_s for v in visits)), w.say("report.in_all")),
        Fact(words.clock(back_s), w.say("report.backward"), "back"),
        Fact(str(stumbles), w.count("report.n_stumble", stumbles), "warn"),
    ]


def carry_facts(d: Digest) -> list[Fact]:
    """Return how much of the backward step stayed when going forward: the last value of each."""
    return [
        Fact(d.words.whole(name, m.value), d.words.say(f"report.{name}"), "back")
        for name in MEASURED
        for m in d.measured.get(name, [])[-1:]
        if m.value is not None
    ]


def band_text(d: Digest) -> str:
    """Explain the band in the picture, or why there is none."""
    return d.words.say("report.band_known" if own_band_known(d) else "report.band_unknown")


def sides_text(d: Digest) -> str:
    """Compare how long each foot stays on the belt, with one standard uncertainty."""
    ratios, w = stance_ratios(d), d.words
    if len(ratios) < LEAST_PAIRS:
        return w.say("report.sides_few")
    gap = 100.0 * median(ratios)
    spread = 148.26 * median(abs(r - gap / 100.0) for r in ratios)
    sure = max(MEDIAN_COSTS * spread / math.sqrt(len(ratios)), ROUNDED_PERCENT)
    figure = f"{w.number(abs(gap), 1)} ± {w.percent(sure, 1)}"
    if abs(gap) < 2.0 * sure:
        return w.say("report.sides_even", told=figure)
    return w.say("report.sides_left" if gap > 0 else "report.sides_right", told=figure)


def stance_ratios(d: Digest) -> list[float]:
    """Return the logarithm of left over right stance time for pairs of consecutive steps.

    Only neighbours are compared, because stance time depends on speed.
    """
    known = [s for s in d.strides if s.stance_s is not None and s.side != "unknown"]
    known.sort(key=lambda s: s.t)
    out: list[float] = []
    n = 0
    while n + 1 < len(known):
        one, two = known[n : n + 2]
        if one.side == two.side or two.t - one.t >= two.duration_s:
            n += 1
            continue
        left, right = (one, two) if one.side == "left" else (two, one)
        assert left.stance_s is not None
        assert right.stance_s is not None
        out.append(math.log(left.stance_s / right.stance_s))
        n += 2
    return out


def _usual_rates(d: Digest) -> list[Fact]:
    """Return each direction's stride at its most frequent speed; speeds are never averaged."""
    out: list[Fact] = []
    known, w = paces(d), d.words
    for direction, kind in WAYS:
        if not (own := [p for p in known if p.direction == direction]):
            continue
        most = max(own, key=lambda p: p.strides)
        way = w.say(f"report.{direction}")
        if most.km_h is not None:
            way = w.say("report.way_at", way=way, speed=w.speed(most.km_h / 3.6))
        if most.length_m is not None:
            length = f"{w.number(most.length_m, 2)} m"
            out.append(Fact(length, w.say("report.stride_way", way=way), kind))
        out.append(Fact(f"{most.steps_a_minute:.0f}", w.say("report.steps_way", way=way), kind))
    return out or [Fact(w.say("report.unknown"), w.say("report.steps_a_minute"))]
