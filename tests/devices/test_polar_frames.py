"""Polar's frames, laid out by hand here, give the samples they were made from."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from cued.devices import _polar_frames as polar
from tests.devices.frames import delta_block


@pytest.mark.parametrize("width", [2, 3, 5, 8, 10, 11, 16])
def test_polar_compressed_blocks_of_any_width_are_decoded(width):
    rng = np.random.default_rng(width)
    low, high = -(1 << width - 1), (1 << width - 1) - 1
    rows = rng.integers(low, high, (7, 3), endpoint=True)
    rows[0], rows[1] = low, high
    more = rng.integers(-4, 4, (5, 3))
    payload = struct.pack("<3h", -5, 7, 1000)
    payload += delta_block(rows.tolist(), width) + delta_block(more.tolist(), 4)
    expected = np.cumsum(np.vstack(([[-5, 7, 1000]], rows, more)), axis=0)
    assert polar.decompress(payload, 3, 16).tolist() == expected.tolist()


def test_polar_bits_of_width_one_are_0_and_minus_1_and_of_width_zero_nothing():
    payload = struct.pack("<3h", 0, 0, 0) + bytes([1, 1, 0b101]) + bytes([0, 2])
    assert polar.decompress(payload, 3, 16).tolist() == [[0, 0, 0], *[[-1, 0, -1]] * 3]


def test_polar_24_bit_samples_keep_their_sign():
    payload = b"".join(v.to_bytes(3, "little", signed=True) for v in (-8388608, -1, 8388607))
    frame = polar.decode(b"\x02" + bytes(8) + b"\x02" + payload)
    assert frame.values.tolist() == [[-8388608, -1, 8388607]]
