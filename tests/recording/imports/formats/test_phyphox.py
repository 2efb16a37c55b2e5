"""Exports of phyphox."""

from __future__ import annotations

import pytest

from tests.recording.imports.exports import (
    ACC,
    GYR,
    G,
    folder,
    imported,
    phyphox,
    refused,
    same,
    zipped,
)


@pytest.mark.parametrize(("separator", "comma"), [(",", False), (";", True), ("\t", False)])
def test_phyphox_is_read_with_any_separator(tmp_path, separator, comma):
    files = {
        "Accelerometer.csv": phyphox("Acceleration", "m/s^2", ACC, separator, comma),
        "Gyroscope.csv": phyphox("Gyroscope", "rad/s", GYR, separator, comma),
        "meta/device.csv": '"property","value"\n"deviceModel","x"\n',
    }
    made = imported(tmp_path, zipped(tmp_path / "p.zip", files), "--placement", "chest")
    same(made.sensors[0])
    assert made.source == "imported from phyphox"


def test_one_phyphox_file_with_filled_up_columns_is_enough(tmp_path):
    text = phyphox("Acceleration", "m/s^2", ACC) + "NaN,NaN,NaN,NaN\n" * 3
    source = folder(tmp_path / "in", {"Raw Data.csv": text}) / "Raw Data.csv"
    made = imported(tmp_path, source, "--placement", "chest")
    same(made.sensors[0], gyr=None)


def test_phyphox_without_gravity_is_refused(tmp_path, capsys):
    text = phyphox("Linear Acceleration", "m/s^2", ACC - [0, 0, G])
    source = folder(tmp_path / "in", {"Linear.csv": text})
    assert "without gravity; with it" in refused(tmp_path, capsys, source, "--placement", "chest")
