"""Draw one moment: each sensor's signals, the findings from them, and the events."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from cued.evaluation.moment import Moment, Seen
from cued.gait.finding import Contact, Heading, LiftOff
from cued.report.drawing import styled
from cued.report.palette import LIGHT, Palette, style

LETTERS_PT = 9.0  # chosen: readable in print, with eight panels on a page
WIDTH_IN, PANEL_IN, DPI = 11.0, 1.7, 120  # a landscape page
MOST = 4.0  # times the threshold; higher scores are cut off


def picture(moment: Moment, kind: str) -> bytes:
    """Draw as ``png`` or ``svg``."""
    scored = [s for s in moment.sensors.values() if s.scores]
    turning = [s for s in moment.sensors.values() if s.turn is not None]
    count = len(moment.sensors) + len(turning) + len(scored) + 1
    options: Any = {**style(LIGHT, LETTERS_PT), "figure.facecolor": LIGHT.paper}
    with styled({**options, "svg.hashsalt": "moment"}):
        figure = Figure(figsize=(WIDTH_IN, PANEL_IN * count), layout="constrained")
        drawn: Any = figure.subplots(count, 1, sharex=True, squeeze=False)
        axes = iter(drawn[:, 0])
        for name, seen in moment.sensors.items():
            _sensor(axes, name, seen, LIGHT)
        _events(next(axes), moment, LIGHT)
        for axis in figure.axes:
            axis.axvline(moment.at, color=LIGHT.warn, linewidth=1.0, linestyle=":")
            axis.set_xlim(moment.start, moment.end)
        out = io.BytesIO()
        metadata = {"Date": None} if kind == "svg" else {"Software": None}
        figure.savefig(out, format=kind, dpi=DPI, metadata=metadata)
    return out.getvalue()


def _sensor(axes: Any, name: str, seen: Seen, p: Palette) -> None:
    axis = next(axes)
    axis.plot(seen.t, seen.acc, color=p.ink, linewidth=0.9)
    axis.set_title(f"{name} ({seen.placement}): acceleration, m/s²")
    _contacts(axis, seen, p)
    if seen.turn is not None:
        axis = next(axes)
        axis.plot(seen.t, np.degrees(seen.turn), color=p.ink, linewidth=0.9)
        axis.set_title(f"{name}: turn rate, °/s; evidence of direction, + forward")
        _headings(axis, seen, p)
    if seen.scores:
        axis = next(axes)
        lines = zip(seen.scores.items(), ("-", "--", ":", "-."), strict=False)
        for (label, (t, score)), dashes in lines:
            axis.plot(t, np.minimum(score, MOST), dashes, label=label, linewidth=1.0)
        axis.axhline(1.0, color=p.warn, linewidth=0.8)
        axis.set_title(f"{name}: scores of stumble and fall (1 = threshold)")
        axis.legend(loc="upper right", ncols=4)


def _contacts(axis: Any, seen: Seen, p: Palette) -> None:
    for found in seen.findings:
        if isinstance(found, Contact | LiftOff):
            touch = isinstance(found, Contact)
            colour = {"left": p.left, "right": p.right}.get(found.side, p.grey)
            axis.axvline(found.t, color=colour, linewidth=1.2, linestyle="-" if touch else "--")
            mark = ("contact" if touch else "lift") + f" {found.side}"
            axis.annotate(
                mark, (found.t, 1.0), xycoords=("data", "axes fraction"), rotation=90, va="top"
            )


def _headings(axis: Any, seen: Seen, p: Palette) -> None:
    for found in seen.findings:
        if isinstance(found, Heading):
            colour = p.ahead if found.log_odds > 0 else p.back
            axis.axvline(found.at, color=colour, linewidth=1.0)
            where = (found.at, 1.0)
            text = f"{found.log_odds:+.1f}"
            axis.annotate(text, where, xycoords=("data", "axes fraction"), va="top", color=colour)


def _events(axis: Any, moment: Moment, p: Palette) -> None:
    kinds = sorted({type(event).__name__.lower() for event in moment.events})
    for event in moment.events:
        row = kinds.index(type(event).__name__.lower())
        axis.plot([event.t, max(event.t, event.known_t)], [row, row], color=p.ink, linewidth=2.0)
        axis.plot(event.t, row, "o", color=p.ink, markersize=4)
    axis.set_yticks(range(len(kinds)), kinds)
    axis.set_title("events: from when each happened (dot) to when it was known")
    axis.set_xlabel("time, s")
