"""JSON of Movesense software: blocks of samples, each with the time of its first.

A file is ``{"data": [{"acc": {"Timestamp": ms, "ArrayAcc": [{"x": ...}]}}, ...]}``; ``imu6`` and
``imu9`` blocks also hold ``ArrayGyro``, and newer files have ``Meas`` paths and ``Body`` around a
block; turn rates may be in separate blocks, and a sample may be three numbers. Samples are spread
evenly from one block's time to the next. Acceleration is in m/s² with gravity (even where it is
called LinearAcc), turn rate in degrees a second. The same software's CSV is read by ``columns.py``.
Source: Movesense API (movesense.com/docs), showcase app. Tested only on files made for the tests.
"""

from __future__ import annotations

import json
from typing import Any, cast

import numpy as np

from cued.model import Floats
from cued.recording.imports.files import Files
from cued.recording.imports.foreign import Export, Format, ImportOptions, SensorData, onto
from cued.recording.imports.headings import UNITS
from cued.recording.tables.columns import refuse

DEG = UNITS["gyr"]["deg/s"]
Block = tuple[float, list[list[float]]]  # the time of the first sample, ms, and x, y, z of each


def knows(files: Files) -> bool:
    """Recognise it by an array of accelerations in a JSON file."""
    return any('"ArrayAcc"' in files.text(n)[:4096] for n in files.names(".json"))


def read(files: Files, _asked: ImportOptions) -> Export:
    """Read the first file with accelerations."""
    name = next(n for n in files.names(".json") if '"ArrayAcc"' in files.text(n)[:4096])
    path = files.label(name)
    try:
        whole = json.loads(files.text(name))
        blocks, turning = _blocks(whole, "ArrayAcc"), _blocks(whole, "ArrayGyro")
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise refuse(path, 1, f"this is not Movesense's JSON ({error})") from None
    if len(blocks) < 2:
        raise refuse(path, 1, "fewer than two blocks of accelerations")
    t, acc = _samples(blocks)
    if np.diff(t).min() <= 0:
        raise refuse(path, 1, "the blocks' Timestamps do not advance")
    notes, gyr = [*files.notes], None
    if len(turning) > 1:
        own_t, turned = _samples(turning)
        if np.diff(own_t).min() > 0:
            gyr = onto(t, own_t, turned * DEG)
        else:
            notes.append("turn rates were left out: the Timestamps of their blocks do not advance")
    signals = SensorData(name="movesense", path=path, t=t - t[0], acc=acc, gyr=gyr)
    return Export(signals=(signals,), notes=tuple(notes))


def _blocks(node: Any, key: str) -> list[Block]:
    """Find every block with samples under a key, at any depth."""
    if isinstance(node, list):
        return [block for item in cast("list[Any]", node) for block in _blocks(item, key)]
    if not isinstance(node, dict):
        return []
    fields = cast("dict[str, Any]", node)
    if key not in fields:
        return [block for item in fields.values() for block in _blocks(item, key)]
    rows = [_axes(item) for item in fields[key]]
    return [(float(fields["Timestamp"]), rows)] if rows else []


def _axes(item: Any) -> list[float]:
    """Return a sample, which names its axes or is three numbers."""
    if isinstance(item, list):
        x, y, z = cast("list[Any]", item)
        return [float(x), float(y), float(z)]
    return [float(item[axis]) for axis in "xyz"]


def _samples(blocks: list[Block]) -> tuple[Floats, Floats]:
    """Return the times of all samples, s, and their values (n, 3)."""
    starts = np.array([at for at, _ in blocks]) / 1000.0
    usual = float(np.median(np.diff(starts)))
    spans = np.append(np.diff(starts), usual)
    spans[spans > 2 * usual] = usual  # leave a gap for a lost block
    parts = [
        start + span * np.arange(len(rows)) / len(rows)
        for start, span, (_, rows) in zip(starts, spans, blocks, strict=True)
    ]
    return np.concatenate(parts), np.array([row for _, rows in blocks for row in rows], np.float64)


FORMAT = Format("Movesense", knows, read)
