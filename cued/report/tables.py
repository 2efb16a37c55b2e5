"""The strides of a session as a table, in CSV or Parquet: a row each, empty where not known."""

from __future__ import annotations

import csv
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from cued.model import CuedError, Stride
from cued.report.digest import Digest

SKIPPED = ("t", "known_t")
FIELDS = [f.name for f in msgspec.structs.fields(Stride) if f.name not in SKIPPED]
NAMES = ["runner", "unix_s", "t_s", "phase", *FIELDS]


def rows(digests: Sequence[Digest]) -> list[dict[str, Any]]:
    """Return a row for each stride: whose, when, in which phase, and what it was."""
    out: list[dict[str, Any]] = []
    for d in digests:
        phases = d.phase_spans()
        for stride in d.strides:
            at = d.at(stride.t)
            phase = next((s.name for s in phases if s.start <= at < s.end), "")
            t = stride.t - d.start_t
            own = {name: getattr(stride, name) for name in FIELDS}
            out.append({"runner": d.runner, "unix_s": d.began + t, "t_s": t, "phase": phase, **own})
    return out


def write_csv(path: Path, digests: Sequence[Digest]) -> None:
    """Write comma-separated values."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, NAMES)
        writer.writeheader()
        writer.writerows(rows(digests))


def write_parquet(path: Path, digests: Sequence[Digest]) -> None:
    """Write Parquet. Raises CuedError without pyarrow."""
    try:
        arrow = importlib.import_module("pyarrow")
        parquet = importlib.import_module("pyarrow.parquet")
    except ModuleNotFoundError:
        raise CuedError("Parquet needs pyarrow: pip install 'cued[cluster]'") from None
    texts = {"runner", "phase", "side", "mode", "direction"}
    fields = [(n, arrow.string() if n in texts else arrow.float64()) for n in NAMES]
    schema = arrow.schema([(n, arrow.bool_() if n == "clean" else kind) for n, kind in fields])
    parquet.write_table(arrow.Table.from_pylist(rows(digests), schema=schema), path)
