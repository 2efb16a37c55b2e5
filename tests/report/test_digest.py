"""A session's events by kind: the runner's own band."""

from __future__ import annotations

import math

import pytest

from tests.report.made import MINUTES, digested


def test_the_band_is_the_coachs_and_each_holds_until_the_next(session):
    d = digested(session)
    back = 1000.0 + 60.0 * MINUTES / 2
    assert [o.t for o in d.own] == [1060.0, back, back + 60.0]
    assert [math.isfinite(o.low_s) for o in d.own] == [True, False, True]
    assert (d.own[0].low_s, d.own[0].high_s) == pytest.approx((1.045, 1.155))
