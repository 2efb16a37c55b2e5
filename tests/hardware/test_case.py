"""The pod's printed case: closed surfaces of the right size that fit together."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

SCAD = Path(__file__).parents[2] / "hardware" / "clip" / "clip.scad"
INNER = {"xiao": (31.6, 21.1, 11.5), "feather": (60.8, 24.1, 16.1)}  # length, width, height
WALL = FLOOR = 1.6

pytestmark = pytest.mark.skipif(not shutil.which("openscad"), reason="no openscad here")


@pytest.fixture(scope="module")
def triangles(tmp_path_factory):
    made: dict[tuple[str, str], np.ndarray] = {}

    def make(board: str, part: str) -> np.ndarray:
        if (board, part) not in made:
            out = tmp_path_factory.mktemp("stl") / "part.stl"
            chosen = ["-D", f'part="{part}"', "-D", f'board_name="{board}"']
            subprocess.run(
                ["openscad", "-q", "--hardwarnings", *chosen, "-o", out, SCAD], check=True
            )
            found = re.findall(r"vertex (\S+) (\S+) (\S+)", out.read_text("ascii"))
            made[board, part] = np.array(found, float).reshape(-1, 3, 3)
        return made[board, part]

    return make


@pytest.mark.parametrize("part", ["shoe", "belt", "lid"])
@pytest.mark.parametrize("board", ["xiao", "feather"])
def test_a_part_is_watertight_and_stands_on_the_bed(triangles, board, part):
    found = triangles(board, part)
    corners = [[tuple(v) for v in t] for t in found.round(5)]
    edges = Counter((t[k], t[(k + 1) % 3]) for t in corners for k in range(3))
    assert all(edges[b, a] == n for (a, b), n in edges.items())
    volume = np.einsum("ij,ij->i", found[:, 0], np.cross(found[:, 1], found[:, 2])).sum() / 6
    assert 1000 < volume < 15000  # mm3
    assert found[..., 2].min() == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize("board", ["xiao", "feather"])
def test_a_case_has_just_enough_room_for_board_cell_and_switch(triangles, board):
    length, width, height = INNER[board]
    sizes = {p: np.ptp(triangles(board, p).reshape(-1, 3), axis=0) for p in ("shoe", "belt", "lid")}
    wings = 2 * 8
    assert sizes["shoe"] == pytest.approx(
        [length + 2 * WALL, width + 2 * WALL + wings, height + FLOOR], abs=0.05
    )
    assert sizes["belt"][2] == pytest.approx(width + 2 * WALL, abs=0.05)  # on its side
    assert sizes["lid"][:2] == pytest.approx([length + 2 * WALL, width + 2 * WALL], abs=0.05)


@pytest.mark.parametrize("board", ["xiao", "feather"])
def test_parts_hanging_from_the_lid_end_above_the_cell(triangles, board):
    hangs = np.ptp(triangles(board, "lid")[..., 2]) - 1.6
    cell = {"xiao": 4.5, "feather": 6.1}[board]
    assert INNER[board][2] - hangs == pytest.approx(cell + 0.5, abs=0.05)
