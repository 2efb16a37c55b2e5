"""A table recording is read whole or refused with file, line and reason."""

from __future__ import annotations

import contextlib
import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cued.model import Belt, Packet, RecordingError, Tick
from cued.recording.tables.columns import read_columns
from cued.recording.tables.header import Person
from cued.recording.tables.stream import packets
from cued.recording.tables.table import SensorTrack, TableRecording, find_tables, read_table
from cued.recording.tables.truth import TruthRow, read_truth
from cued.recording.tables.write import write_table

TOML = """format = 1
title = "a walk"

[belt]
speed_m_s = 1.2

[[sensor]]
name = "trunk"
placement = "lower_back"
file = "trunk.csv"
rate_hz = 100.0
mounting = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]

[[sensor]]
name = "left"
placement = "foot_left"
file = "left.csv.gz"
rate_hz = 50.0

[truth]
file = "truth.csv"
"""
TRUTH = "t_s,kind,side,value\n0.50,contact,left,\n0.10,direction,,forward\n"


def rows(rate_hz: float, seconds: float = 2.0, gyr: bool = True) -> list[str]:
    header = "t_s,ax,ay,az" + (",gx,gy,gz" if gyr else "")
    n = int(rate_hz * seconds)
    turn = ",0.1,0.2,-0.3" if gyr else ""
    return [header, *(f"{i / rate_hz:.4f},{0.001 * i:.3f},0.5,9.8{turn}" for i in range(n))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "recording.toml").write_text(TOML)
    (tmp_path / "trunk.csv").write_text("\n".join(rows(100)) + "\n")
    (tmp_path / "left.csv.gz").write_bytes(gzip.compress("\n".join(rows(50, gyr=False)).encode()))
    (tmp_path / "truth.csv").write_text(TRUTH)
    return tmp_path


def test_a_good_recording_is_read_whole(folder: Path):
    recording = read_table(folder)
    trunk, left = recording.sensors
    assert (trunk.name, trunk.placement, trunk.rate_hz) == ("trunk", "lower_back", 100.0)
    assert trunk.acc.shape == (200, 3)
    assert trunk.gyr is not None
    assert trunk.acc[7].tolist() == [0.007, 0.5, 9.8]
    assert trunk.gyr[7].tolist() == [0.1, 0.2, -0.3]
    assert left.gyr is None
    assert left.mounting is None
    assert recording.belt == (Belt(0.0, 1.2, 0.0),)
    assert recording.person == Person()
    assert [row.kind for row in recording.truth] == ["direction", "contact"]
    assert not trunk.acc.flags.writeable


def test_nan_cells_and_gaps_are_accepted(folder: Path):
    lines = rows(100)
    lines[10] = "0.0900,nan,inf,9.8,0.1,nan,0"
    del lines[50:120]
    (folder / "trunk.csv").write_text("\n".join(lines))
    trunk = read_table(folder).sensors[0]
    assert np.isnan(trunk.acc[9, 0])
    assert np.diff(trunk.t).max() > 0.7


def test_windows_line_ends_byte_order_mark_and_extra_columns_are_read(folder: Path):
    lines = rows(100)
    extra = [lines[0] + ",note", *(line + ",a word" for line in lines[1:])]
    (folder / "trunk.csv").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(extra).encode())
    assert read_table(folder).sensors[0].acc.shape == (200, 3)


def test_a_changing_belt_is_read_from_its_file(folder: Path):
    (folder / "recording.toml").write_text(TOML.replace("speed_m_s = 1.2", 'file = "belt.csv"'))
    (folder / "belt.csv").write_text("t_s,speed_m_s,incline_percent\n0,0.5,0\n1.5,0.8,2\n")
    assert read_table(folder).belt == (Belt(0.0, 0.5, 0.0), Belt(1.5, 0.8, 2.0))


def _edit(line: int, text: str) -> str:
    lines = rows(100)
    lines[line - 1] = text
    return "\n".join(lines)


def _scaled(columns: slice, factor: float) -> str:
    header, *lines = rows(100)
    out = [header]
    for line in lines:
        cells = line.split(",")
        cells[columns] = [f"{float(cell) * factor:.6f}" for cell in cells[columns]]
        out.append(",".join(cells))
    return "\n".join(out)


