"""A recording that is written is read back the same, and replaces none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cued.model import Belt, RecordingError
from cued.recording.tables.table import TableRecording, read_table
from cued.recording.tables.write import write_table
from tests.recording.tables.recordings import made


@pytest.mark.parametrize("belts", [(), (Belt(0.1, 0.5),), (Belt(0.1, 0.5), Belt(1.0, 0.75, 1.0))])
def test_what_is_written_is_read_back(tmp_path: Path, belts: tuple[Belt, ...]):
    whole = made(seed=2)
    if len(belts) != 1:
        whole = TableRecording(name="made", sensors=whole.sensors, belt=belts, truth=whole.truth)
    write_table(tmp_path / "made", whole)
    back = read_table(tmp_path / "made")
    assert (back.belt, back.person, back.truth) == (whole.belt, whole.person, whole.truth)
    assert (back.title, back.notes) == (whole.title, whole.notes)
    for a, b in zip(back.sensors, whole.sensors, strict=True):
        assert (a.name, a.placement, a.rate_hz, a.mounting) == (
            b.name,
            b.placement,
            b.rate_hz,
            b.mounting,
        )
        np.testing.assert_array_equal(a.t, b.t)
        np.testing.assert_array_equal(a.acc, b.acc)
        assert (a.gyr is None) == (b.gyr is None)


def test_an_existing_recording_is_not_replaced(tmp_path: Path):
    write_table(tmp_path, made(seed=3))
    with pytest.raises(RecordingError, match="already"):
        write_table(tmp_path, made(seed=3))
