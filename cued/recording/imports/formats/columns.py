"""Tables of numbers, one file a sensor, with headings that name quantity, axis and unit.

Most software's exports are of this kind. Xsens DOT, MetaBase, Movesense, Polar Sensor Logger,
WitMotion, SensorLog, Physics Toolbox, MATLAB Mobile and many others need no format of their own,
because ``headings.py`` reads their headings. Each file with accelerations is a sensor named after
the file; where headings name places (``left_foot_acc_x``), each place is one. Turn rates are in the
same file or, if there is only one sensor, in a separate one. ``belt.csv`` or any other file with a
speed is the belt; ``truth.csv`` in a folder is copied unchanged. Columns ``t_s, ax ... gz`` mean
what they do in a table recording. All times are on one clock.

The mean vector of an acceleration, not its name, decides whether it contains gravity. Gravity that
was removed into separate columns is added again.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import numpy as np
from msgspec.structs import replace

from cued.model import Belt, Floats, RecordingError
from cued.recording.imports.cells import is_number
from cued.recording.imports.export_tables import TRUTH, ExportTable, Rename, tables
from cued.recording.imports.files import MARKUP, TEXT, Files, clipped
from cued.recording.imports.foreign import Export, Format, ImportOptions, SensorData, in_order, onto
from cued.recording.imports.headings import UNITS, ColumnHeading, Quantity, scale
from cued.recording.imports.sheet import LOOK_LINES, Sheet, cells_of, read_sheet, separator_of
from cued.recording.tables.columns import refuse
from cued.recording.tables.table import has_gravity
from cued.recording.tables.truth import read_truth

COUNTERS = ("fine", "micros", "millis")  # of 32 bits
# Mean vectors with gravity, by unit.
GRAVITIES = (("m/s2", 9.0, 10.6), ("g", 0.92, 1.08), ("mg", 920.0, 1080.0))
DAY_S = 86400.0  # a day
LEAST_DT_S, MOST_DT_S = 0.0005, 0.4  # between samples of any sensor on a person
EPOCH_S = 1e8  # a clock with larger values counts from 1970
WORD = {"acc": "acceleration", "linear": "acceleration", "gravity": "gravity", "gyr": "turn rate"}


def knows(files: Files) -> bool:
    """Return whether there is a text file: any may be one of these."""
    return bool(files.names(*TEXT))


def read(files: Files, asked: ImportOptions, rename: Rename | None = None) -> Export:
    """Read every file that is understood; raise and say what is missing if none is."""
    understood = tables(files, asked, rename)
    moved = [t for t in understood if any(h.what in ("acc", "linear") for h in t.meaning.values())]
    turned = [t for t in understood if t.headings_of("gyr") and t not in moved]
    sped = [t for t in understood if t.headings_of("speed")]
    if not moved:
        raise _nothing(files, understood)
    weighed = _with_gravity(files, moved, understood, asked)
    signals = [s for s, _ in weighed]
    notes = [*(note for _, some in weighed for note in some)]
    if len(signals) == 1 and len(turned) == 1 and signals[0].gyr is None:
        t, gyr, more = vectors(files, turned[0], "gyr", asked)
        notes += more
        signals = [replace(signals[0], gyr=onto(signals[0].t, t, gyr))]
    elif turned:
        names = ", ".join(t.name for t in turned)
        notes.append(f"left out, because it has no acceleration: {names}")
    belt = _belt(files, sped[0], asked) if sped else ()
    notes += [f"{t.name}: left out {', '.join(t.ignored)}" for t in moved if t.ignored]
    return _on_one_clock(files, signals, belt, [*files.notes, *dict.fromkeys(notes)])


def vectors(
    files: Files, table: ExportTable, what: Quantity, asked: ImportOptions
) -> tuple[Floats, Floats, list[str]]:
    """Read times (n,) s and three axes (n, 3) of a quantity."""
    t_head = _time_of(files, table)
    table, others = _with_one(files, table, what)
    heads = [_axis(files, table, what, axis) for axis in "xyz"]
    sheet = read_sheet(files, table.name, table.layout, [t_head, *heads])
    counted = any(word in t_head.lower() for word in COUNTERS)
    t = _unwrapped(sheet[t_head]) if counted else sheet[t_head]
    t = _past_midnight(t) if t_head in sheet.clocks else t
    sheet, t, notes = in_order(sheet, t * _time_scale(sheet, t_head, table.meaning[t_head], asked))
    scales = [_scale(sheet, head, table.meaning[head], asked) for head in heads]
    notes += [f"{table.name}: left out {', '.join(others)}"] if others else []
    return t, np.column_stack([sheet[h] * s for h, s in zip(heads, scales, strict=True)]), notes


def _with_one(files: Files, table: ExportTable, what: Quantity) -> tuple[ExportTable, list[str]]:
    """Choose one of several columns of a quantity; return the table without the others, and these.

    Accelerations with gravity are preferred, and of other quantities the first, because software
    writes derived values after measured ones.
    """
    threes = _threes(table, what)
    if len(threes) > 1 and what in ("acc", "linear"):
        threes = [three for three in threes if _weighs(files, table, three)] or threes
    if len(threes) > 1 and what in ("acc", "linear"):
        return table, []
    keep = threes[0] if threes else table.headings_of(what)
    others = [head for head in table.headings_of(what) if head not in keep]
    meaning = {h: m for h, m in table.meaning.items() if h not in others}
    return replace(table, meaning=meaning), others


def _threes(table: ExportTable, what: Quantity) -> list[list[str]]:
    """Group a quantity's headings by threes, one for each axis."""
    heads = table.headings_of(what)
    threes = [heads[n : n + 3] for n in range(0, len(heads), 3)]
    return [t for t in threes if {table.meaning[head].axis for head in t} == {"x", "y", "z"}]


