"""Write a recording as a table recording, for simulations, imports and users' own tools.

Times are written to 1 µs, accelerations and turn rates to 1e-5 of their units, which is finer than
any sensor; the same recording always gives the same bytes. An existing recording is not replaced.
"""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

import numpy as np

from cued.model import Belt, RecordingError
from cued.recording.tables.table import ACC, GYR, HEADER_FILE, TIME, SensorTrack, TableRecording
from cued.recording.tables.truth import HEADER, TruthRow
from cued.toml import to_toml

BELT_FILE = "belt.csv"
TRUTH_FILE = "truth.csv"


def write_table(folder: Path, recording: TableRecording) -> None:
    """Write a recording into a folder, which is created if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / HEADER_FILE).exists():
        raise RecordingError(f"{folder / HEADER_FILE}, line 1: a recording already exists")
    for sensor in recording.sensors:
        _write_sensor(folder / f"{sensor.name}.csv.gz", sensor)
    if _belt_file(recording):
        _write_belt(folder / BELT_FILE, recording.belt)
    if recording.truth:
        _write_truth(folder / TRUTH_FILE, recording.truth)
    (folder / HEADER_FILE).write_text(_header(recording), encoding="utf-8")


def _write_sensor(path: Path, sensor: SensorTrack) -> None:
    names: tuple[str, ...] = (TIME, *ACC)
    columns = [sensor.t[:, None], sensor.acc]
    if sensor.gyr is not None:
        names += GYR
        columns.append(sensor.gyr)
    text = io.StringIO()
    form = ["%.6f"] + ["%.5f"] * (len(names) - 1)
    header = ",".join(names)
    np.savetxt(text, np.hstack(columns), form, delimiter=",", header=header, comments="")
    path.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))


def _write_belt(path: Path, belts: tuple[Belt, ...]) -> None:
    rows = "".join(f"{b.t:.6f},{b.speed_m_s:.4f},{b.incline_percent:.3f}\n" for b in belts)
    path.write_text("t_s,speed_m_s,incline_percent\n" + rows, encoding="utf-8")


def _write_truth(path: Path, truth: tuple[TruthRow, ...]) -> None:
    lines = [",".join(HEADER)]
    for row in truth:
        side = "" if row.side == "unknown" else row.side
        lines.append(f"{row.t:.6f},{row.kind},{side},{row.value}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _header(recording: TableRecording) -> str:
    about = ("title", "subject", "source", "licence", "notes")
    person = recording.person
    tables = [
        _table("", format=1, **{key: getattr(recording, key) or None for key in about}),
        _belt(recording),
        _table("[person]", height_m=person.height_m, mass_kg=person.mass_kg),
        *(_sensor(sensor) for sensor in recording.sensors),
        _table("[truth]", file=TRUTH_FILE if recording.truth else None),
    ]
    return "\n\n".join(filter(None, tables)) + "\n"


def _table(heading: str, **values: Any) -> str:
    """Write a table's known values; "" if there are none."""
    lines = [f"{key} = {to_toml(value)}" for key, value in values.items() if value is not None]
    return "\n".join(filter(None, (heading, *lines))) if lines else ""


def _belt_file(recording: TableRecording) -> bool:
    """Return whether the belt needs a file: its speed changes, or no sensor gives a time."""
    return len(recording.belt) > (1 if recording.sensors else 0)


def _belt(recording: TableRecording) -> str:
    if not recording.belt:
        return ""
    first, error = recording.belt[0], float(recording.belt[0].error)
    if _belt_file(recording):
        return _table("[belt]", speed_error=error, file=BELT_FILE)
    speed, incline = float(first.speed_m_s), float(first.incline_percent)
    return _table("[belt]", speed_error=error, speed_m_s=speed, incline_percent=incline)


def _sensor(sensor: SensorTrack) -> str:
    axes = sensor.mounting
    return _table(
        "[[sensor]]",
        name=sensor.name,
        placement=sensor.placement,
        file=f"{sensor.name}.csv.gz",
        rate_hz=float(sensor.rate_hz),
        mounting=None if axes is None else [[round(float(x), 6) for x in row] for row in axes],
    )
