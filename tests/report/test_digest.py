"""A session's events by kind: its phases, directions and the runner's own band."""

from __future__ import annotations

import math

import msgspec
import pytest

from cued.model import Gait, Phase, Stability
from cued.report.digest import Span
from tests.report.made import EMPTY, MINUTES, digested


def test_the_band_is_the_coachs_and_each_holds_until_the_next(session):
    d = digested(session)
    back = 1000.0 + 60.0 * MINUTES / 2
    assert [o.t for o in d.own] == [1060.0, back, back + 60.0]
    assert [math.isfinite(o.low_s) for o in d.own] == [True, False, True]
    assert (d.own[0].low_s, d.own[0].high_s) == pytest.approx((1.045, 1.155))


def test_phases_last_until_the_next_and_idle_is_none():
    begun = [(0.0, "idle"), (60.0, "settle"), (90.0, "settle"), (120.0, "walk")]
    phases = [Phase(t=t, name=name, from_="", why="") for t, name in begun]
    d = msgspec.structs.replace(EMPTY, phases=phases, end_t=300.0)
    assert d.phase_spans() == [Span(1.0, 2.0, "settle"), Span(2.0, 5.0, "walk")]


def test_who_stands_faces_no_direction():
    gaits = [
        Gait(t=0.0, mode="walking", direction="forward"),
        Gait(t=60.0, mode="standing", direction="forward"),
        Gait(t=120.0, mode="running", direction="backward"),
    ]
    levels = [Stability(t=0.0, level="steady", score=0.1)]
    d = msgspec.structs.replace(EMPTY, gaits=gaits, stability=levels, end_t=180.0)
    assert d.direction_spans() == [Span(0.0, 1.0, "forward"), Span(2.0, 3.0, "backward")]
    assert d.stability_spans() == [Span(0.0, 3.0, "steady")]
    assert EMPTY.phase_spans() == EMPTY.direction_spans() == []