BAD_TRUNK = {
    "empty": ("", 1, "empty"),
    "blank": ("\n\n", 1, "empty"),
    "header only": ("t_s,ax,ay,az\n", 2, "no rows"),
    "missing column": ("t_s,ax,ay\n0,0,9.8\n", 1, "column az is missing"),
    "half a gyroscope": ("t_s,ax,ay,az,gx,gy\n0,0,0,9.8,0,0\n", 1, "column gz is missing"),
    "misspelled gyroscope": ("t_s,ax,ay,az,GX,GY,GZ\n0,0,0,9.8,0,0,0\n", 1, "is 'GX' meant"),
    "column twice": ("t_s,ax,ay,az,az\n0,0,0,9.8,9.8\n", 1, "twice"),
    "text in a number": (_edit(42, "0.4000,0.1,x7,9.8,0,0,0"), 42, "ay is 'x7'"),
    "empty cell": (_edit(42, "0.4000,0.1,,9.8,0,0,0"), 42, "ay is empty"),
    "short row": (_edit(42, "0.4000,0.1,9.8"), 42, "3 cells where the header has 7"),
    "decimal comma": (_edit(3, "0,0100,0,1,9,8,0,0,0"), 3, "9 cells"),
    "text after a blank line": ("t_s,ax,ay,az\n0,0,0,9.8\n\n0.01,0,0,oops\n", 4, "oops"),
    "time backward": (_edit(100, "0.9000,0,0,9.8,0,0,0"), 100, "0.9 s after 0.97 s"),
    "time repeated": (_edit(100, "0.9700,0,0,9.8,0,0,0"), 100, "does not advance"),
    "time nan": (_edit(7, "nan,0,0,9.8,0,0,0"), 7, "t_s is not a finite number"),
    "g": (_scaled(slice(1, 4), 1 / 9.80665), 1, "looks like g"),
    "mg": (_scaled(slice(1, 4), 1000 / 9.80665), 1, "have to be m/s²"),
    "degrees": (_scaled(slice(4, 7), 57.3), 1, "degrees a second"),
    "milliseconds": (_scaled(slice(0, 1), 1000), 1, "milliseconds"),
    "wrong rate": (_scaled(slice(0, 1), 4), 1, "rate_hz is 100"),
    "nothing but nan": ("t_s,ax,ay,az\n0,nan,nan,nan\n0.01,nan,nan,nan\n", 1, "no number"),
    "not text": ("t_s,ax\0,ay,az\n", 1, "zero byte"),
}


@pytest.mark.parametrize("case", BAD_TRUNK)
def test_a_malformed_file_is_refused_with_file_line_and_reason(folder: Path, case: str):
    text, line, reason = BAD_TRUNK[case]
    (folder / "trunk.csv").write_text(text)
    with pytest.raises(RecordingError) as refused:
        read_table(folder)
    message = str(refused.value)
    assert f"{folder / 'trunk.csv'}, line {line}: " in message
    assert reason in message
    assert "\n" not in message


def test_a_missing_file_is_named(folder: Path):
    (folder / "trunk.csv").unlink()
    with pytest.raises(RecordingError, match=r"trunk\.csv, line 1: No such file"):
        read_table(folder)


