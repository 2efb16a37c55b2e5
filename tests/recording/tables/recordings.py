"""Table recordings for tests: one as files, one made of numbers."""

from __future__ import annotations

import numpy as np

from cued.model import Belt
from cued.recording.tables.header import Person
from cued.recording.tables.table import SensorTrack, TableRecording
from cued.recording.tables.truth import TruthRow

TOML = """format = 1
title = "a walk"

[belt]
speed_m_s = 1.2

[[sensor]]
name = "trunk"
placement = "lower_back"
file = "trunk.csv"
rate_hz = 100.0
mounting = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]

[[sensor]]
name = "left"
placement = "foot_left"
file = "left.csv.gz"
rate_hz = 50.0

[truth]
file = "truth.csv"
"""
TRUTH = "t_s,kind,side,value\n0.50,contact,left,\n0.10,direction,,forward\n"


def rows(rate_hz: float, seconds: float = 2.0, gyr: bool = True) -> list[str]:
    header = "t_s,ax,ay,az" + (",gx,gy,gz" if gyr else "")
    n = int(rate_hz * seconds)
    turn = ",0.1,0.2,-0.3" if gyr else ""
    return [header, *(f"{i / rate_hz:.4f},{0.001 * i:.3f},0.5,9.8{turn}" for i in range(n))]


def edited(line: int, text: str) -> str:
    """Return the rows at 100 Hz with one line replaced."""
    lines = rows(100)
    lines[line - 1] = text
    return "\n".join(lines)


def made(seed: int) -> TableRecording:
    g = np.random.default_rng(seed)
    t = np.cumsum(g.uniform(0.005, 0.015, 300)).round(6)
    acc = g.normal([0, 0, 9.8], 2, (300, 3)).round(5)
    eye = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    trunk = SensorTrack("trunk", "lower_back", 100.0, t, acc, (acc / 9).round(5), eye)
    left = SensorTrack("left", "foot_left", 50.0, (t[::2] + 0.003).round(6), acc[::2])
    return TableRecording(
        name="made",
        sensors=(trunk, left),
        belt=(Belt(float(t[0]), 1.25, 2.0, 0.05),),
        person=Person(height_m=1.7),
        truth=(TruthRow(0.5, "contact", "left"), TruthRow(0.9, "speed", value="1.25")),
        title='a "made" one\n',
        notes="läuft",
    )
