"""Each fault, from the start, in a session and as the end is asked for, on the real process.

``CUED_TABLE=1 .venv/bin/python -m pytest tests/faults/test_fault_matrix.py``, as root, writes the
figures into docs/system-tests.md.
"""

from __future__ import annotations

import os

import pytest

from cued.runtime import leaving
from tests.faults.fault_matrix import FAULTS, see_all, write

pytestmark = pytest.mark.alone

READY_S, GAP_S, ENDED_S = 10.0, 2.0, 10.0  # of the service
MEMORY_MB = 128.0  # a third of the unit's MemoryMax
DISKS = ("disk read-only", "disk full")
HISTORY_LOST = (*DISKS, "history held by another program")
HANGS = ("disk hangs", "sound card blocks")
NO_FILE_AT_START = (*DISKS, "16 / 20 / 20 file descriptors at most")


@pytest.fixture(scope="module")
def matrix():
    if os.geteuid():
        pytest.skip("only root may mount a disk")
    seen = see_all()
    if os.environ.get("CUED_TABLE"):
        write(seen)
    return seen


@pytest.mark.parametrize("fault", FAULTS)
def test_coaching_continues_ends_in_time_and_leaves_pins_low_and_files_whole(fault, matrix):
    for seen in (cell for cell in matrix if cell.fault == fault):
        outcome = f"{seen.moment}: {seen}"
        assert seen.ready_s < READY_S, outcome
        assert seen.gap_s < GAP_S, outcome
        assert seen.ended_s < ENDED_S, outcome
        assert seen.pins_low, outcome
        assert seen.peak_mb < MEMORY_MB, outcome
        assert not seen.damage, outcome
        assert seen.status == (leaving.HUNG if fault in HANGS else 0), outcome
        assert "Traceback" not in seen.said, outcome
        assert "ERROR asyncio" not in seen.said, outcome
        if fault not in HISTORY_LOST:
            assert seen.sessions == 1, outcome
        if fault not in NO_FILE_AT_START or seen.moment != "start":
            assert seen.files == 1, outcome