def _weighs(files: Files, table: ExportTable, heads: list[str]) -> bool:
    """Return whether columns of acceleration, in any unit, contain gravity."""
    x = read_sheet(files, table.name, table.layout, heads).values
    mean = float(np.linalg.norm(np.nanmean(x, axis=0))) if np.isfinite(x).any() else 0.0
    return any(low <= mean < high for _, low, high in GRAVITIES)


def _with_gravity(
    files: Files, moved: list[ExportTable], every: list[ExportTable], asked: ImportOptions
) -> list[tuple[SensorData, list[str]]]:
    """Read the sensors, leaving out those without gravity if any has it."""
    read_ = [_sensor(files, table, every, asked) for table in moved]
    whole = [found for found in read_ if has_gravity(found[0].acc, found[0].t)]
    if whole and len(whole) < len(read_):
        without = [s.path.name for s, _ in read_ if s not in [w for w, _ in whole]]
        whole[0][1].append(f"left out, because gravity is missing: {', '.join(without)}")
    return whole or read_


def _sensor(
    files: Files, table: ExportTable, every: list[ExportTable], asked: ImportOptions
) -> tuple[SensorData, list[str]]:
    what = "acc" if table.headings_of("acc") else "linear"
    t, acc, notes = vectors(files, table, what, asked)
    if not has_gravity(acc, t):
        weight = next((x for x in [table, *every] if x.has("gravity")), None)
        if weight:
            own_t, gravity, _ = vectors(files, weight, "gravity", asked)
            acc = acc + onto(t, own_t, gravity)
            notes.append(f"{table.name}: gravity was added from {weight.name}")
    elif what == "linear":
        notes.append(f"{table.name}: called linear, but it contains gravity")
    _, gyr, more = vectors(files, table, "gyr", asked) if table.has("gyr") else (t, None, [])
    notes += [note for note in more if note not in notes]
    stem = PurePosixPath(table.name.removesuffix(".gz")).stem
    name = re.sub(r"[^A-Za-z0-9_.-]+", "_", table.place or stem)[:64] or "sensor"
    return SensorData(name=name, path=files.label(table.name), t=t, acc=acc, gyr=gyr), notes


def _belt(files: Files, table: ExportTable, asked: ImportOptions) -> tuple[Belt, ...]:
    t_head, speed = _time_of(files, table), table.headings_of("speed")[0]
    incline = next(iter(table.headings_of("incline")), "")
    wanted = [t_head, speed, *([incline] if incline else [])]
    sheet = read_sheet(files, table.name, table.layout, wanted)
    sheet, t, _ = in_order(
        sheet, sheet[t_head] * _time_scale(sheet, t_head, table.meaning[t_head], asked)
    )
    v = sheet[speed] * _scale(sheet, speed, table.meaning[speed], asked)
    up = sheet[incline] if incline else np.zeros(t.size)
    wrong = ~np.isfinite(v) | ~np.isfinite(up) | (v < 0) | (v > 15)
    if wrong.any():
        raise sheet.refuse(int(np.argmax(wrong)), "a belt runs at 0 to 15 m/s")
    return tuple(Belt(*row) for row in np.column_stack((t, v, up)).tolist())


