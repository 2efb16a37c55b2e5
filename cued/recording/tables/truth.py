"""``truth.csv``: what really happened in a recording, according to reference instruments.

Rows are ``t_s,kind,side,value``, in any order. A kind similar to a known one is treated as a typing
error and refused; any other unknown kind is kept, but the evaluation ignores it.

kinds : contact, lift (a foot touches, leaves) · direction, gait (from this time on) · speed (m/s) ·
stride_length (m, at the stride's end) · mid_stance · turn_start, turn_end, bout_start, bout_end,
stop · label (whole file) · stumble_peak, fall_peak · incident (of a simulation, not scored).
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from msgspec import Struct

from cued.model import Side
from cued.recording.tables.columns import meant, read_text, refuse

KINDS = frozenset(
    {"contact", "lift", "direction", "gait", "speed", "stride_length", "mid_stance", "turn_start"}
    | {"turn_end", "bout_start", "bout_end", "stop", "label", "stumble_peak", "fall_peak"}
    | {"incident"}
)
NUMBERS = frozenset({"speed", "stride_length"})
WORDS = {
    "direction": ("forward", "backward", "unknown"),
    "gait": ("walk", "run", "stand"),
    "label": ("walk", "jog", "stumble", "bend", "jump", "fall"),
}
HEADER = ["t_s", "kind", "side", "value"]


class TruthRow(Struct, frozen=True):
    """One thing that happened, with its ``value`` as written."""

    t: float
    kind: str
    side: Side = "unknown"
    value: str = ""

    @property
    def number(self) -> float:
        """The value as a number, or nan."""
        try:
            return float(self.value)
        except ValueError:
            return math.nan


def read_truth(path: Path) -> tuple[TruthRow, ...]:
    """Read the rows, sorted by time."""
    lines = read_text(path).split("\n")
    header = [cell.strip() for cell in lines[0].split(",")]
    if header != HEADER:
        raise refuse(path, 1, f"the header has to be {','.join(HEADER)}")
    rows: dict[TruthRow, int] = {}
    try:
        for number, cells in enumerate(csv.reader(lines[1:], strict=True), start=2):
            if not cells:
                continue
            row = _row(path, number, [cell.strip() for cell in cells])
            if row in rows:
                raise refuse(path, number, f"this repeats line {rows[row]}")
            rows[row] = number
    except csv.Error as error:
        raise refuse(path, len(rows) + 2, str(error)) from None
    return tuple(sorted(rows, key=lambda row: row.t))


def check_span(path: Path, rows: Sequence[TruthRow], start: float, end: float) -> None:
    """Refuse a truth that is mostly outside the recording, due to another clock or unit."""
    placed = [row for row in rows if row.kind != "label"]
    outside = [row for row in placed if not start <= row.t <= end]
    if 2 * len(outside) > len(placed):
        reason = f"{len(outside)} of {len(placed)} times are outside {start:g} to {end:g} s"
        raise refuse(path, 1, f"{reason}, the time of the sensors; another clock, or not seconds?")


def _row(path: Path, line: int, cells: list[str]) -> TruthRow:
    if len(cells) != len(HEADER):
        raise refuse(path, line, f"{len(cells)} cells where the header has {len(HEADER)}")
    t, kind, side, value = cells
    if not math.isfinite(_number(t)):
        raise refuse(path, line, f"t_s is {t[:40]!r}, which is not a time")
    likely = "" if kind in KINDS else meant(kind, KINDS, close=0.75)
    if likely or not kind:
        hint = f"; did you mean {likely!r}?" if likely else ""
        raise refuse(path, line, f"kind {kind[:40]!r} is not known{hint}")
    if side not in {"left", "right", "unknown", ""}:
        raise refuse(path, line, f"side is {side[:40]!r}; it is left, right or empty")
    if kind in NUMBERS and not math.isfinite(_number(value)):
        raise refuse(path, line, f"{kind} is {value[:40]!r}, which is not a number")
    if kind in WORDS and value not in WORDS[kind]:
        raise refuse(path, line, f"{kind} is {value[:40]!r}; it is {' or '.join(WORDS[kind])}")
    return TruthRow(float(t), kind, cast("Side", side or "unknown"), value)


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan
