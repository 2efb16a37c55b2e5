"""The pictures of a report, as SVG that takes its colours from the page around it.

matplotlib draws in stand-in colours, which are replaced by CSS variables afterwards, so that one
picture suits paper, a light and a dark screen. Text stays text. The same session gives the same
bytes.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from cued.report.digest import Digest, Span

INK, FAINT, PAPER, GREY = "#010203", "#040506", "#070809", "#191a1b"
AHEAD, BACK, WARN, LEFT, RIGHT = "#0a0b0c", "#0d0e0f", "#101112", "#131415", "#161718"
ROLES = {
    INK: "ink", FAINT: "faint", PAPER: "paper", AHEAD: "ahead", BACK: "back", WARN: "warn",
    LEFT: "left", RIGHT: "right", GREY: "grey",
}  # fmt: skip
LIGHT = {
    "ink": "#1c2733", "faint": "#d5dbe1", "paper": "#ffffff", "ahead": "#2f6fb3",
    "back": "#c2571a", "warn": "#b3261e", "left": "#2f6fb3", "right": "#b0569c",
    "grey": "#7d8894",
}  # fmt: skip
DARK = {
    "ink": "#dfe6ec", "faint": "#3a4550", "paper": "#141a20", "ahead": "#79b2ee",
    "back": "#f0955a", "warn": "#ff8a80", "left": "#79b2ee", "right": "#e39bd2",
    "grey": "#8e9aa5",
}  # fmt: skip
COLOURS = {"forward": AHEAD, "backward": BACK}
STYLE: dict[str, Any] = {
    "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9.5,
    "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": FAINT, "xtick.color": INK,
    "ytick.color": INK, "axes.facecolor": "none", "figure.facecolor": "none",
    "axes.spines.top": False, "axes.spines.right": False, "grid.color": FAINT,
    "grid.linewidth": 0.6, "axes.grid": True, "axes.axisbelow": True, "xtick.major.size": 0,
    "ytick.major.size": 0, "legend.frameon": False, "axes.titlelocation": "left",
    "axes.titlesize": 9.5,
}  # fmt: skip
PHASES = {
    "check_in": "check", "settle": "settle", "turn_back": "turn", "turn_front": "turn",
    "backward_walk": "backward", "backward_jog": "backward jog", "backward_rest": "rest",
    "backward_uphill": "backward uphill", "carry": "carry", "cool_down": "cool-down",
    "free_run": "free run", "paused": "pause", "blind": "no sensor", "fallen": "fall",
}  # fmt: skip
BAND = (10, 90)  # percentiles
LEAST_STRIDES = 8
BELT_CHANGE_M_S = 0.05
SETTLE_MIN = 0.1


def timeline(d: Digest) -> str:
    """Draw the session on a time axis: phases, belt, stride, step rate, steadiness, cues."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots(
            5, 1, sharex=True, height_ratios=[0.7, 1.3, 2.2, 1.3, 1.0], gridspec_kw={"hspace": 0.34}
        )
        _phases(axes[0], d)
        _belt(axes[1], d)
        _stride_time(axes[2], d)
        _step_rate(axes[3], d)
        _steadiness(axes[4], d)
        axes[4].set_xlabel("minutes")
        axes[4].set_xlim(0, max(d.length_s / 60.0, 0.1))

    return _svg(draw, (9.0, 7.4), f"timeline{d.began}")


def sides(d: Digest) -> str:
    """Draw left beside right: how long each foot's strides and its time on the belt are."""

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2, gridspec_kw={"wspace": 0.25})
        _compared(left, d, "duration_s", "stride time, s")
        _compared(right, d, "stance_s", "time on the belt, s")

    return _svg(draw, (9.0, 2.4), f"sides{d.began}")


