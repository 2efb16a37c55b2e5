"""Simulated wearables: counts, the pod's documented frame, and when its stream is on."""

from __future__ import annotations

import asyncio

import numpy as np

from cued.standin.peripheral import BATTERY_LEVEL
from cued.standin.wearables import (
    POD,
    POD_CONTROL,
    POD_DATA,
    POD_FAMILY,
    FarDevice,
    counts,
    pod_frame,
)
from tests.standin.medium import Medium


def test_values_are_rounded_to_counts_and_clipped_to_the_converters_range():
    values = np.array([0.0, 0.74, 0.76, -1e6, 1e6])
    assert counts(values, 0.5).tolist() == [0, 1, 2, -32768, 32767]


def test_a_pods_frame_is_the_example_of_its_document():
    values = np.array([[0, 0, 2049, 0, 0, 0], [1, -1, 2048, 1, -1, 0]], np.int16)
    assert pod_frame(7, 1_000_000, 9615, values) == bytes.fromhex(
        "01 02 0700 40420f00 8f25 0000 0000 0108 0000 0000 0000 0100 ffff 0008 0100 ffff 0000"
    )


def test_counter_and_time_of_a_pods_frame_wrap():
    frame = pod_frame(2**17 - 1, 2**32 + 5, 1, np.zeros((1, 6), np.int16))
    assert frame[2:8] == bytes.fromhex("ffff 05000000")


def test_a_pod_streams_between_start_and_stop():
    medium = Medium()
    pod = FarDevice(POD_FAMILY, medium, 26)
    assert (pod.peripheral.name, pod.peripheral.address) == ("cued pod 0026", "C0:AA:00:00:00:1A")
    assert pod.peripheral.advertised == [POD]
    assert pod.peripheral.char(BATTERY_LEVEL).read() == bytes((80,))
    control, started = pod.peripheral.char(POD_CONTROL), []
    for command in (b"\x01", b"\x00", b"\x01", b"\x02"):
        assert control.write(command) is None  # no ATT error
        started.append(pod.started)
    assert started == [True, False, True, False]
    assert pod.send(POD_DATA, b"frame")
    medium.deaf = True
    assert not pod.send(POD_DATA, b"frame")


async def test_a_start_command_counts_once_and_is_answered_a_little_later():
    medium = Medium()
    device = FarDevice(POD_FAMILY, medium, 1)
    written = device.starts_on(b"go")
    written(b"no")
    assert not device.started
    written(b"go")
    written(b"no")
    assert device.started
    device.answer(POD_DATA, b"done")
    assert medium.sent.empty()
    async with asyncio.timeout(5):
        assert await medium.sent.get() == (POD_DATA, b"done")
