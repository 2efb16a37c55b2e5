"""Exports of Sensor Logger from Android phones and iPhones."""

from __future__ import annotations

import numpy as np
import pytest

from tests.recording.imports.exports import (
    ABOUT,
    ACC,
    GYR,
    RATE_HZ,
    G,
    N,
    T,
    folder,
    imported,
    refused,
    same,
    sensor_logger,
    zipped,
)


def test_android_with_gravity_is_taken_as_it_is(tmp_path):
    files = {
        "Accelerometer.csv": sensor_logger(ACC - [0, 0, G]),
        "TotalAcceleration.csv": sensor_logger(ACC),
        "Gyroscope.csv": sensor_logger(GYR),
        "Metadata.csv": ABOUT.format("android", "false"),
    }
    made = imported(tmp_path, zipped(tmp_path / "a.zip", files), "--placement", "lower_back")
    same(made.sensors[0])
    assert made.sensors[0].placement == "lower_back"
    assert made.sensors[0].rate_hz == RATE_HZ


@pytest.mark.parametrize(("standardised", "sign"), [("false", -1.0), ("true", 1.0)])
def test_iphone_signs_are_reversed_unless_the_app_did_so(tmp_path, standardised, sign):
    gravity = np.tile([0.0, 0.0, G], (N, 1))
    files = {
        "Accelerometer.csv": sensor_logger(sign * (ACC - gravity)),
        "Gravity.csv": sensor_logger(sign * gravity),
        "Gyroscope.csv": sensor_logger(GYR),
        "Metadata.csv": ABOUT.format("ios", standardised),
    }
    made = imported(tmp_path, zipped(tmp_path / "i.zip", files), "--placement", "waist")
    same(made.sensors[0])


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


def test_acceleration_without_gravity_is_refused(tmp_path, capsys):
    files = {"Accelerometer.csv": sensor_logger(ACC - [0, 0, G])}
    path = zipped(tmp_path / "a.zip", files)
    said = refused(tmp_path, capsys, path, "--placement", "waist")
    assert "a.zip/Accelerometer.csv, line 1: this is without gravity" in said


def test_without_metadata_the_assumed_signs_are_reported(tmp_path, capsys):
    files = {
        "Accelerometer.csv": sensor_logger(ACC - [0, 0, G]),
        "Gravity.csv": sensor_logger(np.tile([0.0, 0.0, G], (N, 1))),
    }
    path = zipped(tmp_path / "a.zip", files)
    made = imported(tmp_path, path, "--placement", "waist")
    same(made.sensors[0], gyr=None)
    assert "Android's signs assumed" in capsys.readouterr().err
    upright = "[[1,0,0],[0,1,0],[0,0,1]]"
    words = [path, "--placement", "waist", "--mounting", upright, "--signs", "ios"]
    assert imported(tmp_path, *words, out="turned") is None
    assert "upside down, or all signs are" in capsys.readouterr().err


def test_duplicate_rows_are_left_out_and_reported(tmp_path, capsys):
    text = sensor_logger(ACC).split("\n")
    text.insert(50, text[50])
    files = {"TotalAcceleration.csv": "\n".join(text)}
    made = imported(tmp_path, folder(tmp_path / "in", files), "--placement", "waist")
    same(made.sensors[0], gyr=None)
    assert "1 rows that repeat the previous row" in capsys.readouterr().err
