"""A recorded session for tests of reports."""

from __future__ import annotations

import pytest

from tests.report.made import events, write


@pytest.fixture
def session(tmp_path):
    return write(tmp_path / "s.mcap", events())
