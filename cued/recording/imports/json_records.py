"""JSON records, in an array or one a line, as the tables of an export.

It reads Sensor Logger's JSON (``{"sensor": "Gyroscope", "time": ns, "seconds_elapsed": s, "x":
...}``), the messages it pushes to a server, one a line (``{"payload": [{"name": "gyroscope",
"time": ns, "values": {"x": ...}}]}``), and other records: ``{"t": 0.01, "acc": [x, y, z]}`` or
``{"t": 0.01, "acc": {"x": ...}}``, each of which becomes a row of ``t, acc_x, acc_y, acc_z``.
Records that name sensors make a table for each. Columns, ``{"t": [...], "acc": {"x": [...]}}``,
are turned into records first.
Source: github.com/tszheichoi/awesome-sensor-logger, README.md and PUSHING.md.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, cast

JSON = (".json", ".jsonl", ".ndjson")
MAX_CHARS = 1 << 28  # reading takes ten times as much memory
DEEPEST = 4  # levels of nesting in files that people write
FEWEST_ROWS = 5  # three values may be a vector, four a quaternion
PUSHED, MOST_NS = "pushed_ns", 1 << 63  # clocks count nanoseconds in 63 bits
NAMES = {  # a sensor's name in a pushed message, and in the app's files
    "accelerometer": "Accelerometer", "totalacceleration": "TotalAcceleration",
    "gravity": "Gravity", "gyroscope": "Gyroscope", "metadata": "Metadata",
    "accelerometeruncalibrated": "AccelerometerUncalibrated",
}  # fmt: skip
Record = dict[str, Any]


def tables(text: str) -> dict[str, str]:
    """Return CSV texts by sensor ("" where none is named); {} if there are no records."""
    samples = [one for record in _records(text) for one in (_pushed(record) or [record])]
    if any(PUSHED in one for one in samples):
        samples = _timed([one for one in samples if PUSHED in one])
    grouped: dict[str, list[Record]] = {}
    for one in samples:
        name = str(one.pop("sensor", ""))
        grouped.setdefault(NAMES.get(name.lower(), name), []).append(one)
    return {name: _csv(rows) for name, rows in grouped.items() if len(rows) > 1 or name}


def _records(text: str) -> list[Record]:
    """Find the records, leaving out one cut off at the end."""
    for whole in (text, text[: text.rfind("}") + 1] + "]"):
        with suppress(ValueError, RecursionError):
            return _listed(json.loads(whole), DEEPEST)
    out: list[Record] = []
    for line in text.split("\n"):
        with suppress(ValueError, RecursionError):  # a comment, or cut off
            out += _listed(json.loads(line), DEEPEST)
    return out


def _listed(node: Any, deep: int) -> list[Record]:
    """Return the records in an array or in an object's arrays, else the object itself."""
    if isinstance(node, list):
        items = cast("list[Any]", node)
        return [cast("Record", item) for item in items if isinstance(item, dict)]
    if not isinstance(node, dict):
        return []
    fields = cast("Record", node)
    if "payload" in fields or not deep:
        return [fields]
    if rows := _rows(fields):
        return rows
    inner = {key: _listed(value, deep - 1) for key, value in fields.items()}
    held = {key: found for key, found in inner.items() if len(found) > 1}
    if len(held) < 2:
        return next(iter(held.values()), [fields])
    return [{"sensor": key, **one} for key, found in held.items() for one in found]


def _rows(fields: Record) -> list[Record]:
    """Return the records in columns of equal length; [] if these are not columns."""
    if not any(isinstance(value, list) for value in fields.values()):
        return []
    columns = dict(_columns(fields))
    lengths = {len(column) for column in columns.values()}
    if len(columns) < 2 or len(lengths) > 1 or min(lengths) < FEWEST_ROWS:
        return []
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _columns(fields: Record, before: str = "") -> Iterator[tuple[str, list[Any]]]:
    """Yield arrays of numbers, or of arrays of numbers, including nested ones."""
    for key, value in fields.items():
        if isinstance(value, dict):
            yield from _columns(cast("Record", value), f"{before}{key}_")
        elif isinstance(value, list):
            items = cast("list[Any]", value)
            if not any(isinstance(item, dict) for item in items):
                yield f"{before}{key}", items


def _pushed(record: Record) -> list[Record]:
    """Return the samples of a pushed message; none for another record."""
    payload = _listed(record.get("payload"), 0)
    return [
        {**item["values"], "sensor": item.get("name", ""), PUSHED: item["time"]}
        for item in payload
        if isinstance(item.get("values"), dict)
        and isinstance(item.get("time"), int)
        and abs(item["time"]) < MOST_NS
    ]


def _timed(samples: list[Record]) -> list[Record]:
    """Sort pushed samples, because messages may overtake each other, and add both times."""
    samples = sorted(samples, key=lambda one: one[PUSHED])
    begun = samples[0][PUSHED]
    for one in samples:
        one["time"] = one.pop(PUSHED)
        one["seconds_elapsed"] = f"{(one['time'] - begun) / 1e9:.9f}"
    return samples


def _csv(rows: list[Record]) -> str:
    flat = [dict(_flat(row)) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in flat)
    return out.getvalue()


def _flat(fields: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield names and single values; an array of three has its values along the axes."""
    for key, value in fields.items():
        name = f"{before}{key}".replace("\n", " ")
        items = cast("list[Any]", value) if isinstance(value, list) else []
        if len(items) == 3:
            yield from _flat(dict(zip("xyz", items, strict=True)), f"{name}_")
        elif isinstance(value, dict):
            yield from _flat(cast("Record", value), f"{name}_")
        else:
            yield name, "" if value is None else f"{value}".replace("\n", " ")
