"""What Movesense software writes as JSON: blocks of samples, each with the time of its first.

A file is ``{"data": [{"acc": {"Timestamp": ms, "ArrayAcc": [{"x": ...}]}}, ...]}``; ``imu6`` and
``imu9`` blocks hold ``ArrayGyro`` beside it, and newer files have ``Meas`` paths and ``Body``
around a block. Samples are spread evenly from one block's time to the next. Acceleration is m/s²
with gravity (also where it is called LinearAcc), turn rate degrees a second. The CSV of the same
software needs nothing of its own.
Source: Movesense API (movesense.com/docs), showcase app; tried on files of our own making only.
"""

from __future__ import annotations

import json
from typing import Any, cast

import numpy as np

from cued.model import Floats
from cued.recording.imports.files import Files
from cued.recording.imports.foreign import Export, Format, ImportOptions, SensorData
from cued.recording.imports.headings import UNITS
from cued.recording.tables.columns import refuse

DEG = UNITS["gyr"]["deg/s"]
Block = tuple[float, list[list[float]], list[list[float]]]


def knows(files: Files) -> bool:
    """Recognise it by an array of accelerations in a JSON file."""
    return any('"ArrayAcc"' in files.text(n)[:4096] for n in files.names(".json"))


def read(files: Files, _asked: ImportOptions) -> Export:
    """Read the first file with accelerations."""
    name = next(n for n in files.names(".json") if '"ArrayAcc"' in files.text(n)[:4096])
    path = files.label(name)
    try:
        blocks = [b for b in _blocks(json.loads(files.text(name))) if b[1]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise refuse(path, 1, f"this is not Movesense's JSON ({error})") from None
    if len(blocks) < 2:
        raise refuse(path, 1, "fewer than two blocks of accelerations")
    t = _times(blocks)
    if np.diff(t).min() <= 0:
        raise refuse(path, 1, "the blocks' Timestamps do not move on")
    acc = np.array([row for _, rows, _ in blocks for row in rows], np.float64)
    turned = [row for _, _, rows in blocks for row in rows]
    gyr = np.array(turned, np.float64) * DEG if len(turned) == len(acc) else None
    signals = SensorData(name="movesense", path=path, t=t, acc=acc, gyr=gyr)
    return Export(signals=(signals,), notes=tuple(files.notes))


def _blocks(node: Any) -> list[Block]:
    """Find every block, however deep it lies."""
    if isinstance(node, list):
        return [block for item in cast("list[Any]", node) for block in _blocks(item)]
    if not isinstance(node, dict):
        return []
    fields = cast("dict[str, Any]", node)
    if "ArrayAcc" not in fields:
        return [block for item in fields.values() for block in _blocks(item)]
    rows = [_axes(item) for item in fields["ArrayAcc"]]
    return [(float(fields["Timestamp"]), rows, [_axes(i) for i in fields.get("ArrayGyro", [])])]


def _axes(item: Any) -> list[float]:
    return [float(item[axis]) for axis in "xyz"]


def _times(blocks: list[Block]) -> Floats:
    """Return the times of all samples, s from the first."""
    starts = np.array([block[0] for block in blocks]) / 1000.0
    usual = float(np.median(np.diff(starts)))
    spans = np.append(np.diff(starts), usual)
    spans[spans > 2 * usual] = usual  # a lost block is a gap and no slow one
    parts = [
        start + span * np.arange(len(block[1])) / len(block[1])
        for start, span, block in zip(starts, spans, blocks, strict=True)
    ]
    t: Floats = np.concatenate(parts)
    return t - t[0]


FORMAT = Format("Movesense", knows, read)
