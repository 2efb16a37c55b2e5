"""Exports of watches."""

from __future__ import annotations

import gzip
import zipfile

import pytest

from cued import __main__
from tests.recording.imports.exports import (
    ACC,
    BEGAN,
    T,
    fit,
    imported,
    refused,
    same,
    sensor_logger,
    zipped,
)


def test_a_fit_file_gives_the_belt_and_accelerations_if_it_has_them(tmp_path):
    (tmp_path / "a.fit").write_bytes(fit(ACC))
    made = imported(tmp_path, tmp_path / "a.fit", "--placement", "foot_left")
    same(made.sensors[0], gyr=None, within=1e-4)
    steps = [(b.t, b.speed_m_s, b.incline_percent) for b in made.belt]
    assert steps == [(0, 1, 1.5), (2, 2, 1.5), (3, 2, 1.5)]


def test_a_fit_file_without_accelerations_gives_a_belt_that_replays(tmp_path, capsys):
    (tmp_path / "a.fit").write_bytes(fit())
    made = imported(tmp_path, tmp_path / "a.fit")
    assert made.sensors == ()
    assert "only the belt's speed was read" in capsys.readouterr().err
    assert __main__.main(["replay", str(tmp_path / "out")]) == 0
    assert __main__.main(["evaluate", str(tmp_path / "out")]) == 0


def test_belt_of_a_watch_and_strides_of_a_phone_are_joined_by_time_of_day(tmp_path):
    (tmp_path / "a.fit").write_bytes(fit())
    files = {"TotalAcceleration.csv": sensor_logger(ACC, T + 1.0)}
    phone = zipped(tmp_path / "p.zip", files)
    made = imported(tmp_path, tmp_path / "a.fit", phone, "--placement", "lower_back")
    assert made.sensors[0].t[0] == pytest.approx(1.0, abs=1e-3)  # one second after FIT's epoch
    assert [b.t for b in made.belt] == [0, 2, 3]


def test_exports_of_different_days_are_not_joined(tmp_path, capsys):
    (tmp_path / "a.fit").write_bytes(fit())
    text = sensor_logger(ACC, T).replace(str(int(BEGAN) // 100000), str(int(BEGAN) // 100000 + 1))
    phone = zipped(tmp_path / "p.zip", {"TotalAcceleration.csv": text})
    said = refused(tmp_path, capsys, tmp_path / "a.fit", phone, "--placement", "waist")
    assert "not recorded at the same time" in said


def test_the_file_of_a_watch_is_recognised_as_exported(tmp_path):
    (tmp_path / "a.fit.gz").write_bytes(gzip.compress(fit()))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("12345_ACTIVITY.fit", fit())
    for name, out in (("a.fit.gz", "a"), ("b.zip", "b")):
        made = imported(tmp_path, tmp_path / name, out=out)
        assert [b.speed_m_s for b in made.belt][:2] == [1.0, 2.0]


@pytest.mark.parametrize("crc", [b"\0\0", b"\x12\x34"])
def test_a_header_without_its_checksum_is_read(tmp_path, crc):
    plain = fit()
    (tmp_path / "a.fit").write_bytes(bytes([14]) + plain[1:12] + crc + plain[12:])
    made = imported(tmp_path, tmp_path / "a.fit")
    assert made.belt


def test_a_ride_is_refused_as_no_belt(tmp_path, capsys):
    (tmp_path / "a.fit").write_bytes(fit(sport="CYCLING"))
    assert "the speed of cycling is not a belt's" in refused(tmp_path, capsys, tmp_path / "a.fit")
