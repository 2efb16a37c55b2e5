"""The times of an export: repeated rows, and values at other times than theirs."""

from __future__ import annotations

import numpy as np

from tests.recording.imports.exports import (
    ACC,
    GYR,
    T,
    alike,
    folder,
    imported,
    rows,
    same,
    sensor_logger,
)


def test_rows_that_share_a_time_are_spread_and_reported(tmp_path, capsys):
    stamps = np.repeat(T[::4], 4)
    (tmp_path / "chest.csv").write_text("t_s,ax,ay,az\n" + rows(stamps, ACC))
    alike(imported(tmp_path, tmp_path / "chest.csv"), gyr=False)
    assert "300 rows share their time with others and were spread" in capsys.readouterr().err


def test_a_gyroscope_with_other_times_is_resampled_to_the_accelerations(tmp_path):
    late = T + 0.004
    gyr = np.column_stack([np.sin(3 * late), np.cos(3 * late), late])
    files = {"TotalAcceleration.csv": sensor_logger(ACC), "Gyroscope.csv": sensor_logger(gyr, late)}
    source = folder(tmp_path / "in", files)
    made = imported(tmp_path, source, "--placement", "lower_back")
    true = np.column_stack([np.sin(3 * T), np.cos(3 * T), T])
    assert np.isfinite(made.sensors[0].gyr).all()
    np.testing.assert_allclose(made.sensors[0].gyr[1:], true[1:], atol=2e-4)


def test_a_gap_in_the_gyroscope_is_unknown_and_not_interpolated(tmp_path):
    there = (T < 1.0) | (T > 2.0)
    files = {
        "TotalAcceleration.csv": sensor_logger(ACC),
        "Gyroscope.csv": sensor_logger(GYR[there], T[there]),
    }
    made = imported(tmp_path, folder(tmp_path / "in", files), "--placement", "lower_back")
    gone = np.isnan(made.sensors[0].gyr).all(axis=1)
    assert gone[105:195].all()
    assert not gone[:99].any()


def test_duplicate_rows_are_left_out_and_reported(tmp_path, capsys):
    text = sensor_logger(ACC).split("\n")
    text.insert(50, text[50])
    files = {"TotalAcceleration.csv": "\n".join(text)}
    made = imported(tmp_path, folder(tmp_path / "in", files), "--placement", "waist")
    same(made.sensors[0], gyr=None)
    assert "1 rows that repeat the previous row" in capsys.readouterr().err
