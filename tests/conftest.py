"""Fixtures that several folders of tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A claim about values is no claim about time: on a loaded machine an example may take long.
settings.register_profile("cued", deadline=None)
settings.load_profile("cued")


@pytest.fixture(scope="session")
def data() -> Path:
    """Folder of real recordings, which are not part of the project."""
    named = os.environ.get("CUED_DATA")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no recordings: {folder} does not exist (set CUED_DATA)")
    return folder


@pytest.fixture(scope="session")
def more() -> Path:
    """Folder of recordings of people that nothing was tuned on at first."""
    named = os.environ.get("CUED_MORE")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "more"
    if not folder.is_dir():
        pytest.skip(f"no recordings: {folder} does not exist (set CUED_MORE)")
    return folder
