"""A session's figures for the weeks: stride cues, and steps that may be somebody else's."""

from __future__ import annotations

import math

import msgspec
import pytest

from cued.model import Cue, Measurement, Summary
from cued.report.visit import visit
from tests.report.made import MINUTES, START, digested, events, write


@pytest.mark.once
def test_stride_cues_are_counted_whether_given_or_left_out_on_purpose(tmp_path):
    cues = [
        Cue(t=START + n, key="tall", text="", pattern="none", priority=p, verdict=verdict)
        for n, (p, verdict) in enumerate(
            [(2, "given"), (2, "faded"), (2, "refractory"), (3, "given"), (0, "given")]
        )
    ]
    out = [e for e in events() if not isinstance(e, Cue)]
    path = write(tmp_path / "s.mcap", [*out, *cues])
    d = digested(path)
    assert visit(d).cue_rate == pytest.approx(2 * 600.0 / (60 * MINUTES), rel=0.01)


def test_steps_of_a_doubtful_runner_are_not_in_the_weeks(session):
    d = digested(session)
    assert visit(d).last
    d.summaries = [
        Summary(
            t=1.0, started_t=0.0, duration_s=1.0, strides=1, backward_s=0.0, cues=0, stumbles=0,
            details={"apart": 1.0},
        )
    ]  # fmt: skip
    apart = visit(d)
    assert (apart.last, apart.cue_rate) == ({}, None)
    assert apart.backward_s == d.ending.backward_s


def test_the_last_known_value_of_a_measurement_counts(session):
    d = digested(session)
    found = [
        Measurement(t=1.0, name="carried_percent", value=value, unit="%", strides=5)
        for value in (30.0, 0.0, None)
    ]
    d.measured = {"carried_percent": found, "cadence_spm": found, "retention_percent": []}
    assert visit(d).last == {"carried_percent": 0.0}
    d.measured["carried_percent"][1] = msgspec.structs.replace(found[1], value=math.nan)
    assert visit(d).last == {}
