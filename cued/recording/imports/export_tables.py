"""The tables of an export: where each is in its file, and what its columns mean.

Columns ``t_s, ax ... gz`` mean what they do in a table recording. Where headings name places or
devices (``left_foot_acc_x``, ``XI-000123/Accelerometer/X``), each gets its own table, and so does
each sensor that a column names row by row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from cued.recording.imports.files import TEXT, Files
from cued.recording.imports.foreign import ImportOptions
from cued.recording.imports.headings import ColumnHeading, Quantity, heading, without_place
from cued.recording.imports.sheet import LOOK_LINES, Layout, find_layout, words_below

OWN = {
    "t_s": ColumnHeading("time", "", "s"),
    **{f"a{axis}": ColumnHeading("acc", axis, "m/s2") for axis in "xyz"},
    **{f"g{axis}": ColumnHeading("gyr", axis, "rad/s") for axis in "xyz"},
}
ASKED = {
    "t": ColumnHeading("time"),
    **{f"a{axis}": ColumnHeading("acc", axis) for axis in "xyz"},
    **{f"g{axis}": ColumnHeading("gyr", axis) for axis in "xyz"},
    "speed": ColumnHeading("speed", "", "m/s"),
    "incline": ColumnHeading("incline", "", "%"),
}
NAMES: tuple[tuple[str, Quantity], ...] = (  # the quantity of bare x, y, z, by the file's name
    ("gyro", "gyr"), ("angular", "gyr"), ("rotation", "gyr"), ("angvel", "gyr"),
    ("gravity", "gravity"), ("linear", "linear"), ("acc", "acc"), ("imu", "acc"),
)  # fmt: skip
OTHER = ("magn", "quat", "orient", "attitude", "euler", "baro", "pressure", "temp", "light", "gps",
         "location", "pedom", "annot", "meta")  # fmt: skip
WHICH = re.compile(  # the heading of a column that names each row's sensor
    r"(sensor|device|imu|node|body)?[ _-]*"
    r"(id|name|number|nr|no|address|mac|location|position|part)?"
    r"|placement|foot|side|设备名称",
    re.IGNORECASE,
)
MOST_SENSORS = 12  # more different words cannot be the names of sensors
TRUTH = "truth.csv"
Headings = dict[str, ColumnHeading]
Rename = Callable[[str], str]


class ExportTable(Struct, frozen=True):
    """One table of an export: where it is in its file and what its columns mean.

    place : where the sensor was worn, if the headings say so; others : headings of other places.
    """

    name: str
    layout: Layout
    meaning: Headings
    place: str = ""
    others: frozenset[str] = frozenset()

    @property
    def ignored(self) -> list[str]:
        """The headings that are not understood."""
        return [
            h for h in self.layout.names if h and h not in self.meaning and h not in self.others
        ]

    def has(self, *what: Quantity) -> bool:
        """Return whether there is a quantity along all three axes."""
        axes = {h.axis for h in self.meaning.values() if h.what in what}
        return {"x", "y", "z"} <= axes

    def headings_of(self, what: Quantity) -> list[str]:
        """List the headings of a quantity."""
        return [head for head, h in self.meaning.items() if h.what == what]


def tables(files: Files, asked: ImportOptions, rename: Rename | None = None) -> list[ExportTable]:
    """Find the tables of an export and what their columns mean."""
    names = [n for n in files.names(*TEXT) if PurePosixPath(n).name != TRUTH]
    found = [_table(files, name, asked, rename or str) for name in names]
    apart = [one for table in found if table for one in _by_sensor(files, table)]
    return [part for table in apart for part in _by_place(table)]


def _table(files: Files, name: str, asked: ImportOptions, rename: Rename) -> ExportTable | None:
    lines = files.head(name, LOOK_LINES + asked.skip + 1)[asked.skip :]
    chosen = {head: ASKED[key] for key, head in asked.columns.items()}

    def meant(head: str) -> ColumnHeading | None:
        read, named = heading(rename(head)), chosen.get(head)
        if named and read and named.what == read.what:
            return replace(named, unit=read.unit)
        return named or read

    layout = find_layout(lines, lambda head: bool(meant(head) or heading(without_place(head)[1])))
    if layout is None:
        return None
    layout = replace(layout, first=layout.first + asked.skip)
    own = OWN if "t_s" in layout.names else {}
    meaning = {h: own.get(h) or m for h in layout.names if (m := own.get(h) or meant(h))}
    return ExportTable(name, layout, {**_bare(name, layout.names, meaning), **meaning})


def _by_sensor(files: Files, table: ExportTable) -> list[ExportTable]:
    """Split a table whose rows are of several sensors into one for each."""
    names = table.layout.names
    if not table.has("acc", "linear"):
        return [table]
    for at, head in enumerate(names):
        if not head or head in table.meaning or not WHICH.fullmatch(head):
            continue
        words = words_below(files.text(table.name), table.layout, at, MOST_SENSORS)
        if len(words) > 1 and min(words.values()) > 1:
            return [
                replace(
                    table,
                    layout=replace(table.layout, only=(at, word)),
                    place=_named(word, head),
                    others=frozenset({head}),
                )
                for word in words
            ]
    return [table]


def _named(word: str, head: str) -> str:
    """Return cued's word for a place, else the file's."""
    place = without_place(word)[0] if not word[:1].isdigit() else ""
    foot = {"left": "foot_left", "right": "foot_right"}.get(place)
    return foot or place or (word if not word.isdigit() else f"{head}_{word}")


def _by_place(table: ExportTable) -> list[ExportTable]:
    """Split a table into one for each place that has accelerations, or return it alone."""
    places: dict[str, Headings] = {}
    for head in table.layout.names:
        place, rest = without_place(head)
        if place and head not in table.meaning and (means := heading(rest)):
            places.setdefault(place, {})[head] = means
    parts = [replace(table, meaning=means, place=place) for place, means in places.items()]
    parts = [part for part in parts if part.has("acc", "linear")]
    if table.place or (len(parts) == 1 and table.has("acc", "linear")):
        return [table]
    theirs = {head for part in parts for head in part.meaning}
    shared = {head: h for head, h in table.meaning.items() if not h.axis}
    alone = [replace(table, others=frozenset(theirs))] if table.has("acc", "linear") else []
    for part in parts:
        own_time = part.headings_of("time")
        known = {h: m for h, m in shared.items() if m.what != "time" or not own_time}
        others = theirs.union(table.meaning) - {*part.meaning, *known}
        alone.append(replace(part, meaning={**known, **part.meaning}, others=frozenset(others)))
    return alone or [table]


def _bare(name: str, heads: Sequence[str], meaning: Mapping[str, ColumnHeading]) -> Headings:
    """Return the meaning of bare x, y and z: the quantity in the file's name, or acceleration."""
    lower = {h.lower(): h for h in heads}
    if not {"x", "y", "z"} <= set(lower) or any(h.axis for h in meaning.values()):
        return {}
    stem = PurePosixPath(name).stem.lower()
    if any(word in stem for word in OTHER):
        return {}
    kinds: list[Quantity] = [kind for word, kind in NAMES if word in stem]
    what = kinds[0] if kinds else "acc"
    return {lower[axis]: ColumnHeading(what, axis) for axis in "xyz"}
