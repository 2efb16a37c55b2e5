"""WAV files of any recorder are read, and our own are written whole."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from cued.actuators import _wav

STEREO_16 = struct.pack("<HHIIHH", 1, 2, 8000, 32_000, 4, 16)


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WAVE"
    for name, data in chunks:
        body += name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def mono(tag: int, bits: int, data: bytes) -> bytes:
    width = bits // 8
    form = struct.pack("<HHIIHH", tag, 1, 8000, 8000 * width, width, bits)
    return riff((b"fmt ", form), (b"data", data))


def read(folder: Path, data: bytes) -> tuple[list[float], int]:
    path = folder / "sound.wav"
    path.write_bytes(data)
    sound, rate = _wav.read(path)
    return sound.tolist(), rate


@pytest.mark.parametrize(
    ("tag", "bits", "data", "sound"),
    [
        (1, 8, b"\x00\x80\xc0", [-1.0, 0.0, 0.5]),
        (1, 16, b"\x00\x40\x00\x80", [0.5, -1.0]),
        (1, 24, b"\x00\x00\x40\x00\x00\x80", [0.5, -1.0]),
        (1, 32, b"\x00\x00\x00\xc0", [-0.5]),
        (3, 32, struct.pack("<ff", 0.25, -1.5), [0.25, -1.5]),
        (3, 64, struct.pack("<d", 0.25), [0.25]),
    ],
)
def test_every_sample_format_is_read(
    tmp_path: Path, tag: int, bits: int, data: bytes, sound: list[float]
) -> None:
    assert read(tmp_path, mono(tag, bits, data)) == (sound, 8000)


def test_channels_are_mixed_and_other_chunks_passed_over(tmp_path: Path) -> None:
    data = struct.pack("<hhhh", 16384, 16384, 16384, -16384)
    odd = (b"LIST", b"abc")  # of odd length, so a byte of padding follows
    sound = riff(odd, (b"fmt ", STEREO_16), odd, (b"data", data + b"\0\0"))
    assert read(tmp_path, sound) == ([0.5, 0.0], 8000)


def test_the_extensible_header_names_the_format_further_on(tmp_path: Path) -> None:
    form = struct.pack("<HHIIHH", 0xFFFE, 1, 8000, 32_000, 4, 32)
    form += struct.pack("<HHIH", 22, 32, 4, 3) + bytes(14)
    whole = riff((b"fmt ", form), (b"data", struct.pack("<f", 0.5)))
    assert read(tmp_path, whole) == ([0.5], 8000)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not a WAV file"),
        (b"ID3" + bytes(40), "not a WAV file"),
        (riff((b"fmt ", STEREO_16)), "no sound in it"),
        (riff((b"data", b"\0\0")), "no sound in it"),
        (riff((b"fmt ", bytes(16)), (b"data", b"\0\0")), "header is damaged"),
        (mono(2, 8, b"\0\0"), r"not supported \(2, 8 bit\)"),
        (mono(3, 32, struct.pack("<f", float("nan"))), "not all its samples are numbers"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(
    tmp_path: Path, data: bytes, why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        read(tmp_path, data)


def test_a_written_clip_is_read_again_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    _wav.write(_wav.to_clip(np.array([0.5, -0.25, 0.0])), path)
    sound, rate = _wav.read(path)
    assert sound.tolist() == pytest.approx([0.5, -0.25, 0.0], abs=1 / 32_767)
    assert rate == 44_100
    assert list(tmp_path.iterdir()) == [path]
