"""Four seconds of movement in other software's formats, and their import."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime

import numpy as np

from cued import __main__
from cued.recording.tables.table import read_table

N, RATE_HZ, G = 400, 100.0, 9.80665
T = np.arange(N) / RATE_HZ
ACC = np.column_stack([np.sin(6 * T), 0.3 * np.cos(9 * T), G + 2 * np.sin(12 * T)])
GYR = np.column_stack([0.2 * np.sin(6 * T), np.cos(6 * T), 0.1 * T])
BEGAN = 1.7e9
DPS = np.degrees(GYR)
MG = ACC / G * 1e3
ISO = [f"2023-11-14T22:13:{20 + t:09.6f}" for t in T]  # of BEGAN + T
ABOUT = "version,platform,appVersion,standardisation\n3,{},1.40,{}\n"


def lines(head, *columns, separator=",", form="{:.9E}", comma=False):
    rows = np.column_stack(columns)
    text = "\n".join(separator.join(form.format(v) for v in row) for row in rows)
    return head + "\n" + (text.replace(".", ",") if comma else text) + "\n"


def rows(*columns, separator=",", comma=False, form="{:.10g}", end="\n"):
    """Return lines of text without a heading; a column of text is used unchanged."""

    def cell(value):
        text = value if isinstance(value, str) else form.format(value)
        return text.replace(".", ",") if comma and not isinstance(value, str) else text

    parts = [[c] if isinstance(c, list) else np.atleast_2d(c.T) for c in columns]
    lines = zip(*(column for part in parts for column in part), strict=True)
    return "".join(separator.join(map(cell, line)) + end for line in lines)


def stamps(form):
    """Return BEGAN + T as dates and times, with @@@ for milliseconds."""
    at = [datetime.fromtimestamp(round(BEGAN + t, 6), UTC) for t in T]
    return [d.strftime(form).replace("@@@", f"{d.microsecond // 1000:03d}") for d in at]


def sensor_logger(values, t=T):
    rows = zip(t, values[:, ::-1], strict=True)
    body = "".join(
        f"{int((BEGAN + at) * 1e9)},{at:.9f},{z:.9f},{y:.9f},{x:.9f}\n" for at, (z, y, x) in rows
    )
    return "time,seconds_elapsed,z,y,x\n" + body


def phyphox(name, unit, values, separator=",", comma=False):
    heads = ["Time (s)", *(f"{name} {axis} ({unit})" for axis in "xyz")]
    head = separator.join(f'"{h}"' for h in heads)
    return lines(head, T, values, separator=separator, comma=comma)


def zipped(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def folder(path, files):
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    return path


def imported(tmp_path, *words, out="out"):
    """Import, and return the recording, or None if refused."""
    status = __main__.main(["import", *map(str, words), "--out", str(tmp_path / out)])
    assert status in (0, 1)
    return read_table(tmp_path / out) if status == 0 else None


def same(track, gyr=GYR, within=2e-5):
    np.testing.assert_allclose(track.t, T, atol=1e-6)
    np.testing.assert_allclose(track.acc, ACC, atol=within)
    if gyr is None:
        assert track.gyr is None
    else:
        np.testing.assert_allclose(track.gyr, gyr, atol=within)


def alike(made, *, gyr=True):
    """Compare a recording's only sensor with what was measured, whenever it began."""
    (track,) = made.sensors
    np.testing.assert_allclose(track.t - track.t[0], T, atol=1e-3)
    np.testing.assert_allclose(track.acc, ACC, atol=2e-3)
    if gyr:
        np.testing.assert_allclose(track.gyr, GYR, atol=2e-3)
    else:
        assert track.gyr is None


def is_read(tmp_path, text, words, turns):
    """Check that a text gives what was measured, with or without turn rates."""
    source = tmp_path / "walk.csv"
    source.write_text(text, encoding="utf-8")
    alike(imported(tmp_path, source, "--placement", "lower_back", *words), gyr=turns)


def refused(tmp_path, capsys, *words):
    assert imported(tmp_path, *words) is None
    said = capsys.readouterr().err
    assert said.count("\n") == 1, said
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".*.new"))
    return said


def fit(acc=None, sport=""):
    from fit_tool.fit_file_builder import FitFileBuilder
    from fit_tool.profile.messages.accelerometer_data_message import AccelerometerDataMessage
    from fit_tool.profile.messages.file_id_message import FileIdMessage
    from fit_tool.profile.messages.record_message import RecordMessage
    from fit_tool.profile.messages.session_message import SessionMessage
    from fit_tool.profile.profile_type import Sport

    builder = FitFileBuilder(auto_define=True)
    about = FileIdMessage()
    about.manufacturer, about.product, about.serial_number = 255, 0, 1
    about.time_created = int(BEGAN * 1000)
    builder.add(about)
    for second, speed in enumerate((1.0, 1.0, 2.0, 2.0)):
        message = RecordMessage()
        message.timestamp = int(BEGAN + second) * 1000
        message.enhanced_speed, message.grade = speed, 1.5
        builder.add(message)
    for start in range(0, 0 if acc is None else N, 25):
        message = AccelerometerDataMessage()
        message.timestamp = int(BEGAN + start // 100) * 1000
        message.timestamp_ms = start % 100 * 10
        message.sample_time_offset = list(range(0, 250, 10))
        for axis, name in enumerate("xyz"):
            setattr(
                message, f"calibrated_accel_{name}", (acc[start : start + 25, axis] / G).tolist()
            )
        builder.add(message)
    if sport:
        session = SessionMessage()
        session.timestamp = session.start_time = int(BEGAN) * 1000
        session.sport = Sport[sport]
        builder.add(session)
    return builder.build().to_bytes()
