"""The sample format, and WAV files: reads those of users, writes our own clips."""

from __future__ import annotations

import struct
import wave
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cued.model import Floats
from cued.whole import replacing

# One rate, 16 bit, one channel.
RATE = 44_100  # every card plays it, most without converting
FULL_SCALE = 32_767  # of 16 bit
PEAK = 0.8  # leaves headroom for the metronome's tick, which may sound together with words
TICK_PEAK = 0.2  # PEAK and this are full scale
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE  # format tags of RIFF WAVE (mmreg.h)
Samples: TypeAlias = NDArray[np.int16]


def read(path: Path) -> tuple[Floats, int]:
    """Return the sound between -1 and 1, channels mixed to one, and its rate.

    Raises OSError, or ValueError with the reason. ``wave`` is not used: before Python 3.12 it does
    not read the extensible header, which many recorders write, and it never reads floats.
    """
    data = path.read_bytes()
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError("not a WAV file")
    chunks, at = dict[bytes, bytes](), 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        chunks.setdefault(name, data[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    if len(chunks.get(b"fmt ", b"")) < 16 or not chunks.get(b"data"):
        raise ValueError("no sound in it")
    form = chunks[b"fmt "]
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", form)
    if tag == EXTENSIBLE and len(form) >= 26:
        tag = int.from_bytes(form[24:26], "little")
    if not channels or not rate:
        raise ValueError("its header is damaged")
    return _numbers(chunks[b"data"], tag, bits, channels).mean(axis=1), rate


def _numbers(data: bytes, tag: int, bits: int, channels: int) -> Floats:
    """Return samples by channel, between -1 and 1."""
    width = bits // 8
    if (tag, bits) not in ((PCM, 8), (PCM, 16), (PCM, 24), (PCM, 32), (FLOAT, 32), (FLOAT, 64)):
        raise ValueError(f"its sample format is not supported ({tag}, {bits} bit)")
    data = data[: len(data) // (width * channels) * width * channels]
    if tag == FLOAT:
        out = np.frombuffer(data, dtype=f"<f{width}").astype(np.float64)
    elif bits == 8:
        out = np.frombuffer(data, dtype=np.uint8) / 128.0 - 1.0
    else:  # placed in the upper bytes of 32 bits, which keeps the sign
        wide = np.zeros((len(data) // width, 4), dtype=np.uint8)
        wide[:, 4 - width :] = np.frombuffer(data, dtype=np.uint8).reshape(-1, width)
        out = wide.view("<i4")[:, 0] / 2.0**31
    if not np.isfinite(out).all():
        raise ValueError("not all its samples are numbers")
    return out.reshape(-1, channels)


def to_clip(sound: Floats) -> Samples:
    """Convert a sound to the mixer's format."""
    clip: Samples = np.round(sound * FULL_SCALE).astype(np.int16)
    return clip


def write(clip: Samples, path: Path) -> None:
    """Write a clip completely or not at all."""
    with replacing(path) as file, wave.open(file, "wb") as wav:
        wav.setparams((1, 2, RATE, 0, "NONE", ""))
        wav.writeframes(clip.astype("<i2").tobytes())
