"""Session files for tests: a folder's, by runner and age, and one of eight chunks."""

from __future__ import annotations

import os

import numpy as np

from cued import __main__
from cued.coach.workout.memory import Memory, Worked
from cued.model import (
    Command,
    Packet,
    Stride,
    Stumble,
    Tick,
)
from cued.recording.sessions import folder, records
from cued.recording.sessions.opening import Opening
from cued.recording.sessions.writing import SessionWriter

DAY = 86400.0
NOW = 1.8e9


def write(there, runner, *, days_ago=0.0, stumbles=0, named=(), chosen=(), end=True):
    began = NOW - days_ago * DAY
    worked = {f"well done, {name}": Worked(1, 1) for name in named}
    opening = Opening(began=began, t=0.0, memory=Memory(runner=runner, worked=worked))
    log = SessionWriter(folder.new(there, opening), opening)
    inputs = [Command(0.0, "runner", x) if isinstance(x, str) else x for x in chosen]
    inputs += [Packet(1.0, "trunk", None, np.ones((4, 3)), None, 100.0), Tick(1.1)]
    stride = Stride(t=1.0, side="left", duration_s=1.0, length_m=None, speed_m_s=None)
    log.write([*inputs, stride, *[Stumble(t=1.0, score=1.2)] * stumbles])
    log.close() if end else log.abandon()
    os.utime(log.path, (began, began))
    return log.path


def cued(tmp_path, *words):
    config = tmp_path / "cued.toml"
    config.write_text(f"[station]\nstate = {str(tmp_path)!r}\n[sinks.recorder]\n[sinks.history]\n")
    return __main__.main(["sessions", "--config", str(config), *words])


def stride(t):
    return Stride(t=t, side="left", duration_s=1.0, length_m=None, speed_m_s=None)


def eight_chunks(path):
    """Write a session of a packet, a tick and two strides a second."""
    rng = np.random.default_rng(1)
    log = SessionWriter(path, Opening(began=1.7e9, t=0.0, memory=Memory(runner="anna")))
    for second in range(8):
        acc = rng.integers(-900, 900, (10, 3)) * 0.01
        packet = Packet(float(second), "trunk", None, acc, None, 10.0)
        log.write([packet, Tick(second + 0.05), stride(second), stride(second + 0.5)])
    log.close()
    return path


def borders(whole):
    """Return where the records of a file end: header, opening, eight chunks, ending, summary."""
    return [start + length for _, start, length in records.records(whole)]
