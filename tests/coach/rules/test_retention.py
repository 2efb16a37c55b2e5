"""The recall, once a session."""

from __future__ import annotations

from typing import Any

from cued.coach.known import Known
from cued.coach.workout.phase import PhaseSpec
from cued.model import Measurement, Tick
from tests.coach.rules.asked import proposed
from tests.helpers.built import built

SETTLING = PhaseSpec(entry=frozenset(("retention",)))
STAYED = {"retention_percent": Measurement(t=0.0, name="", value=40.0, unit="%", strides=9)}


def at(now: float, **known: Any) -> tuple[Tick, Known]:
    terms: dict[str, Any] = {
        "spec": SETTLING,
        "sessions": 3,
        "measured": STAYED,
        "elapsed_s": now,
    }
    return Tick(t=now), Known(now=now, **terms | known)


def test_it_comes_once_after_a_minute_without_cues_and_says_what_was_kept():
    cues = proposed("retention", [at(float(t)) for t in range(120)])
    assert [(t, p.because) for t, p in cues] == [(60.0, {"retention_percent": 40.0})]


def test_a_standing_runner_is_not_asked_to_recall_a_step():
    assert proposed("retention", [at(float(t), elapsed_s=59.0) for t in range(120)]) == []


def test_it_waits_briefly_for_the_figure_and_then_comes_without_it():
    cues = proposed("retention", [at(float(t), measured={}) for t in range(120)])
    assert [(t, p.because) for t, p in cues] == [(65.0, {"retention_percent": None})]


def test_a_first_session_has_no_recall_and_each_later_one_has():
    assert proposed("retention", [at(float(t), sessions=0) for t in range(120)]) == []
    rule = built("rules", "retention")
    begins = PhaseSpec(entry=frozenset(("session",)))
    cues = [rule.consider(*at(t)) for t in (61.0, 62.0)]
    cues += [rule.consider(*at(63.0, spec=begins)), rule.consider(*at(150.0, elapsed_s=86.0))]
    assert [bool(p) for p in cues] == [True, False, False, True]
