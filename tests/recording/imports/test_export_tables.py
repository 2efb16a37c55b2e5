"""The tables of an export: one for each place, device or sensor that headings or rows name."""

from __future__ import annotations

import numpy as np
import pytest

from tests.recording.imports.exports import ACC, GYR, T, imported, rows


@pytest.mark.parametrize("names", ["{side}_foot_{what}_{axis}", "{side}Foot{What}{Axis}"])
def test_two_feet_in_one_file_are_two_sensors(tmp_path, names):
    heads = [
        names.format(side=side, what=what, What=what.title(), axis=axis, Axis=axis.upper())
        for side in ("left", "right")
        for what in ("acc", "gyr")
        for axis in "xyz"
    ]
    text = f"time (s),{','.join(heads)},mag\n" + rows(
        T, ACC, GYR, ACC[:, [2, 0, 1]], 2 * GYR, 0 * T
    )
    (tmp_path / "walk.csv").write_text(text)
    made = imported(tmp_path, tmp_path / "walk.csv", "--units", "m/s2,rad/s")
    left, right = made.sensors
    assert (left.placement, right.placement) == ("foot_left", "foot_right")
    np.testing.assert_allclose(left.acc, ACC, atol=2e-3)
    np.testing.assert_allclose(right.acc, ACC[:, [2, 0, 1]], atol=2e-3)
    np.testing.assert_allclose(right.gyr, 2 * GYR, atol=2e-3)
    assert "left out mag" in made.notes
    assert "foot" not in made.notes.lower()


@pytest.mark.parametrize("head", ["sensor", "Position", "device_name", "设备名称"])
def test_interleaved_rows_of_two_sensors_are_two_sensors(tmp_path, head):
    lines = zip(T, ACC, ACC[:, [2, 0, 1]], strict=True)
    text = "".join(
        f"{name},{t},{x},{y},{z}\n"
        for t, left, right in lines
        for name, (x, y, z) in (("left_foot", left), ("right_foot", right))
    )
    (tmp_path / "walk.csv").write_text(f"{head},t_s,ax,ay,az\n{text}")
    left, right = imported(tmp_path, tmp_path / "walk.csv").sensors
    assert (left.placement, right.placement) == ("foot_left", "foot_right")
    np.testing.assert_allclose(left.acc, ACC, atol=1e-3)
    np.testing.assert_allclose(right.acc, ACC[:, [2, 0, 1]], atol=1e-3)


def test_numbered_sensors_are_not_mistaken_for_one(tmp_path, capsys):
    text = "".join(f"{n},{t},{x},{y},{z}\n" for t, (x, y, z) in zip(T, ACC, strict=True)
                   for n in (1, 2))  # fmt: skip
    (tmp_path / "walk.csv").write_text(f"sensor_id,t_s,ax,ay,az\n{text}")
    assert imported(tmp_path, tmp_path / "walk.csv", "--placement", "waist") is None
    assert "say which of sensor_id_1, sensor_id_2" in capsys.readouterr().err


def test_numbered_headings_are_separate_sensors(tmp_path):
    heads = ",".join(f"acc{n}_{axis}" for n in (1, 2) for axis in "xyz")
    (tmp_path / "walk.csv").write_text(f"t_s,{heads}\n" + rows(T, ACC, 1.01 * ACC))
    words = ["--units", "m/s2", "--placement", "1=foot_left", "--placement", "2=foot_right"]
    left, right = imported(tmp_path, tmp_path / "walk.csv", *words).sensors
    np.testing.assert_allclose(left.acc, ACC, atol=1e-3)
    np.testing.assert_allclose(right.acc, 1.01 * ACC, atol=1e-3)