def test_a_truncated_gzip_is_refused_at_the_line_where_it_ends(folder: Path):
    whole = gzip.compress("\n".join(rows(50, seconds=40, gyr=False)).encode())
    (folder / "left.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RecordingError, match=r"left\.csv\.gz, line \d+: .*cut short"):
        read_table(folder)


def test_a_damaged_or_false_gzip_is_refused(folder: Path):
    whole = bytearray(gzip.compress("\n".join(rows(50, gyr=False)).encode()))
    whole[len(whole) // 2] ^= 0xFF
    (folder / "left.csv.gz").write_bytes(bytes(whole))
    with pytest.raises(RecordingError, match=r"left\.csv\.gz, line \d+: "):
        read_table(folder)
    (folder / "left.csv.gz").write_text("\n".join(rows(50, gyr=False)))
    with pytest.raises(RecordingError, match="not a gzip file"):
        read_table(folder)


BAD_TOML = {
    "missing": ("", 1, "empty"),
    "not toml": (TOML.replace("[belt]", "[belt"), 4, "not valid TOML"),
    "no sensor": ("format = 1\n", 1, "sensor"),
    "newer format": (TOML.replace("format = 1", "format = 2"), 1, "format 2"),
    "wrong type": (TOML.replace("rate_hz = 50.0", 'rate_hz = "50"'), 18, "sensor[1].rate_hz"),
    "out of range": (TOML.replace("rate_hz = 50.0", "rate_hz = 0"), 18, ">= 5.0"),
    "missing key": (TOML.replace("rate_hz = 50.0\n", ""), 14, "rate_hz"),
    "slip in a key": (
        TOML.replace("rate_hz = 50.0", "ratehz = 50.0"),
        18,
        "did you mean 'rate_hz'",
    ),
    "slip in a section": (TOML.replace("[belt]", "[belts]"), 4, "did you mean 'belt'"),
    "placement": (TOML.replace('"foot_left"', '"left_foot"'), 16, "placement 'left_foot'"),
    "same name": (TOML.replace('"left"', '"trunk"'), 15, "two sensors named 'trunk'"),
    "skewed mounting": (TOML.replace("[0, 1, 0]", "[1, 0, 0]"), 12, "perpendicular"),
    "mirrored mounting": (TOML.replace("[0, 1, 0]", "[0, -1, 0]"), 12, "right-handed"),
    "short mounting": (TOML.replace("[0, 1, 0], ", ""), 12, "mounting"),
    "other folder": (TOML.replace('"trunk.csv"', '"../trunk.csv"'), 10, "sensor[0].file"),
}


@pytest.mark.parametrize("case", BAD_TOML)
def test_a_wrong_header_is_refused_with_line_and_reason(folder: Path, case: str):
    text, line, reason = BAD_TOML[case]
    (folder / "recording.toml").write_text(text)
    with pytest.raises(RecordingError) as refused:
        read_table(folder)
    message = str(refused.value)
    assert f"recording.toml, line {line}: " in message
    assert reason in message


def test_keys_that_resemble_no_known_one_are_kept_as_notes(folder: Path):
    (folder / "recording.toml").write_text(
        "weather = 'rain'\n" + TOML + "\n[person]\nmass_kg = nan\n"
    )
    assert read_table(folder).person.mass_kg is None


BAD_TRUTH = {
    "header": ("t,kind,side,value\n", 1, "header"),
    "time": (TRUTH + "soon,contact,left,\n", 4, "not a time"),
    "kind": (TRUTH + "1.0,contacts,left,\n", 4, "did you mean 'contact'"),
    "side": (TRUTH + "1.0,contact,links,\n", 4, "side is 'links'"),
    "number": (TRUTH + "1.0,stride_length,left,long\n", 4, "not a number"),
    "direction": (TRUTH + "1.0,direction,,sideways\n", 4, "forward or backward"),
    "cells": (TRUTH + "1.0,contact\n", 4, "2 cells"),
    "twice": (TRUTH + "0.5,contact,left,\n", 4, "this repeats line 2"),
    "unit": ("t_s,kind,side,value\n500,contact,left,\n900,lift,left,\n", 1, "not seconds?"),
    "clock": ("t_s,kind,side,value\n-9,contact,left,\n0,label,,walk\n", 1, "another clock"),
}


@pytest.mark.parametrize("case", BAD_TRUTH)
def test_wrong_truth_is_refused_with_line_and_reason(folder: Path, case: str):
    text, line, reason = BAD_TRUTH[case]
    (folder / "truth.csv").write_text(text)
    with pytest.raises(RecordingError) as refused:
        read_table(folder)
    assert f"truth.csv, line {line}: " in str(refused.value)
    assert reason in str(refused.value)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rubbish=st.binary(max_size=200)
    | st.text(alphabet="t_s,axyzg0123456789.e+-naif\n\r\t \"'#", max_size=300).map(str.encode),
    where=st.sampled_from(["trunk.csv", "left.csv.gz", "truth.csv", "recording.toml"]),
    how=st.sampled_from(["instead", "after", "zipped"]),
)
def test_rubbish_is_read_or_refused_and_never_crashes(
    tmp_path: Path, rubbish: bytes, where: str, how: str
):
    good = {
        "recording.toml": TOML.encode(),
        "trunk.csv": "\n".join(rows(100, 0.2)).encode() + b"\n",
        "left.csv.gz": gzip.compress("\n".join(rows(50, 0.2, gyr=False)).encode()),
        "truth.csv": TRUTH.encode(),
    }
    after = good[where] + rubbish
    good[where] = {"instead": rubbish, "after": after, "zipped": gzip.compress(rubbish)}[how]
    for name, content in good.items():
        (tmp_path / name).write_bytes(content)
    with contextlib.suppress(RecordingError):
        read_table(tmp_path)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=3, max_size=3),
        min_size=1,
        max_size=30,
    )
)
def test_every_number_that_python_writes_is_read_back(tmp_path: Path, cells: list[list[float]]):
    path = tmp_path / "x.csv"
    path.write_text("a,b,c\n" + "\n".join(",".join(map(repr, row)) for row in cells))
    np.testing.assert_array_equal(read_columns(path, ("a", "b", "c")).values, cells)


