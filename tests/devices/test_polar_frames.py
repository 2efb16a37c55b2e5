"""Polar's frames, laid out by hand here, give the samples they were made from."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from cued.devices import _polar_frames as polar
from cued.model import DecodeError
from tests.devices.frames import H, delta_block


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


@pytest.mark.parametrize(
    ("head", "values", "factor", "expected"),
    [
        ("02", "80 e803 0000 18fc", 0.001, [1000.0, 0.0, -1000.0]),  # g to mg
        ("05", "80 0a00 0000 f6ff", 0.5, [5.0, 0.0, -5.0]),  # deg/s
        ("05", "81 0000803f 00000000 000080bf", 1.0, [1.0, 0.0, -1.0]),  # floats
        ("06", "81 e803 0000 18fc 0300", 1.0, [1.0, 0.0, -1.0, 3.0]),  # gauss, status
    ],
)
def test_the_type_of_a_frame_decides_its_unit(head, values, factor, expected):
    frame = polar.decode(H(head + "0100000000000000" + values), factor)
    assert frame.last_ns == 1
    assert frame.values[0] == pytest.approx(expected)


def test_frames_that_cannot_be_are_decode_errors():
    too_long = struct.pack("<3h", 0, 0, 0) + bytes([16, 3]) + bytes(17)  # 18 are needed
    no_number = H("05 0000000000000000 81 0000c07f 00000000 00000000")
    for attempt in (
        lambda: polar.decompress(too_long, 3, 16),
        lambda: polar.decompress(bytes(5), 3, 16),
        lambda: polar.decode(H("01 0000000000000000 00 00")),
        lambda: polar.decode(no_number),
    ):
        with pytest.raises(DecodeError):
            attempt()


def test_a_control_reply_has_its_operation_status_and_rest():
    reply = polar.reply(H("f0 01 82 00 01 aabb"))
    assert (reply.op, reply.kind, reply.status, reply.more) == (1, 2, 0, True)
    assert reply.rest == H("aabb")
    assert not polar.reply(H("f0 02 02 00 01")).more  # after a start it means nothing
    assert polar.reply(H("f0 02 02 05")).rest == b""
    with pytest.raises(DecodeError, match="0x0f"):
        polar.reply(H("0f 01 02 00"))


def test_settings_are_lists_of_values_by_their_kind():
    offered = polar.settings(H("00 02 1900 3200  04 01 03  05 01 0000003f"))
    assert offered == {0: [25, 50], 4: [3], 5: [0.5]}
    for cut_or_unknown in ("00 02 1900", "06 01 00", "07 01 00", "00 01 0000"):
        with pytest.raises(DecodeError):
            polar.settings(H(cut_or_unknown))
