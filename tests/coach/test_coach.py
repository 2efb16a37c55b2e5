"""The composed coach: what is said, muted, praised and beaten, from events to cues."""

from __future__ import annotations

import pytest

from cued.model import Beat, Command, Effect, Link, Phase, Stumble
from tests.coach.runner import Runner, carrying, there


def beats(runner: Runner) -> list[Beat]:
    return [e for e in runner.events if isinstance(e, Beat)]


def test_muting_and_its_end_are_announced_and_safety_is_never_muted() -> None:
    runner = there("carry").copy()
    runner.walk(5.0)
    runner.events.clear()
    runner.say("mute")
    assert runner.cues()[-1].key == "muted"
    runner.walk(30.0, "forward", factor=1.4)
    assert runner.cues("old_pattern") == []
    runner.feed(Stumble(t=runner.t, score=2.0))
    assert runner.cues("stumble")
    runner.walk(5.0)
    runner.say("unmute")
    assert [c.tone for c in runner.cues() if "muted" in c.key] == ["muted", "unmuted"]
    assert runner.cues()[-1].key == "unmuted"


def test_an_effect_that_does_not_last_is_not_praised() -> None:
    runner = Runner(program=False)
    runner.belt(0.6)
    runner.walk(120.0, "backward")
    runner.walk(12.0, "backward", factor=1.15)
    while not any(isinstance(e, Effect) for e in runner.events):
        runner.walk(1.0, "backward")
    runner.walk(60.0, "backward", factor=1.2)
    first = next(e for e in runner.events if isinstance(e, Effect))
    assert first.worked
    assert runner.cues("praise") == []


def test_praise_is_left_out_if_switched_off() -> None:
    runner = Runner(program=False, praise=False)
    runner.belt(0.6)
    runner.walk(120.0, "backward")
    runner.walk(12.0, "backward", factor=1.15)
    runner.walk(60.0, "backward")
    assert [e.worked for e in runner.events if isinstance(e, Effect)] == [True]
    assert runner.cues("praise") == []


def test_a_cue_that_worked_is_reported_and_praised_with_a_chime() -> None:
    runner = Runner(program=False)
    runner.belt(0.6)
    runner.walk(120.0, "backward")
    runner.walk(12.0, "backward", factor=1.15)
    runner.walk(60.0, "backward")
    effects = [e for e in runner.events if isinstance(e, Effect)]
    assert [(e.key, e.worked) for e in effects] == [("overlong_stride", True)]
    praise = runner.cues("praise")
    assert [(c.text, c.tone) for c in praise] == [("", "praise")]
    assert praise[0].t > effects[0].t


def test_a_cue_that_did_not_work_is_reported_and_not_praised() -> None:
    runner = Runner(program=False)
    runner.belt(0.6)
    runner.walk(120.0, "backward")
    runner.walk(60.0, "backward", factor=1.15)
    effects = [e for e in runner.events if isinstance(e, Effect)]
    assert effects
    assert not any(e.worked for e in effects)
    assert runner.cues("praise") == []


def test_the_metronome_beats_off_target_and_only_if_configured() -> None:
    for enabled in (False, True):
        runner = Runner(program=False, metronome=enabled)
        runner.belt(0.6)
        runner.walk(120.0, "backward")
        assert not beats(runner)
        runner.walk(60.0, "backward", factor=1.15)
        start = beats(runner)[:2]
        assert bool(start) == enabled
        if enabled:
            assert start[0].spm == pytest.approx(120.0 / 1.1, abs=1.5)
            assert start[1].spm == 0.0
            assert start[1].t - start[0].t <= 31.1  # with the first stride after 30 s
        assert not runner.cues("metronome")
        runner.walk(20.0, "backward")
        quiet = runner.t
        runner.walk(60.0, "backward")
        assert not [b for b in beats(runner) if b.t > quiet]


def test_the_carry_starts_at_the_runners_backward_step_rate_if_ticks_are_on() -> None:
    runner = carrying()
    carry = next(e.t for e in runner.events if isinstance(e, Phase) and e.name == "carry")
    start, ended = beats(runner)
    assert start.t == carry
    assert start.spm == pytest.approx(120.0 / (0.9 * runner.stride_s), abs=1.5)
    assert (start.for_s, start.fades, ended.spm) == (20.0, True, 0.0)
    assert not beats(carrying(beats=False))


def test_the_imprints_beat_ends_when_the_belt_changes_and_when_safety_speaks() -> None:
    for upset in ("belt", "stumble"):
        runner = Runner()
        runner.belt(0.5)
        runner.walk(600.0, until="turn_back")
        runner.walk(200.0, "backward", factor=0.9, until="turn_front")
        runner.walk(20.0, until="carry")
        runner.walk(5.0, factor=0.95)
        assert len(beats(runner)) == 1
        if upset == "belt":
            runner.belt(1.0)
        else:
            runner.feed(Stumble(t=runner.t, score=1.5))
        assert [b.spm for b in beats(runner)][1:] == [0.0]


def test_free_running_at_one_speed_gets_one_offer_of_shorter_steps_with_ticks() -> None:
    runner = Runner(program=False)
    runner.stride_s = 0.75
    runner.belt(3.5)
    runner.walk(400.0, mode="running")
    (offer,) = runner.cues("try_shorter")
    assert 120.0 <= offer.t <= 130.0
    start, ended = beats(runner)
    assert start.spm == pytest.approx(1.05 * 120.0 / 0.75, abs=1.5)
    assert ended.t - start.t == pytest.approx(30.0, abs=1.0)
    walker = Runner(program=False)
    walker.belt(1.2)
    walker.walk(300.0)
    assert not walker.cues("try_shorter")


def test_a_line_displaced_by_a_graver_cue_is_said_after_it() -> None:
    runner = there("settle").copy()
    runner.belt(0.4)
    runner.feed(Link(t=runner.t, sensor="trunk", state="up", age_s=0.0))
    runner.walk(12.0)
    runner.events.clear()
    runner.feed(Command(t=runner.t, name="skip"))
    for n in range(10):  # a link that flaps
        state = "up" if n % 2 else "lost"
        runner.feed(Link(t=runner.t, sensor="trunk", state=state, age_s=1.0))
        runner.walk(1.0)
    runner.walk(4.0)
    assert runner.cues("turn_back")
