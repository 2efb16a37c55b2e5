"""Draw the pictures of a session onto a figure in a palette; ``drawing.py`` makes the file.

Directions differ in colour, in the shape of dots and in hatching; levels of steadiness in colour
and height; left and right in colour and in outline.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib import transforms

from cued.model import Cue
from cued.report.digest import Digest
from cued.report.palette import Palette

MARKERS = {"forward": "o", "backward": "D", "unknown": "x"}
HEIGHTS = {"steady": 0.35, "unsteady": 0.9, "unknown": 0.12}  # share of the row, higher for worse
HATCH = "////"
GAP = 0.36  # between pictures, as a share of their height
LEAST_STRIDES = 8  # chosen: a histogram of fewer shows only chance
LEAST_SPREAD_S = 0.05  # else a very even runner's bars would fill the picture
LETTER_MIN = 0.0085  # width of a letter in a bar's name, as a share of the picture's


def timeline(figure: Any, d: Digest, p: Palette, letters: float = 1.0) -> None:
    """Draw the session on a time axis: phases, belt, stride, step rate, steadiness, cues.

    letters : their size relative to the picture, 1 on a page.
    """
    axes = figure.subplots(
        5, 1, sharex=True, height_ratios=[0.7, 1.3, 2.2, 1.3, 1.0], gridspec_kw={"hspace": GAP}
    )
    axes[4].set_xlim(0, max(d.length_s / 60.0, 0.1))
    _phases(axes[0], d, p, letters)
    _belt(axes[1], d, p, letters)
    _stride_time(axes[2], d, p)
    _step_rate(axes[3], d, p)
    _steadiness(axes[4], d, p)
    axes[4].set_xlabel(d.words.say("report.axis_minutes"))


def sides(figure: Any, d: Digest, p: Palette) -> None:
    """Draw each foot's stride times and stance times, left against right."""
    left, right = figure.subplots(1, 2, gridspec_kw={"wspace": 0.25})
    _compared(left, d, "duration_s", d.words.say("report.stride_time"), p)
    _compared(right, d, "stance_s", d.words.say("report.stance_time"), p)


def carried(figure: Any, d: Digest, p: Palette) -> None:
    """Draw stride time against speed, backward and forward."""
    axis = figure.subplots()
    for direction in ("forward", "backward"):
        own = [i for i in d.imprints if i.direction == direction]
        axis.errorbar(
            [i.speed_m_s * d.words.speed_factor for i in own], [i.stride_s for i in own],
            yerr=[i.stride_s * i.cv for i in own], fmt=MARKERS[direction],
            color=p.direction(direction), label=d.words.value(direction), capsize=3,
        )  # fmt: skip
    axis.set_xlabel(d.words.say("report.belt", unit=d.words.speed_unit))
    axis.set_title(d.words.say("report.stride_spread"))
    axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def _phases(axis: Any, d: Digest, p: Palette, letters: float) -> None:
    minutes = max(d.length_s / 60.0, 0.1)
    for span in d.phase_spans():
        colour = p.back if "backward" in span.name else p.ahead
        colour = p.warn if span.name in ("blind", "fallen") else colour
        turning = span.name in ("turn_back", "turn_front", "check_in", "paused")
        axis.barh(
            0, span.end - span.start, left=span.start, color=colour, height=0.9,
            alpha=0.25 if turning else 0.75, edgecolor=p.paper, lw=0.8,
        )  # fmt: skip
        if "backward" in span.name:
            _hatched(axis.barh(0, span.end - span.start, 0.9, span.start)[0], p.paper, 0.35)
        short = f"short.{span.name}"
        name = d.words.say(short) if d.words.knows(short) else d.words.phase(span.name)
        if span.end - span.start > LETTER_MIN * letters * (len(name) + 1) * minutes:
            middle = (span.start + span.end) / 2
            ink = p.ink if turning else p.paper
            size = "small" if letters > 1.0 else 8
            axis.text(middle, 0, name, ha="center", va="center", fontsize=size, color=ink)
    axis.set_title(d.words.say("report.asked_for"))
    _bare(axis)


def _hatched(patch: Any, colour: str, alpha: float) -> None:
    """Reduce an area to its hatching, to lie on the coloured area."""
    patch.set(facecolor="none", edgecolor=colour, hatch=HATCH, linewidth=0, alpha=alpha)


def _belt(axis: Any, d: Digest, p: Palette, letters: float) -> None:
    factor = d.words.speed_factor
    if d.belts:
        times = [d.at(b.t) for b in d.belts] + [d.length_s / 60.0]
        speeds = [math.nan if b.speed_m_s is None else b.speed_m_s * factor for b in d.belts]
        axis.step(times, [*speeds, speeds[-1]], where="post", color=p.ink, lw=1.2)
    for span in d.direction_spans():
        if span.name in ("forward", "backward"):
            axis.axvspan(span.start, span.end, color=p.direction(span.name), alpha=0.18, lw=0)
        if span.name == "backward":
            _hatched(axis.axvspan(span.start, span.end), p.back, 0.5)
    title = "report.belt_hatched" if letters > 1.0 else "report.belt_hatched_plain"
    axis.set_title(d.words.say(title, unit=d.words.speed_unit))
    axis.set_ylim(bottom=0)


