"""Pictures of a session: the runner's own band, and what a cue was judged by."""

from __future__ import annotations

import math

import msgspec
import pytest
from matplotlib.figure import Figure

from cued.model import Cue
from cued.report.palette import LIGHT
from cued.report.pictures import _own_band, judged_by
from tests.report.made import MINUTES, digested


def test_a_band_is_drawn_until_it_changes_and_not_while_there_was_none(session):
    d = digested(session)
    axis = Figure().subplots()
    _own_band(axis, d, LIGHT)
    low = axis.lines[0]
    assert low.get_drawstyle() == "steps-post"
    minutes, ends = low.get_data()
    assert minutes == pytest.approx([1.0, 2.0, 3.0, MINUTES], abs=0.02)
    assert [math.isfinite(e) for e in ends] == [True, False, True, True]


def test_a_cue_shows_the_strides_it_was_judged_by():
    because = {"own_stride_s": 1.2, "threshold_percent": 5.0}
    cue = Cue(t=0.0, key="x", text="", pattern="none", priority=2, verdict="given", because=because)
    assert judged_by(cue) == pytest.approx((1.2, 1.26))
    assert judged_by(msgspec.structs.replace(cue, because={"score": 1.0})) is None
