"""Notifications and samples as Protocol Buffers: written, read again, and described."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cued.model import Notification, Packet
from cued.recording.sessions import protobuf as pb


@given(t=st.floats(0, 1e9), data=st.binary(max_size=300), beside=st.booleans())
def test_a_notification_is_read_again(t: float, data: bytes, beside: bool):
    item = Notification(t, "back", "2a37", data, beside=beside)
    read = pb.read_notification(pb.notification(item), "back", "2a37")
    assert (read.t, read.sensor, read.char, read.data) == (t, "back", "2a37", data)
    assert read.beside == beside


@pytest.mark.parametrize("gyro", [True, False])
@pytest.mark.parametrize("ticks", [True, False])
def test_samples_are_read_again_to_the_bit(gyro: bool, ticks: bool):
    rng = np.random.default_rng(2)
    packet = Packet(
        t=12.5,
        sensor="back",
        ticks=rng.random(7) if ticks else None,
        acc=rng.normal(size=(7, 3)),
        gyr=rng.normal(size=(7, 3)) if gyro else None,
        rate_hz=104.0,
        synced=not ticks,
    )
    read = pb.read_samples(pb.samples(packet), "back")
    assert (read.t, read.rate_hz, read.synced) == (12.5, 104.0, not ticks)
    for name in ("ticks", "acc", "gyr"):
        wrote, got = getattr(packet, name), getattr(read, name)
        assert (wrote is None) == (got is None)
        assert wrote is None or np.array_equal(wrote, got)


@given(data=st.binary(max_size=60))
def test_other_bytes_are_always_a_decode_error(data: bytes):
    with contextlib.suppress(ValueError):
        pb.read_samples(data, "a")
    with contextlib.suppress(ValueError):
        pb.read_notification(data, "a", "b")
