"""Packets joined for a quick re-analysis: no sample is lost or moved."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cued.model import Command, Packet, Tick
from cued.recording.sessions.joining import SPAN_S, joined

RATE_HZ = 100.0


def packet(t: float, sensor: str, count: int, gyr: bool) -> Packet:
    ticks = t + np.arange(count) / RATE_HZ - count / RATE_HZ
    acc = np.column_stack([ticks, ticks, ticks])
    return Packet(t, sensor, ticks, acc, acc if gyr else None, RATE_HZ)


def inputs(draw: st.DataObject) -> list[Packet | Command | Tick]:
    out: list[Packet | Command | Tick] = []
    for n in range(draw.draw(st.integers(1, 60))):
        t = 0.05 * (n + 1)
        match draw.draw(st.sampled_from(("left", "right", "command", "tick"))):
            case "command":
                out.append(Command(t, "mark"))
            case "tick":
                out.append(Tick(t))
            case sensor:
                out.append(packet(t, sensor, 5, draw.draw(st.booleans())))
    return out


@given(st.data())
def test_every_sample_comes_once_in_order_and_commands_keep_their_place(data):
    before = inputs(data)
    after = list(joined(before))
    commands = [i for i in before if isinstance(i, Command)]
    assert [i for i in after if isinstance(i, Command)] == commands
    for sensor in ("left", "right"):
        assert samples(after, sensor) == samples(before, sensor)
        for command in commands:
            place = [list(seq[: seq.index(command)]) for seq in (before, after)]
            assert samples(place[0], sensor) == samples(place[1], sensor)


def samples(items, sensor) -> list[float]:
    return [t for i in items if isinstance(i, Packet) and i.sensor == sensor for t in i.acc[:, 0]]


def test_packets_of_half_a_minute_become_one_a_second():
    many = [packet(0.05 * (n + 1), "left", 5, gyr=True) for n in range(600)]
    after = list(joined(many))
    assert len(after) <= 30.0 / SPAN_S + 1
    assert after[0].t == 1.0  # of the last packet in it
