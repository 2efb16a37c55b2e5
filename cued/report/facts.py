"""What a report says in words, for a page and for a picture alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from msgspec import Struct

from cued.report.digest import Digest
from cued.report.pictures import own_band_known
from cued.report.visit import Visit

MEASURED = {
    "carried_percent": ("carried over", "%", "of the backward change was still in your forward "
                        "stride after turning round"),
    "time_to_drift_s": ("until the old stride came back", "s", "after turning round"),
    "recovery_s": ("to find it again", "s", "after the old stride had come back"),
    "retention_percent": ("kept since last time", "%", "of easy strides were as short as those "
                          "you left with"),
}  # fmt: skip
WAYS = (
    ("backward", ", backward", "back"),
    ("forward", ", forward", ""),
    ("unknown", "", ""),
)  # direction, in words, colour
LEAST_PAIRS = 10
MEDIAN_COSTS = 1.25  # the uncertainty of a median, by that of a mean of normal values
ROUNDED_PERCENT = 0.25  # nothing finer is claimed at 100 Hz


class Fact(Struct, frozen=True):
    """A large number and what it is; ``kind`` colours the line above it."""

    value: str
    text: str
    kind: str = ""


def session_facts(d: Digest) -> list[Fact]:
    """Sum a session up."""
    e = d.ending
    return [
        Fact(minutes(d.length_s), "recorded"),
        Fact(str(e.strides), "strides"),
        Fact(minutes(e.backward_s), "backward", "back"),
        *_usual_rates(d),
        Fact(str(e.cues), "cues"),
        Fact(str(e.stumbles), "stumbles" if not e.falls else f"stumbles, {e.falls} falls", "warn"),
    ]


def runner_facts(visits: Sequence[Visit]) -> list[Fact]:
    """Sum a runner's sessions up."""
    return [
        Fact(str(len(visits)), "sessions"),
        Fact(minutes(sum(v.length_s for v in visits)), "in all"),
        Fact(minutes(sum(v.backward_s for v in visits)), "backward", "back"),
        Fact(str(sum(v.stumbles for v in visits)), "stumbles", "warn"),
    ]


def carry_facts(d: Digest) -> list[Fact]:
    """Return what of the backward step was still there forward, the last figure of each kind."""
    return [
        Fact(f"{m.value:.0f} {unit}", f"{title}: {words}", "back")
        for name, (title, unit, words) in MEASURED.items()
        for m in d.measured.get(name, [])[-1:]
        if m.value is not None
    ]


def band_text(d: Digest) -> str:
    """Return what the band in the picture is, or why there is none."""
    if own_band_known(d):
        return (
            "The grey band is your own: what the coach took at that moment for your usual stride "
            "at that speed, and how far from it you could go before it spoke. Where there is none, "
            "it was still learning, which takes 25 strides at a speed, or did not know the belt's "
            "speed or the way you faced. A bar under a cue is what that cue was judged by."
        )
    return (
        "There is no band of your own: the coach needs 25 even strides at one speed of the belt, "
        "and the way you face."
    )


def sides_text(d: Digest) -> str:
    """Compare how long each foot stayed on the belt, with one standard uncertainty."""
    ratios = stance_ratios(d)
    if len(ratios) < LEAST_PAIRS:
        return "There are too few steps of both feet to compare them."
    gap = 100.0 * median(ratios)
    spread = 148.26 * median(abs(r - gap / 100.0) for r in ratios)
    sure = max(MEDIAN_COSTS * spread / math.sqrt(len(ratios)), ROUNDED_PERCENT)
    told = f"{abs(gap):.1f} ± {sure:.1f} %"
    if abs(gap) < 2.0 * sure:
        return f"Both feet stayed on the belt equally long, as far as can be told: {told} apart."
    longer = "left" if gap > 0 else "right"
    return (
        f"Your {longer} foot stayed on the belt {told} longer than the other. "
        "A few percent are usual; what matters is a change."
    )


def stance_ratios(d: Digest) -> list[float]:
    """Give the logarithm of left by right time on the belt, of each two steps in a row, once each.

    Neighbours only: what a foot did at another speed says nothing about the other foot.
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


def minutes(seconds: float) -> str:
    """Write minutes and seconds."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def _usual_rates(d: Digest) -> list[Fact]:
    """Return the step rate of each direction: the two are never one figure."""
    known = [m for m in d.measured.get("cadence_spm", []) if m.value is not None]
    out: list[Fact] = []
    for direction, words, kind in WAYS:
        rates = [m.value for m in known if m.direction == direction and m.value is not None]
        if rates:
            out.append(Fact(f"{median(rates):.0f}", f"steps a minute{words}", kind))
    return out or [Fact("not known", "steps a minute")]