def _stride_time(axis: Any, d: Digest, p: Palette) -> None:
    strides = [s for s in d.strides if s.mode in ("walking", "running")]
    for direction, marker in MARKERS.items():
        own = [s for s in strides if s.direction == direction]
        axis.plot(
            [d.at(s.t) for s in own], [s.duration_s for s in own], marker, ms=2.2, mew=0.6,
            color=p.direction(direction), ls="",
        )  # fmt: skip
    if strides:
        low, high = np.percentile([s.duration_s for s in strides], (1, 99))
        axis.set_ylim(0.92 * low, 1.1 * high)
    _own_band(axis, d, p)
    _judged(axis, d, p)
    _cue_marks(axis, d, p)
    axis.set_title(d.words.say("report.stride_band"), pad=10)


def _own_band(axis: Any, d: Digest, p: Palette) -> None:
    """Shade the runner's own range according to the coach, with an edge that shows in grey too."""
    if not d.own:
        return
    t = [*(d.at(o.t) for o in d.own), d.at(d.end_t)]  # each is valid until the next
    ends = np.array([(o.low_s, o.high_s) for o in (*d.own, d.own[-1])])
    low, high = ends[:, 0], ends[:, 1]
    axis.fill_between(t, low, high, step="post", color=p.grey, alpha=0.22, lw=0)
    for end in (low, high):
        axis.step(t, end, where="post", color=p.grey, lw=0.8)


def _judged(axis: Any, d: Digest, p: Palette) -> None:
    """Mark, at each cue about the stride, the runner's own stride time and the limit."""
    for cue in d.cues:
        if (limit := judged_by(cue)) is not None:
            x = d.at(cue.t)
            axis.plot([x, x], limit, color=p.ink, lw=1.0, marker="_", ms=6)


def judged_by(cue: Cue) -> tuple[float, float] | None:
    """Return a cue's own stride time and limit, s; None if it has none."""
    own, over = cue.because.get("own_stride_s"), cue.because.get("threshold_percent")
    if not isinstance(own, float) or not isinstance(over, float | int):
        return None
    return own, own * (1.0 + over / 100.0)


def _cue_marks(axis: Any, d: Digest, p: Palette) -> None:
    """Mark given cues above the axis; those about limits and safety are red and hollow."""
    given = [c for c in d.cues if c.verdict == "given"]
    above = transforms.blended_transform_factory(axis.transData, axis.transAxes)
    for colour, face, some in (
        (p.ink, p.ink, [c for c in given if c.priority < 4]),
        (p.warn, "none", [c for c in given if c.priority >= 4]),
    ):
        axis.plot(
            [d.at(c.t) for c in some], [1.03] * len(some), "v", color=colour, mfc=face, ms=5,
            clip_on=False, transform=above,
        )  # fmt: skip


def _step_rate(axis: Any, d: Digest, p: Palette) -> None:
    rate = d.measured.get("cadence_spm", [])
    known = [math.nan if m.value is None else m.value for m in rate]  # nan leaves a gap
    axis.plot([d.at(m.t) for m in rate], known, color=p.ink, lw=1.1)
    axis.set_title(d.words.say("report.step_rate"))


def _steadiness(axis: Any, d: Digest, p: Palette) -> None:
    shades = {"steady": (p.ahead, 0.45), "unsteady": (p.warn, 0.9), "unknown": (p.grey, 0.5)}
    for span in d.stability_spans():
        colour, alpha = shades[span.name]
        height = HEIGHTS[span.name]
        axis.bar(
            span.start, height, span.end - span.start, color=colour, alpha=alpha, align="edge",
            bottom=-0.5, lw=0,
        )  # fmt: skip
    _mishaps(axis, d, p)
    axis.set_title(d.words.say("report.steadiness"))
    _bare(axis)


def _mishaps(axis: Any, d: Digest, p: Palette) -> None:
    """Label stumbles and falls, on the side of the mark that has room."""
    marks = [(d.at(s.t), d.words.say("report.stumble"), 0.32) for s in d.stumbles]
    marks += [(d.at(f.t), d.words.say(f"report.fall_{f.stage}"), -0.02) for f in d.falls]
    for at, name, y in marks:
        right = at > 0.7 * d.length_s / 60.0
        text = f"{name} ▶" if right else f"◀ {name}"
        axis.text(at, y, text, color=p.ink, va="center", ha="right" if right else "left")


def _compared(axis: Any, d: Digest, field: str, title: str, p: Palette) -> None:
    values = {
        side: [v for s in d.strides if s.side == side and (v := getattr(s, field)) is not None]
        for side in ("left", "right")
    }
    both = values["left"] + values["right"]
    if len(both) >= LEAST_STRIDES:
        low, high = (float(q) for q in np.percentile(both, (1, 99)))
        edges: list[float] = np.linspace(low, max(high, low + LEAST_SPREAD_S), 30).tolist()
        axis.hist(
            values["left"], edges, color=p.left, alpha=0.5, label=d.words.say("report.left_filled")
        )
        axis.hist(
            values["right"],
            edges,
            histtype="step",
            color=p.right,
            lw=1.6,
            label=d.words.say("report.right_outline"),
        )
        axis.legend(fontsize="small")
        axis.set_ylim(top=1.35 * axis.get_ylim()[1])
    axis.set_title(title)
    axis.set_yticks([])


def _bare(axis: Any) -> None:
    axis.set_yticks([])
    axis.set_ylim(-0.5, 0.5)
    axis.grid(visible=False)
    axis.spines["left"].set_visible(False)


def own_band_known(d: Digest) -> bool:
    """Return whether the coach ever knew the runner's own range."""
    return any(math.isfinite(o.low_s) for o in d.own)
