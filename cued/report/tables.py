"""Write a session's strides as CSV or Parquet: a row each, with unknown cells empty."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from cued.model import Stride
from cued.parts import extra
from cued.report.digest import Digest
from cued.report.places import write_whole

SKIPPED = ("t", "known_t")
FIELDS = [f.name for f in msgspec.structs.fields(Stride) if f.name not in SKIPPED]
TIMES = ("unix_s", "t_s", "duration_s", "stance_s", "step_s")
NAMES = ["runner", "unix_s", "t_s", "phase", *FIELDS]


class Dialect(Struct, frozen=True):
    """The form of CSV that a program reads."""

    delimiter: str
    point: str
    encoding: str

    def cell(self, name: str, value: Any) -> Any:
        """Write a value: times to 1 ms, the resolution of sensors, the rest to four digits."""
        if isinstance(value, bool) or not isinstance(value, float):
            return value
        text = f"{value:.3f}" if name in TIMES else f"{value:.4g}"
        return text.replace(".", self.point)


DIALECTS = {
    "plain": Dialect(",", ".", "utf-8"),
    "excel": Dialect(",", ".", "utf-8-sig"),
    "excel-de": Dialect(";", ",", "utf-8-sig"),
}


def rows(digests: Sequence[Digest]) -> list[dict[str, Any]]:
    """Return a row for each stride: runner, time, phase and values."""
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


def write_csv(path: Path, digests: Sequence[Digest], dialect: str = "plain") -> None:
    """Write the strides with their significant digits, in a dialect."""
    how = DIALECTS[dialect]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, NAMES, delimiter=how.delimiter)
    writer.writeheader()
    for row in rows(digests):
        writer.writerow({name: how.cell(name, value) for name, value in row.items()})
    write_whole(path, text.getvalue().encode(how.encoding))


def write_parquet(path: Path, digests: Sequence[Digest]) -> None:
    """Write the strides as Parquet. Raises CuedError without pyarrow."""
    arrow = extra("pyarrow", "cluster", "Parquet")
    parquet = extra("pyarrow.parquet", "cluster", "Parquet")
    texts = {"runner", "phase", "side", "mode", "direction"}
    fields = [(n, arrow.string() if n in texts else arrow.float64()) for n in NAMES]
    schema = arrow.schema([(n, arrow.bool_() if n == "clean" else kind) for n, kind in fields])
    out = io.BytesIO()
    parquet.write_table(arrow.Table.from_pylist(rows(digests), schema=schema), out)
    write_whole(path, out.getvalue())