# --- streaming ----------------------------------------------------------------------------------


@given(packet_s=st.floats(0.001, 3.0))
@settings(max_examples=40)
def test_no_sample_is_dropped_and_arrivals_are_in_order(packet_s: float):
    recording = _made(seed=1)
    given_inputs = list(packets(recording, packet_s))
    times = [x.t for x in given_inputs]
    assert times == sorted(times)
    for track in recording.sensors:
        mine = [x for x in given_inputs if isinstance(x, Packet) and x.sensor == track.name]
        np.testing.assert_array_equal(np.concatenate([x.ticks for x in mine]), track.t)
        np.testing.assert_array_equal(np.concatenate([x.acc for x in mine]), track.acc)
        assert all(x.ticks is not None and x.t == x.ticks[-1] and x.synced for x in mine)
        assert all(x.ticks is not None and x.ticks[-1] - x.ticks[0] <= packet_s for x in mine)


def test_the_belt_comes_first_and_time_ticks_ten_times_a_second():
    recording = _made(seed=1)
    given_inputs = list(packets(recording))
    assert isinstance(given_inputs[0], Belt)
    ticks = [x.t for x in given_inputs if isinstance(x, Tick)]
    np.testing.assert_allclose(np.diff(ticks), 0.1)
    assert ticks[-1] >= recording.end_t


def test_only_the_named_sensors_are_given():
    sensors = {x.sensor for x in packets(_made(seed=1), sensors={"left"}) if isinstance(x, Packet)}
    assert sensors == {"left"}


# --- writing ------------------------------------------------------------------------------------


def _made(seed: int) -> TableRecording:
    g = np.random.default_rng(seed)
    t = np.cumsum(g.uniform(0.005, 0.015, 300)).round(6)
    acc = g.normal([0, 0, 9.8], 2, (300, 3)).round(5)
    eye = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    trunk = SensorTrack("trunk", "lower_back", 100.0, t, acc, (acc / 9).round(5), eye)
    left = SensorTrack("left", "foot_left", 50.0, (t[::2] + 0.003).round(6), acc[::2])
    return TableRecording(
        name="made",
        sensors=(trunk, left),
        belt=(Belt(float(t[0]), 1.25, 2.0, 0.05),),
        person=Person(height_m=1.7),
        truth=(TruthRow(0.5, "contact", "left"), TruthRow(0.9, "speed", value="1.25")),
        title='a "made" one\n',
        notes="läuft",
    )


@pytest.mark.parametrize("belts", [(), (Belt(0.1, 0.5),), (Belt(0.1, 0.5), Belt(1.0, 0.75, 1.0))])
def test_what_is_written_is_read_back(tmp_path: Path, belts: tuple[Belt, ...]):
    made = _made(seed=2)
    if len(belts) != 1:
        made = TableRecording(name="made", sensors=made.sensors, belt=belts, truth=made.truth)
    write_table(tmp_path / "made", made)
    back = read_table(tmp_path / "made")
    assert (back.belt, back.person, back.truth) == (made.belt, made.person, made.truth)
    assert (back.title, back.notes) == (made.title, made.notes)
    for a, b in zip(back.sensors, made.sensors, strict=True):
        assert (a.name, a.placement, a.rate_hz, a.mounting) == (
            b.name,
            b.placement,
            b.rate_hz,
            b.mounting,
        )
        np.testing.assert_array_equal(a.t, b.t)
        np.testing.assert_array_equal(a.acc, b.acc)
        assert (a.gyr is None) == (b.gyr is None)


def test_an_existing_recording_is_not_replaced(tmp_path: Path):
    write_table(tmp_path, _made(seed=3))
    with pytest.raises(RecordingError, match="already"):
        write_table(tmp_path, _made(seed=3))


def test_truth_rows_are_sorted_by_time(folder: Path):
    assert [row.t for row in read_truth(folder / "truth.csv")] == [0.1, 0.5]


@pytest.mark.data
def test_every_real_recording_is_read_and_streamed(data: Path):
    folders = find_tables(data)
    assert len(folders) > 200
    for folder in folders:
        recording = read_table(folder)
        assert recording.truth
        assert recording.end_t > recording.start_t
