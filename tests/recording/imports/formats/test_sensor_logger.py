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
    alike,
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


@pytest.mark.parametrize(("platform", "scale"), [("android", 1.0), ("ios", -1.0 / G)])
@pytest.mark.parametrize("more", [False, True])
def test_sensor_loggers_uncalibrated_files(tmp_path, platform, scale, more):
    files = {
        "AccelerometerUncalibrated.csv": sensor_logger(scale * ACC, T),
        "GyroscopeUncalibrated.csv": sensor_logger(GYR, T),
        "Metadata.csv": ABOUT.format(platform, "false"),
    }
    if more:
        files["Accelerometer.csv"] = sensor_logger(0.1 * GYR, T)
    zipped(tmp_path / "a.zip", files)
    alike(imported(tmp_path, tmp_path / "a.zip", "--placement", "waist"))
