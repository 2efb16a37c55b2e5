"""After long silence words or a chime show that the coach works."""

from __future__ import annotations

import pytest

from cued.coach.known import Known
from cued.coach.rule import Proposal
from cued.coach.voice.silence import FREE_SIGN_S, SIGN_S, SignOfLife
from cued.model import Priority

LONG = Proposal(key="overlong_stride", priority=Priority.TECHNIQUE, theme="stride", since=0.0)
LIMP = Proposal(key="limp", priority=Priority.LIMIT, theme="safety", since=0.0)
UNJUDGED = Proposal(key="no_telling", priority=Priority.INFO, theme="stride", since=0.0)


def known(program: bool = True) -> Known:
    """Return the snapshot of a steady walker."""
    walks = Known(mode="walking", stepping=True, program=program, stability="steady")
    walks.phase = "settle" if program else "free_run"
    return walks


def first_sign(known: Known, ruled=()) -> tuple[float, str] | None:
    """Walk in silence; return the first sign of life and its time."""
    sign = SignOfLife()
    sign.given(0.0)
    while known.now < 400.0:
        known.now += 1.0
        known.walked_at = known.stride_at = known.footfall_at = known.now
        if cue := sign.propose(known, ruled, held_back=False):
            return known.now, cue.key
    return None


def test_a_guided_workout_has_a_chime_within_a_minute():
    assert first_sign(known()) == (SIGN_S, "in_range")


def test_a_free_run_has_a_chime_within_five_minutes():
    assert first_sign(known(program=False)) == (FREE_SIGN_S, "in_range")


@pytest.mark.parametrize("ruled", [LONG, LIMP, UNJUDGED], ids=lambda p: p.key)
def test_a_runner_who_is_out_of_range_hears_words_and_no_praise(ruled):
    assert first_sign(known(), ruled=[ruled]) == (SIGN_S, "with_you")


def test_a_cue_restarts_the_silence():
    now, sign = known(), SignOfLife()
    sign.given(40.0)
    now.now = 60.0
    assert sign.propose(now, (), held_back=False) is None
