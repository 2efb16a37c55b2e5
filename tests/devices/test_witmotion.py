"""A WitMotion sensor: frames found in any cut of the stream, its rate and its battery."""

from __future__ import annotations

import struct
from contextlib import suppress

import numpy as np
import pytest

from cued.devices import witmotion
from cued.devices._gatt import DEGREE, G
from cued.devices.device import Write
from cued.model import Battery, DecodeError, Packet
from tests.devices.frames import H


def wit_frame(ax: int) -> bytes:
    return b"\x55\x61" + struct.pack("<9h", ax, 0, 2048, 0, 16384, 0, 0, 0, 0)


def test_witmotion_frames_are_found_in_any_cut_of_the_stream():
    stream = b"".join(wit_frame(i) for i in range(200))
    rng = np.random.default_rng(5)
    cuts = np.sort(rng.choice(len(stream), 150, replace=False))
    device = witmotion.WitMotion(witmotion.Config(), "foot")
    whole = []
    for k, piece in enumerate(np.split(np.frombuffer(stream, np.uint8), cuts)):
        whole += device.receive(k * 2.0 / 151, witmotion.NOTIFY, piece.tobytes())
    packets = [p for p in whole if isinstance(p, Packet)]
    counts = np.concatenate([p.acc[:, 0] for p in packets]) / (16 * G / 32768)
    assert np.diff(counts) == pytest.approx(1.0)
    assert packets[0].acc[0, 2] == pytest.approx(G)
    assert packets[0].gyr[0, 1] == pytest.approx(1000 * DEGREE)


@pytest.mark.parametrize(
    ("hz", "taken"), [(97.0, 100.0), (52.0, 50.0), (10.3, 10.0), (70.0, 100.0)]
)
def test_witmotion_uses_the_measured_rate_not_the_requested_one(hz, taken):
    device = witmotion.WitMotion(witmotion.Config(), "foot")
    out = []
    for i in range(round(4 * hz)):
        out += device.receive(i / hz, witmotion.NOTIFY, wit_frame(i))
    assert {p.rate_hz for p in out if isinstance(p, Packet)} == {taken}


def test_witmotion_resynchronises_after_invalid_bytes():
    frames, rest, lost = witmotion.split(b"\x00\x55\x10" + wit_frame(1) + b"\x55")
    assert (frames, rest, lost) == ([wit_frame(1)], b"\x55", 3)


@pytest.mark.parametrize("kept", range(2, 20))
@pytest.mark.parametrize("size", [10, 20, 60, 70])
def test_a_witmotion_frame_whose_end_was_lost_is_not_joined_to_the_next_one(kept, size):
    stream = b"".join(wit_frame(1000 + i) for i in range(9))
    device = witmotion.WitMotion(witmotion.Config(), "foot")
    for k in range(400):  # until the rate is known
        device.receive(k / 100, witmotion.NOTIFY, wit_frame(1))
    device.receive(4.0, witmotion.NOTIFY, wit_frame(7)[:kept])
    seen = []
    for at in range(0, len(stream), size):
        with suppress(DecodeError):  # says that bytes were lost
            seen += device.receive(4.1 + at, witmotion.NOTIFY, stream[at : at + size])
    counts = np.concatenate([p.acc[:, 0] for p in seen if isinstance(p, Packet)])
    assert counts / (16 * G / 32768) == pytest.approx(np.arange(1000, 1009))


def test_witmotion_battery_goes_from_empty_to_full():
    device = witmotion.WitMotion(witmotion.Config(), "foot")
    for centivolts, percent in ((330, 0), (340, 0), (368, 50), (396, 100), (420, 100)):
        frame = b"\x55\x71\x64\x00" + struct.pack("<H", centivolts) + bytes(14)
        (battery,) = [
            x for x in device.receive(1.0, witmotion.NOTIFY, frame) if isinstance(x, Battery)
        ]
        assert battery.percent == pytest.approx(percent)


def test_the_rate_is_written_after_the_unlock_and_the_battery_asked_for_each_minute():
    device = witmotion.WitMotion(witmotion.Config(rate_hz=50), "foot")
    assert device.start([witmotion.NOTIFY])[-2:] == [
        Write(witmotion.WRITE, H("ffaa6988b5")),
        Write(witmotion.WRITE, H("ffaa030800")),
    ]
    asked = [
        t
        for t in range(130)
        if Write(witmotion.WRITE, H("ffaa276400"))
        in device.receive(float(t), witmotion.NOTIFY, wit_frame(0))
    ]
    assert asked == [0, 60, 120]
