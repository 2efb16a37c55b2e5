"""CSV files, one a sensor, with headings that tell quantity, axis and unit.

Each file with accelerations is a sensor named after the file. Turn rates stand in the same file,
or, where there is one sensor only, in a file of their own. ``belt.csv`` or any other file with a
speed is the belt; ``truth.csv`` in a folder is taken over as it is. Columns ``t_s, ax ... gz`` of
a table recording mean what they mean there. All times are on one clock.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import numpy as np
from msgspec.structs import replace

from cued.model import Belt, Floats, RecordingError
from cued.recording.imports.foreign import (
    Asked,
    Files,
    Format,
    Found,
    Sheet,
    Signals,
    headings,
    in_order,
    onto,
    read_sheet,
)
from cued.recording.imports.headings import UNITS, Heading, Quantity, heading, scale
from cued.recording.tables.columns import refuse
from cued.recording.tables.truth import read_truth

OWN = {
    "t_s": Heading("time", "", "s"),
    **{f"a{axis}": Heading("acc", axis, "m/s2") for axis in "xyz"},
    **{f"g{axis}": Heading("gyr", axis, "rad/s") for axis in "xyz"},
}
TRUTH = "truth.csv"
EPOCH_S = 1e8  # a clock that reads more counts from 1970


def knows(files: Files) -> bool:
    """Any CSV file may be one of these."""
    return bool(files.names(".csv"))


def read(files: Files, asked: Asked) -> Found:
    """Read every file that is understood; say what is missing when none is."""
    understood = {name: meaning(files, name) for name in files.names(".csv") if name != TRUTH}
    moved = {n: m for n, m in understood.items() if _has(m, "acc")}
    turned = {n: m for n, m in understood.items() if _has(m, "gyr") and n not in moved}
    sped = [n for n, m in understood.items() if any(h.what == "speed" for h in m.values())]
    if not moved:
        raise _nothing(files, understood)
    found = [_sensor(files, name, m, asked) for name, m in moved.items()]
    signals = [s for s, _ in found]
    notes = [note for _, some in found for note in some]
    if len(signals) == 1 and len(turned) == 1 and signals[0].gyr is None:
        ((name, m),) = turned.items()
        t, gyr, more = vectors(files, name, m, "gyr", asked)
        notes += more
        signals = [replace(signals[0], gyr=onto(signals[0].t, t, gyr))]
    elif turned:
        notes.append(f"left out, as it has no acceleration: {', '.join(turned)}")
    belt = _belt(files, sped[0], understood[sped[0]], asked) if sped else ()
    return _on_one_clock(files, signals, belt, notes)


def meaning(files: Files, name: str) -> dict[str, Heading]:
    """Say what the columns of a file mean, as far as that is understood."""
    _, heads = headings(files.first_line(name))
    if "t_s" in heads:
        return {h: OWN.get(h) or m for h in heads if (m := OWN.get(h) or heading(h))}
    return {h: m for h in heads if (m := heading(h))}


def vectors(
    files: Files, name: str, m: dict[str, Heading], what: Quantity, asked: Asked
) -> tuple[Floats, Floats, list[str]]:
    """Read times (n,) s and three axes (n, 3) of a quantity."""
    t_head = _time_of(files, name, m)
    heads = [_axis(files, name, m, what, axis) for axis in "xyz"]
    sheet = read_sheet(files, name, [t_head, *heads])
    sheet, t, notes = in_order(sheet, sheet[t_head] * _scale(sheet, t_head, m[t_head], asked))
    scales = [_scale(sheet, head, m[head], asked) for head in heads]
    return t, np.column_stack([sheet[h] * s for h, s in zip(heads, scales, strict=True)]), notes


def _sensor(
    files: Files, name: str, m: dict[str, Heading], asked: Asked
) -> tuple[Signals, list[str]]:
    t, acc, notes = vectors(files, name, m, "acc", asked)
    gyr = vectors(files, name, m, "gyr", asked)[1] if _has(m, "gyr") else None
    stem = PurePosixPath(name.removesuffix(".gz")).stem
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", stem)[:64] or "sensor"
    return Signals(name=plain, path=files.label(name), t=t, acc=acc, gyr=gyr), notes


def _belt(files: Files, name: str, m: dict[str, Heading], asked: Asked) -> tuple[Belt, ...]:
    t_head = _time_of(files, name, m)
    speed = next(h for h, x in m.items() if x.what == "speed")
    incline = next((h for h, x in m.items() if x.what == "incline"), "")
    sheet = read_sheet(files, name, [t_head, speed, *([incline] if incline else [])])
    sheet, t, _ = in_order(sheet, sheet[t_head] * _scale(sheet, t_head, m[t_head], asked))
    v = sheet[speed] * _scale(sheet, speed, m[speed], asked)
    up = sheet[incline] if incline else np.zeros(t.size)
    wrong = ~np.isfinite(v) | ~np.isfinite(up) | (v < 0) | (v > 15)
    if wrong.any():
        raise sheet.refuse(int(np.argmax(wrong)), "a belt runs at 0 to 15 m/s")
    return tuple(Belt(*row) for row in np.column_stack((t, v, up)).tolist())


def _on_one_clock(
    files: Files, signals: list[Signals], belt: tuple[Belt, ...], notes: list[str]
) -> Found:
    """Count from the first sample where times count from 1970, for microseconds need digits."""
    truth = read_truth(files.path / TRUTH) if files.path.is_dir() and TRUTH in files else ()
    start = min(float(s.t[0]) for s in signals)
    if start < EPOCH_S:
        return Found(signals=tuple(signals), belt=belt, truth=truth, notes=tuple(notes))
    if truth:
        raise refuse(files.label(TRUTH), 1, "with times since 1970 the truth can't be placed")
    moved = tuple(replace(s, t=s.t - start) for s in signals)
    shifted = tuple(replace(b, t=b.t - start) for b in belt)
    return Found(signals=moved, belt=shifted, began=start, notes=tuple(notes))


def _has(m: dict[str, Heading], what: Quantity) -> bool:
    return any(h.what == what for h in m.values())


def _time_of(files: Files, name: str, m: dict[str, Heading]) -> str:
    """Choose the column of times: one with a unit before one without."""
    times = [head for head, x in m.items() if x.what == "time"]
    if not times:
        raise refuse(files.label(name), 1, "no column is a time (such as t_s or Time (s))")
    return max(times, key=lambda head: bool(m[head].unit))


def _axis(files: Files, name: str, m: dict[str, Heading], what: Quantity, axis: str) -> str:
    found = [head for head, x in m.items() if x.what == what and x.axis == axis]
    if len(found) == 1:
        return found[0]
    words = {"acc": "acceleration", "gyr": "turn rate"}[what]
    if found:
        raise refuse(
            files.label(name), 1, f"{' and '.join(found)} are both the {words} along {axis}"
        )
    raise refuse(files.label(name), 1, f"no column is the {words} along {axis}")


def _scale(sheet: Sheet, head: str, m: Heading, asked: Asked) -> float:
    """Say how a column becomes SI, by its heading or by what was asked for."""
    told = {"time": asked.time_unit, "acc": asked.acc_unit, "gyr": asked.gyr_unit}.get(m.what, "")
    found = scale(m.what, m.unit or told)
    if found is not None:
        return found
    units = ", ".join(UNITS[m.what])
    flag = {"time": "time", "acc": "acc", "gyr": "gyr"}.get(m.what)
    way = f"write it there or say --{flag}-unit" if flag else "write it there"
    raise refuse(sheet.path, 1, f"the heading {head!r} names no unit; {way} ({units})")


def _nothing(files: Files, understood: dict[str, dict[str, Heading]]) -> RecordingError:
    if any(_has(m, "linear") for m in understood.values()):
        return refuse(
            files.path, 1, "acceleration is there without gravity only; export the raw one"
        )
    for name in files.names(".csv"):
        files.text(name)  # says so if it is no text
    heads = [h for name in understood for h in headings(files.first_line(name))[1]]
    named = ", ".join(heads[:8]) or "nothing"
    return refuse(files.path, 1, f"no columns of acceleration along x, y and z; there is {named}")


FORMAT = Format("columns of numbers", knows, read, fallback=True)
