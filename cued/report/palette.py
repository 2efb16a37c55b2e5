"""The colours of a report by their meaning, on light and dark, and matplotlib's settings.

Colour alone never carries a meaning: red and orange areas are also hatched, higher, of another
shape or named in words, for people who print in grey or cannot tell red from green.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct


class Palette(Struct, frozen=True, kw_only=True):
    """A colour for each role."""

    ink: str
    faint: str
    paper: str
    ahead: str
    back: str
    warn: str
    left: str
    right: str
    grey: str

    def direction(self, name: str) -> str:
        """Return the colour of a direction."""
        return {"forward": self.ahead, "backward": self.back}.get(name, self.grey)


LIGHT = Palette(
    ink="#1c2733", faint="#d5dbe1", paper="#ffffff", ahead="#2f6fb3", back="#c2571a",
    warn="#b3261e", left="#2f6fb3", right="#b0569c", grey="#7d8894",
)  # fmt: skip
DARK = Palette(
    ink="#dfe6ec", faint="#3a4550", paper="#141a20", ahead="#79b2ee", back="#f0955a",
    warn="#ff8a80", left="#79b2ee", right="#e39bd2", grey="#8e9aa5",
)  # fmt: skip
# For drawing SVG: each colour is unique, so that it can be replaced by its role.
STAND_IN = Palette(
    ink="#010203", faint="#040506", paper="#070809", ahead="#0a0b0c", back="#0d0e0f",
    warn="#101112", left="#131415", right="#161718", grey="#191a1b",
)  # fmt: skip


def roles(palette: Palette) -> dict[str, str]:
    """Return the colours by role."""
    return msgspec.structs.asdict(palette)


def style(palette: Palette, size: float) -> dict[str, Any]:
    """Return matplotlib's settings for letters of a size in points."""
    return {
        "svg.fonttype": "none", "font.family": "sans-serif", "font.size": size,
        "text.color": palette.ink, "axes.labelcolor": palette.ink, "axes.edgecolor": palette.faint,
        "xtick.color": palette.ink, "ytick.color": palette.ink, "axes.facecolor": "none",
        "figure.facecolor": "none", "axes.spines.top": False, "axes.spines.right": False,
        "grid.color": palette.faint, "grid.linewidth": 0.6, "axes.grid": True,
        "axes.axisbelow": True, "xtick.major.size": 0, "ytick.major.size": 0,
        "legend.frameon": False, "axes.titlelocation": "left", "axes.titlesize": size,
        "hatch.linewidth": 0.7, "axes.titleweight": "normal",
    }  # fmt: skip
