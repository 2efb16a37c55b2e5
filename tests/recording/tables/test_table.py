"""A table recording is read whole or refused with file, line and reason."""

from __future__ import annotations

import contextlib
import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cued.model import Belt, RecordingError
from cued.recording.tables.header import Person
from cued.recording.tables.table import find_tables, has_gravity, read_table
from tests.recording.tables.recordings import TOML, TRUTH, edited, rows


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


def test_a_changing_belt_is_read_from_its_file(folder: Path):
    (folder / "recording.toml").write_text(TOML.replace("speed_m_s = 1.2", 'file = "belt.csv"'))
    (folder / "belt.csv").write_text("t_s,speed_m_s,incline_percent\n0,0.5,0\n1.5,0.8,2\n")
    assert read_table(folder).belt == (Belt(0.0, 0.5, 0.0), Belt(1.5, 0.8, 2.0))


def _scaled(columns: slice, factor: float) -> str:
    header, *lines = rows(100)
    out = [header]
    for line in lines:
        cells = line.split(",")
        cells[columns] = [f"{float(cell) * factor:.6f}" for cell in cells[columns]]
        out.append(",".join(cells))
    return "\n".join(out)


BAD = {
    "time backward": (edited(100, "0.9000,0,0,9.8,0,0,0"), 100, "0.9 s after 0.97 s"),
    "time repeated": (edited(100, "0.9700,0,0,9.8,0,0,0"), 100, "does not advance"),
    "time nan": (edited(7, "nan,0,0,9.8,0,0,0"), 7, "t_s is not a finite number"),
    "g": (_scaled(slice(1, 4), 1 / 9.80665), 1, "looks like g"),
    "mg": (_scaled(slice(1, 4), 1000 / 9.80665), 1, "have to be m/s²"),
    "degrees": (_scaled(slice(4, 7), 57.3), 1, "degrees a second"),
    "milliseconds": (_scaled(slice(0, 1), 1000), 1, "milliseconds"),
    "wrong rate": (_scaled(slice(0, 1), 4), 1, "rate_hz is 100"),
    "nothing but nan": ("t_s,ax,ay,az\n0,nan,nan,nan\n0.01,nan,nan,nan\n", 1, "no number"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_wrong_time_or_unit_is_refused_with_file_line_and_reason(folder: Path, case: str):
    text, line, reason = BAD[case]
    (folder / "trunk.csv").write_text(text)
    with pytest.raises(RecordingError) as refused:
        read_table(folder)
    message = str(refused.value)
    assert f"{folder / 'trunk.csv'}, line {line}: " in message
    assert reason in message
    assert "\n" not in message


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


@pytest.mark.data
def test_every_real_recording_is_read_and_streamed(data: Path):
    folders = find_tables(data)
    assert len(folders) > 200
    for folder in folders:
        recording = read_table(folder)
        assert recording.truth
        assert recording.end_t > recording.start_t


def test_jumping_without_gravity_is_known_by_its_mean():
    t = np.arange(400) / 100.0
    jump = np.column_stack([0 * t, 0 * t, 30 * np.sin(2 * np.pi * 2 * t)])
    assert np.median(np.linalg.norm(jump, axis=1)) > 10
    assert not has_gravity(jump, t)
    assert has_gravity(jump + np.array([0, 0, 9.8]), t)
