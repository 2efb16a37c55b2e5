"""A session second by second."""

from __future__ import annotations

import itertools

from cued.report.seconds import seconds
from tests.report.made import digested


def test_seconds_hold_only_fresh_values(session):
    rows = seconds(digested(session))
    assert rows[0].direction == "unknown"
    assert rows[0].speed_m_s == 0.0
    assert rows[10].incline_percent == 2.0
    assert all(b.distance_m >= a.distance_m for a, b in itertools.pairwise(rows))