def _on_one_clock(
    files: Files, signals: list[SensorData], belt: tuple[Belt, ...], notes: list[str]
) -> Export:
    """Count times since 1970 from the first sample instead, to keep the digits of microseconds."""
    truth = read_truth(files.path / TRUTH) if files.path.is_dir() and TRUTH in files else ()
    start = min(float(s.t[0]) for s in signals)
    if start < EPOCH_S:
        return Export(signals=tuple(signals), belt=belt, truth=truth, notes=tuple(notes))
    if truth:
        raise refuse(files.label(TRUTH), 1, "truth can't be aligned with times since 1970")
    moved = tuple(replace(s, t=s.t - start) for s in signals)
    shifted = tuple(replace(b, t=b.t - start) for b in belt)
    return Export(signals=moved, belt=shifted, began=start, notes=tuple(notes))


def _time_of(files: Files, table: ExportTable) -> str:
    """Choose the column of times: one with a unit if there is any, and the finest."""
    times = table.headings_of("time")
    if not times:
        raise refuse(files.label(table.name), 1, "no column is a time, such as t_s or Time (s)")
    finest = {"ns": 3, "us": 2, "µs": 2}

    def worth(head: str) -> tuple[bool, int]:
        unit = table.meaning[head].unit.lower()
        return bool(unit), finest.get(unit, 1)

    return max(times, key=worth)


def _axis(files: Files, table: ExportTable, what: Quantity, axis: str) -> str:
    found = [head for head, x in table.meaning.items() if x.what == what and x.axis == axis]
    if len(found) == 1:
        return found[0]
    path, word = files.label(table.name), WORD[what]
    if found:
        which = f"are both the {word} along {axis}; choose one with --columns"
        raise refuse(path, 1, f"{' and '.join(found)} {which}")
    raise refuse(path, 1, f"no column is the {word} along {axis}")


def _time_scale(sheet: Sheet, head: str, m: ColumnHeading, asked: ImportOptions) -> float:
    """Return the unit of a time; times since 1970 or midnight need no heading for it."""
    if head in sheet.clocks:
        return 1.0
    known = m.unit or asked.units.get("time")
    return (not known and _since_1970(sheet[head])) or _scale(sheet, head, m, asked)


def _since_1970(t: Floats) -> float | None:
    """Return the unit of times that can only count from 1970, else None."""
    for each in (1.0, 1e-3, 1e-6, 1e-9):
        if EPOCH_S * 3 < float(np.nanmedian(t)) * each < EPOCH_S * 100:  # 1979 to 2286
            return each if LEAST_DT_S < step(t) * each < MOST_DT_S else None
    return None


def step(t: Floats) -> float:
    """Return the median time between samples; 0 for fewer than two."""
    later = np.diff(t[np.isfinite(t)])
    later = later[later > 0]
    return float(np.median(later)) if later.size else 0.0


def _past_midnight(t: Floats) -> Floats:
    """Continue counting where a time of day restarts at midnight."""
    new_days = np.concatenate(([0], np.cumsum(np.diff(t) < -DAY_S / 2)))
    return t + DAY_S * new_days


def _scale(sheet: Sheet, head: str, m: ColumnHeading, asked: ImportOptions) -> float:
    """Return a column's factor to SI, from its heading or the options. Raises RecordingError."""
    quantity = "acc" if m.what in ("linear", "gravity") else m.what
    found = scale(m.what, m.unit or asked.units.get(quantity, ""))
    if found is not None:
        return found
    units = ", ".join(UNITS[m.what])
    option = "" if m.what in ("speed", "incline") else " or use --units"
    reason = f"the heading {head!r} names no unit; write it there{option} ({units})"
    raise refuse(sheet.path, 1, reason)


def _unwrapped(ticks: Floats) -> Floats:
    """Undo the overflow of a counter of 32 bits."""
    return ticks + 2.0**32 * np.concatenate(([0], np.cumsum(np.diff(ticks) < -(2.0**31))))


def _nothing(files: Files, understood: list[ExportTable]) -> RecordingError:
    names = files.names(*TEXT)
    for name in names:
        files.text(name)  # raises if it is not text
    heads = [h for table in understood for h in table.layout.names]
    if not heads and names:
        lines = files.head(names[0], LOOK_LINES)
        top = next(line for line in lines if line.strip())
        heads = max((cells_of(x, separator_of(x)) for x in lines if x.strip()), key=len)
        if top.lstrip().startswith("<"):
            return refuse(files.label(names[0]), 1, MARKUP)
        if all(is_number(head) for head in heads):
            reason = "numbers without headings; write a line above them, such as t_s,ax,ay,az"
            return refuse(files.label(names[0]), 1, reason)
    named = ", ".join(clipped(head) for head in heads[:8]) or "nothing"
    if "linear" in {h.what for table in understood for h in table.meaning.values()}:
        named += " (linear acceleration is without gravity)"
    text = f"no columns of acceleration along x, y and z, only {named}"
    return refuse(files.path, 1, f"{text}; --columns can say what they are")


FORMAT = Format("columns of numbers", knows, read, fallback=True)
