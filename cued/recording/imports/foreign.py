"""An export's content, and the alignment of its times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from msgspec import Struct

from cued.model import Belt, Bools, Floats
from cued.recording.imports.files import Files
from cued.recording.imports.sheet import Sheet
from cued.recording.tables.truth import TruthRow

MOST_SPREAD_S = 1.0  # between timestamps that rows share: of packets, or in whole seconds
REPEATED = 0.01  # share of rows that may repeat the previous time; phones write some twice
GAP_STEPS = 3.0  # a gap of this many usual steps is not filled in


class SensorData(Struct, frozen=True, eq=False, kw_only=True):
    """One sensor's measurements, in the units of a recording: s, m/s² with gravity, rad/s."""

    name: str
    path: Path
    t: Floats
    acc: Floats
    gyr: Floats | None = None


class Export(Struct, frozen=True, eq=False, kw_only=True):
    """The content of an export. began : seconds since 1970 at t = 0, None if unknown."""

    signals: tuple[SensorData, ...] = ()
    belt: tuple[Belt, ...] = ()
    truth: tuple[TruthRow, ...] = ()
    began: float | None = None
    notes: tuple[str, ...] = ()


class ImportOptions(Struct, frozen=True, kw_only=True):
    """Information about the files that the person who imports them adds.

    units : by quantity (time, acc, gyr), where the headings have none.
    columns : heading by t, ax, ay, az, gx, gy, gz, speed or incline, where headings are not
    understood.
    skip : lines above the headings.  signs : "ios" or "android", for Sensor Logger.
    """

    units: Mapping[str, str] = {}
    columns: Mapping[str, str] = {}
    skip: int = 0
    signs: str = ""


class Format(Struct, frozen=True):
    """A kind of export: its name, how to recognise it, and how to read it."""

    name: str
    knows: Callable[[Files], bool]
    read: Callable[[Files, ImportOptions], Export]
    fallback: bool = False


def in_order(sheet: Sheet, t: Floats) -> tuple[Sheet, Floats, list[str]]:
    """Leave out rows that repeat the previous time; refuse a time that runs backward.

    Where many do, as with timestamps of whole packets or of a coarse clock, rows are spread evenly.
    Rows without a time are left out only at the end, where columns of unequal length are padded.
    """
    timed = np.flatnonzero(np.isfinite(t))
    if timed.size < 2:
        raise sheet.refuse(0, "fewer than two rows have a time")
    end = int(timed[-1]) + 1
    t = t[:end]
    holes = ~np.isfinite(t)
    if holes.any():
        raise sheet.refuse(int(np.argmax(holes)), "the time is not a finite number")
    steps = np.diff(t)
    if steps.min() < 0:
        row = int(np.argmax(steps < 0)) + 1
        raise sheet.refuse(row, f"time runs backward: {t[row]:.6f} s after {t[row - 1]:.6f} s")
    keep = np.concatenate(([True], steps > 0))
    lost = int(np.count_nonzero(~keep))
    if lost > REPEATED * t.size:
        if (spread := _spread(t, keep)) is None:
            row = int(np.argmin(keep))
            raise sheet.refuse(row, f"time does not advance here and in {lost - 1} more rows")
        within = 1e3 * float(steps.max())
        note = f"{lost} rows share their time with others and were spread over {within:.0f} ms"
        lines = tuple(sheet.lines[:end])
        whole = Sheet(sheet.path, sheet.names, sheet.values[:end], lines)
        return whole, spread, [*sheet.notes, f"{sheet.path.name}: {note}"]
    note = f"{sheet.path.name}: {lost} rows that repeat the previous time were left out"
    lines = tuple(np.array(sheet.lines)[:end][keep].tolist())
    kept = Sheet(sheet.path, sheet.names, sheet.values[:end][keep], lines)
    return kept, t[keep], [*sheet.notes, *([note] if lost else [])]


def _spread(t: Floats, first: Bools) -> Floats | None:
    """Spread rows that share a time up to the next time; None where that is too far away.

    first : (n,) whether a row is the first with its time.
    """
    at = np.flatnonzero(first)
    if at.size < 2 or float(np.diff(t).max()) > MOST_SPREAD_S:
        return None
    step = float((t[at[-1]] - t[0]) / at[-1])
    begun, ends = np.append(at, t.size), np.append(t[at], t[at[-1]] + (t.size - at[-1]) * step)
    return np.interp(np.arange(t.size), begun, ends)


def onto(t: Floats, own_t: Floats, values: Floats) -> Floats:
    """Interpolate columns linearly at other times; nan in a gap and outside their own times.

    A phone's sensors differ in time by less than a sample, over which a straight line is as good as
    the samples.
    """
    if own_t.size == t.size and np.array_equal(own_t, t):
        return values
    step = float(np.median(np.diff(own_t)))
    out: Floats = np.empty((t.size, values.shape[1]))
    for n in range(values.shape[1]):
        out[:, n] = np.interp(t, own_t, values[:, n])
    after = np.clip(np.searchsorted(own_t, t), 1, own_t.size - 1)
    gap = own_t[after] - own_t[after - 1] > GAP_STEPS * step
    outside = (t < own_t[0] - step) | (t > own_t[-1] + step)
    out[gap | outside] = np.nan
    return out
