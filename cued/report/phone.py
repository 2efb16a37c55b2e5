"""Draw the report as one portrait picture for a phone, with larger letters and fewer words."""

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

LETTERS = 2.0  # size relative to the picture's width, as a multiple of a page's
COLUMNS = 50  # letters in a line
# Heights at a width of 6 in: a phone shows one picture at a time.
TIMELINE_IN, CARRIED_IN, SIDES_IN = 9.0, 3.7, 3.8
TITLE_IN, VALUE_IN, LINE_IN = 0.6, 0.35, 0.21  # heights in the head: title, large number, line
LONGEST = 52  # letters in a line above a picture
FACT_COLUMNS = 22  # letters in a third of the width


def session_png(digests: Sequence[Digest]) -> bytes:
    """Draw the longest part of a session."""
    d = max(digests, key=lambda one: one.length_s)
    facts = session_facts(d)
    heights = [_head_in(facts), *([TIMELINE_IN] if d.strides else [])]
    carried = bool(d.strides and d.imprints)
    sided = any(s.side in ("left", "right") for s in d.strides)
    heights += [CARRIED_IN] * carried + [SIDES_IN] * sided

    def draw(figure: Any, p: Palette) -> None:
        parts = iter(figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0])
        _head(next(parts), f"{d.runner}, {d.words.date(d.when, time=False)}", facts, p)
        if d.strides:
            pictures.timeline(part := next(parts), d, p, LETTERS)
            part.subplots_adjust(left=0.11, right=0.96, bottom=0.08, top=0.96, hspace=0.36)
            _shortened(part)
        if carried:
            lines = _titled(part := next(parts), _carried_text(d), p)
            pictures.carried(part, d, p)
            top = 1.0 - (LINE_IN * (lines + 1) + VALUE_IN) / CARRIED_IN
            part.subplots_adjust(left=0.11, right=0.7, bottom=0.2, top=top)
        if sided:
            _titled(part := next(parts), sides_text(d), p)
            pictures.sides(part, d, p)
            part.subplots_adjust(left=0.05, right=0.96, bottom=0.12, top=0.66, wspace=0.16)

    return png(draw, sum(heights), d.words.point)


def runner_png(runner: str, visits: Sequence[Visit]) -> bytes:
    """Draw a runner's weeks."""
    w = Words(visits[-1].language)
    facts = runner_facts(visits, w)
    high = 1.6 * weeks.height_in(visits, w)

    def draw(figure: Any, p: Palette) -> None:
        head, below = figure.subfigures(2, 1, height_ratios=[_head_in(facts), high])
        title = f"{runner}, {w.count('report.sessions', len(visits))}"
        _head(head, title, facts, p)
        weeks.trend(below, visits, p, w)
        below.subplots_adjust(left=0.2, right=0.96, bottom=0.08, top=0.97, hspace=0.42)

    return png(draw, _head_in(facts) + high, w.point)


def _head(figure: Any, title: str, facts: Sequence[Fact], p: Palette) -> None:
    """Write title and facts, three in a row; each row is as high as its longest text."""
    high = _head_in(facts)
    figure.text(0.03, 1.0 - 0.15 / high, title, fontsize="x-large", fontweight="bold", va="top")
    y = TITLE_IN
    for row in _rows(facts):
        for n, (value, text) in enumerate(row):
            x = 0.03 + 0.33 * n
            at = {"va": "top", "color": p.ink}
            figure.text(x, 1.0 - y / high, value, fontsize="x-large", fontweight="bold", **at)
            figure.text(x, 1.0 - (y + VALUE_IN) / high, text, fontsize="small", **at)
        y += _row_in(row)


def _rows(facts: Sequence[Fact]) -> list[list[tuple[str, str]]]:
    """Return values and their wrapped texts, three in a row."""
    cells = [(f.value, "\n".join(textwrap.wrap(f.text, FACT_COLUMNS))) for f in facts]
    return [cells[n : n + 3] for n in range(0, len(cells), 3)]


def _row_in(row: Sequence[tuple[str, str]]) -> float:
    return VALUE_IN + LINE_IN * (1.5 + max(text.count("\n") for _, text in row))


def _head_in(facts: Sequence[Fact]) -> float:
    return TITLE_IN + sum(_row_in(row) for row in _rows(facts))


def _carried_text(d: Digest) -> str:
    facts = [f"{fact.value} {fact.text.split(':')[0]}" for fact in carry_facts(d)]
    title = d.words.say("report.left_behind")
    return f"{title}: {', '.join(facts)}" if facts else title


def _shortened(figure: Any) -> None:
    """Make letters smaller where a line would not fit."""
    for text in figure.findobj(_has_text):
        if (length := len(text.get_text())) > LONGEST:
            text.set_fontsize(text.get_fontsize() * LONGEST / length)


def _has_text(drawn: Any) -> bool:
    return hasattr(drawn, "get_text")


def _titled(figure: Any, text: str, p: Palette) -> int:
    """Write a title; return its number of lines."""
    lines = textwrap.wrap(text, COLUMNS)
    figure.suptitle("\n".join(lines), x=0.03, ha="left", color=p.ink, fontsize="medium")
    return len(lines)
