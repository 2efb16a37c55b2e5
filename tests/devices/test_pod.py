"""The project's own pod: its documented frame, lost frames, other versions, its motor."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from cued.devices import pod
from cued.devices.device import Answer, Write
from cued.model import DecodeError
from cued.parts import NoOptions
from tests.devices.frames import H, only


def test_the_pods_documented_example():
    example = H(
        "01 02 0700 40420f00 8f25 0000 0000 0108 0000 0000 0000 0100 ffff 0008 0100 ffff 0000"
    )
    packet = only(pod.Pod(NoOptions(), "foot").receive(1.0, pod.DATA, example))
    assert packet.acc == pytest.approx(np.array([[0, 0, 9.81], [0.005, -0.005, 9.80]]), abs=0.01)
    assert packet.gyr[1] == pytest.approx([0.0012, -0.0012, 0], abs=1e-4)
    assert np.diff(packet.ticks) == pytest.approx(0.009615)


def test_a_lost_pod_frame_leaves_a_hole_of_its_length():
    device = pod.Pod(NoOptions(), "foot")
    ticks = [
        only(
            device.receive(
                1.0, pod.DATA, struct.pack("<BBHIH6h", 1, 1, k, k * 10000, 10000, *[0] * 6)
            )
        ).ticks[0]
        for k in (0, 1, 2, 7, 8)
    ]
    assert np.diff(ticks) == pytest.approx([0.01, 0.01, 0.05, 0.01])


def test_a_pod_of_a_newer_version_is_refused_by_name():
    with pytest.raises(DecodeError, match="version 2"):
        pod.decode(struct.pack("<BBHIH6h", 2, 1, 0, 0, 1, *[0] * 6))


def received(t: float, first_us: int) -> pod.Pod:
    """Return a pod with a motor that sent one frame of two samples, 10 ms apart."""
    device = pod.Pod(NoOptions(), "foot")
    device.start([pod.DATA, pod.MOTOR])
    device.receive(t, pod.DATA, struct.pack("<BBHIH12h", 1, 2, 0, first_us, 10_000, *[0] * 12))
    return device


def test_a_rhythm_begins_at_the_latest_0_2_s_from_now_on_the_pods_clock():
    rhythm = ((0.0, 0.2), (0.1, 3.0))  # the longest that a byte holds is 2.55 s
    # the newest sample's time, 1 010 000 µs, and 50 ms since it came
    head = struct.pack("<BBI", 1, 2, 1_010_000 + 50_000 + 200_000)
    assert received(1.0, 1_000_000).pulse(1.05, rhythm) == [
        Write(pod.MOTOR, head + bytes((0, 20, 10, 255)))
    ]
    (wrapped,) = received(1.0, 2**32 - 20_000).pulse(1.0, rhythm)
    assert struct.unpack_from("<I", wrapped.data, 2) == (190_000,)


def test_a_rhythm_is_refused_without_a_motor_or_after_a_silence():
    (answer,) = pod.Pod(NoOptions(), "foot").pulse(1.0, ((0.0, 0.2),))
    assert answer == Answer("its firmware has no motor")
    device = received(1.0, 0)
    (answer,) = device.pulse(1.21, ((0.0, 0.2),))
    assert "link is poor" in answer.why
    (silence,) = device.pulse(9.0, ())
    assert isinstance(silence, Write)


def test_a_frame_that_overlaps_the_one_before_is_a_decode_error():
    device = received(1.0, 1_000_000)
    with pytest.raises(DecodeError, match="overlaps"):
        device.receive(1.1, pod.DATA, struct.pack("<BBHIH6h", 1, 1, 1, 1_010_000, 1, *[0] * 6))
