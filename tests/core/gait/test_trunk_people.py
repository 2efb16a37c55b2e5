"""What the trunk's chain reaches on people, placements and speeds that its rules were not made on.

The recordings are not part of the project. The network of ``trunk/network.py`` was shown the
walks and phones here; with each person left out of training the figures are in docs/accuracy.md.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from cued.evaluation.truth import Truth
from cued.gait.finding import Contact
from cued.gait.fusion.body import Body
from cued.gait.fusion.chains import GaitConfig
from cued.gait.trunk.chain import Trunk
from cued.model import Block, Gait, Packet
from cued.recording.tables.stream import packets
from cued.recording.tables.table import read_table
from cued.signal.stream import Stream

pytestmark = pytest.mark.data

TRUNKS = ("lower_back", "waist", "chest")


def trunk_blocks(folder: Path) -> list[Block]:
    recording = read_table(folder)
    track = next(s for s in recording.sensors if s.placement in TRUNKS)
    stream = Stream(track.name, track.placement, track.mounting)
    inputs = packets(recording, 1.0, [track.name])
    return [b for item in inputs if isinstance(item, Packet) for b in stream.feed(item)]


def kept(folder: Path, blocks: list[Block]) -> float:
    """Share of the true steps of steady walking that were counted."""
    truth, trunk = Truth(read_table(folder)), Trunk("trunk")
    said = [f.t for block in blocks for f in trunk.feed(block) if isinstance(f, Contact)]
    true = sum(truth.is_steady(row.t) for row in truth.contacts)
    return sum(truth.is_steady(t) for t in said) / true


def test_nobody_who_jogs_forward_is_said_to_go_backward(data: Path, more: Path) -> None:
    for folder in [*sorted(more.glob("jog/*")), *sorted(data.glob("falls/jog-*"))]:
        blocks = trunk_blocks(folder)
        body = Body({blocks[0].sensor: "waist"}, {}, GaitConfig())
        said = [e for b in blocks for e in body.feed(b) if isinstance(e, Gait)]
        assert "backward" not in {gait.direction for gait in said}, folder.name


def test_no_walk_with_a_phone_or_a_cane_loses_a_tenth_of_its_steps(more: Path) -> None:
    for folder in sorted(more.glob("phones/*")):
        assert 0.9 < kept(folder, trunk_blocks(folder)) < 1.1, folder.name


def test_a_sensor_that_settles_in_the_first_two_seconds_costs_no_steps_later(more: Path) -> None:
    folder = more / "phones" / "oxford-pixel_jamie_hard_neckpouch_1"
    c, s = np.cos(1.15), np.sin(1.15)  # 66 degrees
    turn = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    settling = [
        replace(b, acc=np.where((b.t < 2.0)[:, None], b.acc @ turn, b.acc))
        for b in trunk_blocks(folder)
    ]
    assert 0.9 < kept(folder, settling) < 1.1
