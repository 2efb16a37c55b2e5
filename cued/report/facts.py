"""What a report says in words, for a page and for a picture alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from msgspec import Struct

from cued import words
from cued.report.digest import Digest
from cued.report.paces import paces
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


def opening(d: Digest, before: Visit | None = None) -> str:
    """Say in one sentence what matters most, beside the time before where that is known."""
    kept = _kept(d)
    if kept is None:
        if d.ending.backward_s >= 1.0:
            back = lasting(d.ending.backward_s)
            return f"You went backward for {back}; how long the short step stayed is not known."
        if not d.strides:
            return "No stride was seen."
        return f"You took {words.counted(len(d.strides), 'stride')}, none of them backward."
    last = before.last.get("time_to_drift_s") if before else None
    then = f"; last time {lasting(last)}" if last is not None else ""
    return f"You kept the short step {lasting(kept)}{then}."


def _kept(d: Digest) -> float | None:
    """How long the short step lasted after the last turn to the front, s."""
    told = [m.value for m in d.measured.get("time_to_drift_s", []) if m.value is not None]
    return told[-1] if told else None


def lasting(seconds: float) -> str:
    """Write a length of time: 50 s, or 7:14 minutes."""
    return f"{seconds:.0f} s" if seconds < 100.0 else f"{words.clock(seconds)} minutes"


def session_facts(d: Digest) -> list[Fact]:
    """Sum a session up."""
    e = d.ending
    return [
        Fact(words.clock(d.length_s), "recorded"),
        Fact(str(e.strides), _of(e.strides, "stride")),
        Fact(words.clock(e.backward_s), "backward", "back"),
        *_usual_rates(d),
        Fact(str(e.cues), _of(e.cues, "cue")),
        Fact(
            str(e.stumbles),
            _of(e.stumbles, "stumble") + (f", {words.counted(e.falls, 'fall')}" if e.falls else ""),
            "warn",
        ),
    ]


def runner_facts(visits: Sequence[Visit]) -> list[Fact]:
    """Sum a runner's sessions up."""
    stumbles = sum(v.stumbles for v in visits)
    return [
        Fact(str(len(visits)), _of(len(visits), "session")),
        Fact(words.clock(sum(v.length_s for v in visits)), "in all"),
        Fact(words.clock(sum(v.backward_s for v in visits)), "backward", "back"),
        Fact(str(stumbles), _of(stumbles, "stumble"), "warn"),
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


def _of(n: int, one: str) -> str:
    return one if n == 1 else f"{one}s"


def _usual_rates(d: Digest) -> list[Fact]:
    """Return the stride of each direction at the speed that it had most of: no mean over two."""
    out: list[Fact] = []
    known = paces(d)
    for direction, _, kind in WAYS:
        if not (own := [p for p in known if p.direction == direction]):
            continue
        most = max(own, key=lambda p: p.strides)
        at = f"{direction} at {most.km_h:.1f} km/h" if most.km_h is not None else direction
        if most.length_m is not None:
            out.append(Fact(f"{most.length_m:.2f} m", f"stride, {at}", kind))
        out.append(Fact(f"{most.steps_a_minute:.0f}", f"steps a minute, {at}", kind))
    return out or [Fact("not known", "steps a minute")]