def carried(d: Digest) -> str:
    """Draw how stride time at each speed differs between backward and forward."""

    def draw(figure: Figure) -> None:
        axis = figure.subplots()
        for direction, colour, marker in (("forward", AHEAD, "o"), ("backward", BACK, "s")):
            own = [i for i in d.imprints if i.direction == direction]
            axis.errorbar(
                [i.speed_m_s * 3.6 for i in own], [i.stride_s for i in own],
                yerr=[i.stride_s * i.cv for i in own], fmt=marker, color=colour, label=direction,
                capsize=3,
            )  # fmt: skip
        axis.set_xlabel("belt, km/h")
        axis.set_title("stride time, s, with its usual spread")
        axis.legend()

    return _svg(draw, (9.0, 2.8), f"carried{d.began}")


def trend(xs: Sequence[str], rows: Sequence[tuple[str, Sequence[float], str]]) -> str:
    """Draw bars or lines over sessions: (title, values, colour) each; nan where unknown."""

    def draw(figure: Figure) -> None:
        axes = np.atleast_1d(figure.subplots(len(rows), 1, sharex=True))
        for axis, (title, values, colour) in zip(axes, rows, strict=True):
            axis.bar(range(len(xs)), np.nan_to_num(np.array(values)), color=colour, width=0.6)
            axis.plot(range(len(xs)), values, "o", color=colour, ms=5)
            axis.set_ylim(bottom=0, top=1 if not np.nanmax(np.array(values)) else None)
            axis.set_title(title)
            axis.grid(axis="x", visible=False)
        every = max(1, len(xs) // 10)
        axes[-1].set_xticks(range(0, len(xs), every), list(xs)[::every])

    return _svg(draw, (9.0, 1.7 * len(rows)), "trend")


def _phases(axis: Any, d: Digest) -> None:
    for span in d.phase_spans():
        back = "backward" in span.name
        colour = BACK if back else WARN if span.name in ("blind", "fallen") else AHEAD
        turning = span.name in ("turn_back", "turn_front", "check_in", "paused")
        alpha = 0.25 if turning else 0.75
        axis.barh(0, span.end - span.start, left=span.start, color=colour, alpha=alpha, height=0.9)
        if span.end - span.start > 0.07 * d.length_s / 60.0:
            middle, name = (span.start + span.end) / 2, PHASES.get(span.name, span.name)
            axis.text(
                middle,
                0,
                name,
                ha="center",
                va="center",
                fontsize=8,
                color=INK if turning else PAPER,
            )
    axis.set_title("what was asked for")
    _bare(axis)


def _belt(axis: Any, d: Digest) -> None:
    if d.belts:
        times = [d.at(b.t) for b in d.belts]
        axis.step(times, [b.speed_m_s * 3.6 for b in d.belts], where="post", color=INK, lw=1.2)
    for span in d.direction_spans():
        if span.name in COLOURS:
            axis.axvspan(span.start, span.end, color=COLOURS[span.name], alpha=0.18, lw=0)
    axis.set_title("belt, km/h, and the way you faced (blue forward, orange backward)")
    axis.set_ylim(bottom=0)


def _stride_time(axis: Any, d: Digest) -> None:
    strides = [s for s in d.strides if s.mode in ("walking", "running")]
    for direction, colour in (("forward", AHEAD), ("backward", BACK), ("unknown", GREY)):
        own = [s for s in strides if s.direction == direction]
        axis.plot(
            [d.at(s.t) for s in own], [s.duration_s for s in own], ".", ms=3.0, color=colour
        )  # fmt: skip
    for span in _even(d):
        own = [s.duration_s for s in strides if span.start <= d.at(s.t) <= span.end and s.clean]
        if len(own) >= LEAST_STRIDES and span.name in COLOURS:
            low, high = np.percentile(own, BAND)
            axis.fill_between(
                [span.start, span.end], low, high, color=COLOURS[span.name], alpha=0.2, lw=0
            )  # fmt: skip
    if strides:
        low, high = np.percentile([s.duration_s for s in strides], (1, 99))
        axis.set_ylim(0.92 * low, 1.1 * high)
    _cue_marks(axis, d)
    axis.set_title(
        "stride time, s (grey: direction not known); the band holds 8 of 10 strides; ▼ a cue",
        pad=10,
    )


def _even(d: Digest) -> list[Span]:
    """Give stretches of one direction and one belt speed, without the first seconds of each."""
    changes = [
        d.at(b.t)
        for a, b in itertools.pairwise(d.belts)
        if abs(b.speed_m_s - a.speed_m_s) > BELT_CHANGE_M_S
    ]
    out: list[Span] = []
    for span in d.direction_spans():
        edges = [span.start, *(t for t in changes if span.start < t < span.end), span.end]
        out += [Span(a + SETTLE_MIN, b, span.name) for a, b in itertools.pairwise(edges)]
    return out


def _cue_marks(axis: Any, d: Digest) -> None:
    given = [c for c in d.cues if c.verdict == "given"]
    top = axis.get_ylim()[1]
    for colour, some in (
        (INK, [c for c in given if c.priority < 4]),
        (WARN, [c for c in given if c.priority >= 4]),
    ):
        axis.plot(
            [d.at(c.t) for c in some], [top] * len(some), "v", color=colour, ms=5, clip_on=False
        )  # fmt: skip


def _step_rate(axis: Any, d: Digest) -> None:
    rate = [m for m in d.measured.get("cadence_spm", []) if m.value is not None]
    axis.plot([d.at(m.t) for m in rate], [m.value for m in rate], color=INK, lw=1.1)
    axis.set_title("step rate, steps a minute")


def _steadiness(axis: Any, d: Digest) -> None:
    shades = {"steady": (AHEAD, 0.35), "unsteady": (WARN, 0.9), "unknown": (FAINT, 0.6)}
    for span in d.stability_spans():
        colour, alpha = shades[span.name]
        axis.barh(0, span.end - span.start, left=span.start, color=colour, alpha=alpha, height=0.8)
    marks = [(s, "stumble", 0.22) for s in d.stumbles]
    marks += [(f, f"{f.stage} fall", -0.22) for f in d.falls]
    for event, mark, y in marks:
        axis.text(d.at(event.t), y, f"◀ {mark}", color=WARN, va="center", ha="left")
    axis.set_title("steadiness: blue steady, red unsteady, grey not known")
    _bare(axis)


def _compared(axis: Any, d: Digest, field: str, title: str) -> None:
    values = {
        side: [v for s in d.strides if s.side == side and (v := getattr(s, field)) is not None]
        for side in ("left", "right")
    }
    both = values["left"] + values["right"]
    if len(both) >= LEAST_STRIDES:
        low, high = (float(p) for p in np.percentile(both, (1, 99)))
        edges: list[float] = np.linspace(low, high, 30).tolist()
        for side, colour in (("left", LEFT), ("right", RIGHT)):
            axis.hist(values[side], edges, color=colour, alpha=0.55, label=side)
        axis.legend()
    axis.set_title(title)
    axis.set_yticks([])


def _bare(axis: Any) -> None:
    axis.set_yticks([])
    axis.set_ylim(-0.5, 0.5)
    axis.grid(visible=False)
    axis.spines["left"].set_visible(False)


def _svg(draw: Callable[[Figure], None], size: tuple[float, float], salt: str) -> str:
    options: Any = {**STYLE, "svg.hashsalt": salt}
    with mpl.rc_context(options):
        figure = Figure(figsize=size)
        draw(figure)
        out = io.StringIO()
        figure.savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    prefix = re.sub(r"\W", "", salt)
    text = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{prefix}-", text)
    text = re.sub(r'<svg [^>]*?(viewBox="[^"]*")[^>]*>', r'<svg \1 role="img">', text, count=1)
    for colour, role in ROLES.items():
        text = text.replace(colour, f"var(--{role})")
    return text
