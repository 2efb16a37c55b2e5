"""The effect of a technique cue, judged by the strides after it."""

from __future__ import annotations

from cued.coach.rule import Proposal
from cued.coach.voice.effect import Effects
from cued.model import Cue, Priority, Stride

CUE = Cue(t=0.0, key="long", text="Short steps", pattern="step", priority=2, verdict="given")


def long() -> Proposal:
    return Proposal(key="long", priority=Priority.TECHNIQUE, theme="stride", since=0.0)


def walked(effects: Effects, strides: int, long_until: int = 0) -> list[tuple[int, bool]]:
    """Walk strides of one foot, the first of them too long; return verdicts with their stride."""
    out = []
    for n in range(1, strides + 1):
        stride = Stride(t=1.1 * n, side="left", duration_s=1.1, length_m=None, speed_m_s=None)
        proposals = [long()] if n <= long_until else []
        out += [(n, e.worked) for e in effects.feed(stride, proposals)]
    return out


def given(praise: bool = True) -> Effects:
    effects = Effects(praise)
    effects.given(CUE)
    return effects


def test_strides_in_range_by_the_twentieth_say_that_the_cue_worked():
    assert walked(given(), 30, long_until=10) == [(20, True)]


def test_strides_that_stay_long_say_that_the_cue_did_not_work():
    assert walked(given(), 30, long_until=30) == [(20, False)]


def test_the_next_cue_ends_the_judging_of_the_one_before():
    effects = given()
    assert walked(effects, 5) == []
    (effect,) = effects.given(CUE)
    assert not effect.worked


def test_changed_conditions_leave_a_cue_unjudged():
    effects = given()
    effects.forget()
    assert walked(effects, 30) == []


def test_praise_comes_once_and_only_after_it_worked():
    effects = given()
    assert effects.praise(0.0) is None
    walked(effects, 28)
    praise = effects.praise(31.0)
    assert praise
    assert praise.because == {"after": "long", "strides": 28.0}
    assert effects.praise(32.0) is None


def test_praise_can_be_switched_off():
    effects = given(praise=False)
    walked(effects, 28)
    assert effects.praise(31.0) is None
