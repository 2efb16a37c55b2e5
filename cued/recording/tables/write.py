"""A recording written as a table recording, for simulations, imports and users' own tools.

Times are kept to 1 µs, accelerations and turn rates to 1e-5 of their units, which is finer than
any sensor; the same recording always gives the same bytes. An existing recording is not replaced.
"""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import numpy as np

from cued.model import Belt, RecordingError
from cued.recording.tables.table import ACC, GYR, HEADER_FILE, TIME, SensorTrack, TableRecording
from cued.recording.tables.truth import HEADER, TruthRow

BELT_FILE = "belt.csv"
TRUTH_FILE = "truth.csv"


def write_table(folder: Path, recording: TableRecording) -> None:
    """Write a recording into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / HEADER_FILE).exists():
        raise RecordingError(f"{folder / HEADER_FILE}, line 1: there is a recording already")
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
    lines = ["format = 1"]
    for key in ("title", "subject", "source", "licence", "notes"):
        if value := getattr(recording, key):
            lines.append(f"{key} = {_quoted(value)}")
    lines += _belt_lines(recording)
    person = recording.person
    if person.height_m is not None or person.mass_kg is not None:
        lines += ["", "[person]"]
        lines += [f"height_m = {person.height_m!r}"] if person.height_m is not None else []
        lines += [f"mass_kg = {person.mass_kg!r}"] if person.mass_kg is not None else []
    for sensor in recording.sensors:
        lines += _sensor_lines(sensor)
    if recording.truth:
        lines += ["", "[truth]", f"file = {_quoted(TRUTH_FILE)}"]
    return "\n".join(lines) + "\n"


def _belt_file(recording: TableRecording) -> bool:
    """Return whether a belt needs a file: it changes, or no sensor tells when."""
    return len(recording.belt) > (1 if recording.sensors else 0)


def _belt_lines(recording: TableRecording) -> list[str]:
    if not recording.belt:
        return []
    first = recording.belt[0]
    lines = ["", "[belt]", f"speed_error = {float(first.error)!r}"]
    if _belt_file(recording):
        return [*lines, f"file = {_quoted(BELT_FILE)}"]
    lines.append(f"speed_m_s = {float(first.speed_m_s)!r}")
    return [*lines, f"incline_percent = {float(first.incline_percent)!r}"]


def _sensor_lines(sensor: SensorTrack) -> list[str]:
    lines = [
        "",
        "[[sensor]]",
        f"name = {_quoted(sensor.name)}",
        f"placement = {_quoted(sensor.placement)}",
        f"file = {_quoted(sensor.name + '.csv.gz')}",
        f"rate_hz = {float(sensor.rate_hz)!r}",
    ]
    if sensor.mounting is not None:
        rows = ", ".join(
            "[" + ", ".join(f"{float(x):.6f}" for x in row) + "]" for row in sensor.mounting
        )
        lines.append(f"mounting = [{rows}]")
    return lines


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
