"""The files of an export, in whatever encoding or archive they are."""

from __future__ import annotations

import io
import os
import zipfile

import pytest

from tests.recording.imports.exports import ACC, G, T, alike, imported, lines, rows, same


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
def test_common_encodings_are_read(tmp_path, encoding):
    text = "time (s),acc x (m/s²),acc y (m/s²),acc z (m/s²)\n" + rows(T, ACC)
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    alike(imported(tmp_path, tmp_path / "a.txt", "--placement", "chest"), gyr=False)


@pytest.mark.parametrize(("code", "word"), [("gbk", "时间(s)"), ("shift_jis", "時間(s)")])
def test_headings_in_east_asian_encodings_are_read(tmp_path, capsys, code, word):
    text = f"{word},加速度X(g),加速度Y(g),加速度Z(g)\n" + rows(T, ACC / G)
    (tmp_path / "a.txt").write_bytes(text.encode(code))
    alike(imported(tmp_path, tmp_path / "a.txt", "--placement", "chest"), gyr=False)
    assert "not UTF-8, read as" in capsys.readouterr().err


def test_a_zip_inside_a_zip_is_read(tmp_path, capsys):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("walk/chest.csv", "t_s,ax,ay,az\n" + rows(T, ACC))
    for name, count in (("one.zip", 1), ("two.zip", 2)):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for n in range(count):
                archive.writestr(f"{n}.zip", inner.getvalue())
    alike(imported(tmp_path, tmp_path / "one.zip"), gyr=False)
    assert imported(tmp_path, tmp_path / "two.zip", out="other") is None
    assert "unpack it and import its content: 0.zip, 1.zip" in capsys.readouterr().err


def test_a_pipe_is_refused_at_once(tmp_path, capsys):
    os.mkfifo(tmp_path / "p.csv")
    assert imported(tmp_path, tmp_path / "p.csv", "--placement", "waist") is None
    assert "a pipe or a device" in capsys.readouterr().err


def test_text_in_another_encoding_is_read_with_a_note(tmp_path, capsys):
    source = tmp_path / "trunk.csv"
    source.write_bytes(lines("t_s,ax (m/s²),ay (m/s²),az (m/s²)", T, ACC).encode("latin-1"))
    made = imported(tmp_path, source)
    same(made.sensors[0], gyr=None)
    assert "not UTF-8, read as Latin-1" in capsys.readouterr().err
