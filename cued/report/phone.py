"""A report as one portrait picture for a phone: the same pictures, larger letters, fewer words."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from cued.report import pictures, weeks
from cued.report.digest import Digest
from cued.report.drawing import png
from cued.report.facts import Fact, carry_facts, runner_facts, session_facts, sides_text
from cued.report.palette import Palette
from cued.report.visit import Visit
from cued.words import Words

LETTERS = 2.0  # beside the width of the picture, against a page's
COLUMNS = 50  # letters in a line
# Heights at 6 in of width: a phone shows one picture at a time.
TIMELINE_IN, CARRIED_IN, SIDES_IN, HEAD_IN = 9.0, 3.7, 3.8, 2.3


def session_png(digests: Sequence[Digest]) -> bytes:
    """Draw the longest part of a session."""
    d = max(digests, key=lambda one: one.length_s)
    heights = [HEAD_IN, *([TIMELINE_IN] if d.strides else [])]
    carried = bool(d.strides and d.imprints)
    sided = any(s.side in ("left", "right") for s in d.strides)
    heights += [CARRIED_IN] * carried + [SIDES_IN] * sided

    def draw(figure: Any, p: Palette) -> None:
        parts = iter(figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0])
        _head(next(parts), f"{d.runner}, {d.words.date(d.when, time=False)}", session_facts(d), p)
        if d.strides:
            pictures.timeline(part := next(parts), d, p, LETTERS)
            part.subplots_adjust(left=0.11, right=0.96, bottom=0.08, top=0.96, hspace=0.36)
        if carried:
            _titled(part := next(parts), _carried_text(d), p)
            pictures.carried(part, d, p)
            part.subplots_adjust(left=0.11, right=0.7, bottom=0.2, top=0.74)
        if sided:
            _titled(part := next(parts), sides_text(d), p)
            pictures.sides(part, d, p)
            part.subplots_adjust(left=0.05, right=0.96, bottom=0.12, top=0.66, wspace=0.16)

    return png(draw, sum(heights), d.words.point)


def runner_png(runner: str, visits: Sequence[Visit]) -> bytes:
    """Draw a runner's weeks."""
    w = Words(visits[-1].language)
    high = 1.6 * weeks.height_in(visits, w)

    def draw(figure: Any, p: Palette) -> None:
        head, below = figure.subfigures(2, 1, height_ratios=[HEAD_IN, high])
        title = f"{runner}, {w.count('report.sessions', len(visits))}"
        _head(head, title, runner_facts(visits, w), p)
        weeks.trend(below, visits, p, w)
        below.subplots_adjust(left=0.2, right=0.96, bottom=0.08, top=0.97, hspace=0.42)

    return png(draw, HEAD_IN + high, w.point)


def _head(figure: Any, title: str, facts: Sequence[Fact], p: Palette) -> None:
    """Write title and facts, three in a row."""
    figure.text(0.03, 0.93, title, fontsize="x-large", fontweight="bold", va="top")
    rows = (len(facts) + 2) // 3
    for n, fact in enumerate(facts):
        x, y = 0.03 + 0.33 * (n % 3), 0.66 - 0.66 * (n // 3) / rows
        figure.text(x, y, fact.value, fontsize="x-large", fontweight="bold", va="top")
        figure.text(x, y - 0.16, fact.text, va="top", color=p.ink, fontsize="small")


def _carried_text(d: Digest) -> str:
    told = [f"{fact.value} {fact.text.split(':')[0]}" for fact in carry_facts(d)]
    title = d.words.say("report.left_behind")
    return f"{title}: {', '.join(told)}" if told else title


def _titled(figure: Any, text: str, p: Palette) -> None:
    figure.suptitle(
        "\n".join(textwrap.wrap(text, COLUMNS)), x=0.03, ha="left", color=p.ink, fontsize="medium"
    )
