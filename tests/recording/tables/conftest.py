"""A folder with a good table recording."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.recording.tables.recordings import TOML, TRUTH, rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "recording.toml").write_text(TOML)
    (tmp_path / "trunk.csv").write_text("\n".join(rows(100)) + "\n")
    (tmp_path / "left.csv.gz").write_bytes(gzip.compress("\n".join(rows(50, gyr=False)).encode()))
    (tmp_path / "truth.csv").write_text(TRUTH)
    return tmp_path
