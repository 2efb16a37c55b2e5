"""Draw pictures as SVG that takes its colours from the page, or as PNG of a given width.

For SVG, matplotlib draws in stand-in colours, which are then replaced by CSS variables, so that one
picture suits paper and light and dark screens. Text stays text. The same session gives the same
bytes.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Generator
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from cued.interrupts import handled
from cued.report.palette import LIGHT, STAND_IN, Palette, roles, style

Draw = Callable[[Any, Palette], None]  # onto a Figure or SubFigure, in a palette
SVG_LETTERS_PT = 9.5  # the size of the page's own letters
# 13 pt at 180 dots an inch is 32 of 1080 dots, or 11 px on a phone that is 360 px wide.
PNG_WIDTH_IN, PNG_DPI, PNG_LETTERS_PT = 6.0, 180, 13.0


class Pointed(ScalarFormatter):
    """Formats an axis's numbers with a language's decimal mark."""

    def __init__(self, point: str) -> None:
        super().__init__()
        self._point = point

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Write a number."""
        return super().__call__(x, pos).replace(".", self._point)


def pointed(figure: Figure, point: str) -> None:
    """Give the numbers at all axes the language's decimal mark."""
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if isinstance(axis.get_major_formatter(), ScalarFormatter):
                axis.set_major_formatter(Pointed(point))


@contextlib.contextmanager
def styled(options: Any) -> Generator[None]:
    """Draw with these settings.

    Ctrl-C waits until then, because matplotlib may turn it into another error.
    """
    came: list[int] = []
    with handled(lambda number, _: came.append(number)), mpl.rc_context(options):
        yield
    if came:
        raise KeyboardInterrupt


def svg(draw: Draw, size: tuple[float, float], salt: str, point: str = ".") -> str:
    """Draw as SVG of a size in inches; ``salt`` makes ids unique among a page's pictures."""
    options: Any = {**style(STAND_IN, SVG_LETTERS_PT), "svg.hashsalt": salt}
    with styled(options):
        figure = Figure(figsize=size)
        draw(figure, STAND_IN)
        pointed(figure, point)
        out = io.StringIO()
        figure.savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    prefix = re.sub(r"\W", "", salt)
    text = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{prefix}-", text)
    text = re.sub(r'<svg [^>]*?(viewBox="[^"]*")[^>]*>', r'<svg \1 role="img">', text, count=1)
    for role, colour in roles(STAND_IN).items():
        text = text.replace(colour, f"var(--{role})")
    return text


def png(draw: Draw, height_in: float, point: str = ".") -> bytes:
    """Draw as a portrait PNG, 1080 dots wide."""
    options: Any = {**style(LIGHT, PNG_LETTERS_PT), "figure.facecolor": LIGHT.paper}
    with styled(options):
        figure = Figure(figsize=(PNG_WIDTH_IN, height_in), dpi=PNG_DPI)
        draw(figure, LIGHT)
        pointed(figure, point)
        out = io.BytesIO()
        figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()
