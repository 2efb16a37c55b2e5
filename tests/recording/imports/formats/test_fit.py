"""Exports of watches."""

from __future__ import annotations

import gzip
import struct
import zipfile

import pytest

from cued import __main__
from tests.recording.imports.exports import ACC, fit, imported, refused, same


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


def test_a_damaged_fit_file_is_reported(tmp_path, capsys):
    raw = bytearray(fit())
    raw[-1] ^= 0xFF
    (tmp_path / "a.fit").write_bytes(raw)
    assert len(imported(tmp_path, tmp_path / "a.fit").belt) == 3
    assert "the checksum is wrong" in capsys.readouterr().err


def test_contradictory_fit_bytes_give_one_line(tmp_path, capsys):
    raw = bytearray(fit())
    raw[4] = 0
    (tmp_path / "a.fit").write_bytes(raw)
    assert imported(tmp_path, tmp_path / "a.fit") is None
    assert capsys.readouterr().err.count("\n") == 1


def test_fit_records_that_run_backward_are_reported(tmp_path, capsys):
    raw = fit()
    head = bytes([0x45, 0, 0]) + struct.pack("<H", 20) + bytes([2, 253, 4, 0x86, 6, 2, 0x84])
    body = raw[raw[0] : -2] + head
    body += b"".join(b"\5" + struct.pack("<IH", 1_000_000_000 - n, 1300 + n) for n in range(9))
    whole = raw[:4] + struct.pack("<I", len(body)) + raw[8 : raw[0]] + body + raw[-2:]
    (tmp_path / "a.fit").write_bytes(whole)
    imported(tmp_path, tmp_path / "a.fit")
    assert "left out: 9" in capsys.readouterr().err
