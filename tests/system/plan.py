"""Turns the simulated walk into what its pod would send: frames of four samples, and when."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import numpy as np

from cued.model import Packet
from cued.simulation.run import Simulation
from cued.sources.simulate import open_scenario

N = 4
STEP_US = 10_000
G_COUNT = 0.488e-3 * 9.80665
DEG_COUNT = np.deg2rad(0.070)


def frames(scenario: Path) -> bytes:
    """Time to send (f64, s), length (u16) and bytes of each frame, one after another."""
    simulation = Simulation(open_scenario(str(scenario)))
    packets = [p for p in simulation.inputs() if isinstance(p, Packet)]
    acc = np.concatenate([p.acc for p in packets]) / G_COUNT
    gyr = np.concatenate([p.gyr for p in packets if p.gyr is not None]) / DEG_COUNT
    counts = np.clip(np.round(np.hstack([acc, gyr])), -32767, 32767).astype("<i2")
    out = bytearray()
    for number in range(len(counts) // N):
        first_us = number * N * STEP_US
        head = struct.pack("<BBHIH", 1, N, number % 65536, first_us % 2**32, STEP_US)
        frame = head + counts[number * N : (number + 1) * N].tobytes()
        out += struct.pack("<dH", (first_us + N * STEP_US) / 1e6, len(frame)) + frame
    return bytes(out)


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(frames(Path(sys.argv[1])))
