from __future__ import annotations

import itertools

from cued.coach.config import CoachConfig
from cued.coach.known import Known
from cued.coach.rule import Proposal, Theme
from cued.coach.voice.arbiter import Arbiter
from cued.coach.voice.phrases import load
from cued.coach.workout.memory import Worked
from cued.model import Cue, CueDone, Priority

OPEN = Known(phase="free_run")


def arbiter(**options: object) -> Arbiter:
    return Arbiter(CoachConfig(**options), load("en"))  # type: ignore[arg-type]


def proposal(
    key: str = "overlong_stride",
    priority: Priority = Priority.TECHNIQUE,
    since: float = 0.0,
    theme: Theme = "stride",
    refractory_s: float = 0.0,
    valid_s: float = 1.5,
) -> Proposal:
    return Proposal(
        key=key,
        priority=priority,
        theme=theme,
        since=since,
        refractory_s=refractory_s,
        valid_s=valid_s,
        because={"x": 1.0},
    )


def verdicts(cues: list[Cue]) -> list[str]:
    return [c.verdict for c in cues]


def test_a_higher_priority_cuts_off_a_lower_one_and_not_the_other_way_round() -> None:
    a = arbiter()
    assert verdicts(a.decide([proposal("settle", Priority.PHASE)], OPEN, 0.0)) == ["given"]
    assert verdicts(a.decide([proposal("unsteady", Priority.UNSTEADY)], OPEN, 0.1)) == ["given"]
    assert verdicts(a.decide([proposal("trunk_lean")], OPEN, 0.2)) == ["busy"]
    assert verdicts(a.decide([proposal("fall_confirmed", Priority.FALL)], OPEN, 0.3)) == ["given"]
    assert verdicts(a.decide([proposal("stumble", Priority.STUMBLE)], OPEN, 0.4)) == ["busy"]


def test_the_most_important_of_several_cues_is_given() -> None:
    cues = arbiter().decide(
        [proposal(), proposal("stumble", Priority.STUMBLE), proposal("settle", Priority.PHASE)],
        OPEN,
        0.0,
    )
    assert [(c.key, c.verdict) for c in cues] == [
        ("stumble", "given"),
        ("overlong_stride", "busy"),
    ]


def test_the_voice_is_free_when_reported_or_after_the_estimated_time() -> None:
    a = arbiter()
    a.decide([proposal("settle", Priority.PHASE)], OPEN, 0.0)
    assert a.busy(1.0)
    a.done(CueDone(t=1.0, key="settle", channel="haptic"))
    a.done(CueDone(t=1.0, key="another", channel="sound"))
    assert a.busy(1.0)
    a.done(CueDone(t=1.0, key="settle", channel="sound"))
    assert not a.busy(1.0)


def test_a_voice_that_never_reports_is_free_after_the_estimated_time() -> None:
    a = arbiter()
    a.decide([proposal("carry", Priority.PHASE)], OPEN, 2.0)
    assert a.busy(2.5)
    assert not a.busy(3.5)


def test_a_voice_that_reports_is_not_interrupted_while_it_speaks() -> None:
    a = arbiter()
    a.decide([proposal("settle", Priority.PHASE)], OPEN, 0.0)
    a.done(CueDone(t=1.5, key="settle", channel="sound"))
    line = proposal("turn_front", Priority.PHASE, valid_s=8.0)
    assert verdicts(a.decide([proposal("time_up", Priority.LIMIT)], OPEN, 10.0)) == ["given"]
    assert verdicts(a.decide([line], OPEN, 11.5)) == [], "tone and words last longer than estimated"
    a.done(CueDone(t=12.2, key="time_up", channel="sound"))
    assert verdicts(a.decide([line], OPEN, 12.2)) == ["given"]
    assert not a.busy(20.0), "nor waited for for ever"


def test_guidance_waits_for_the_voice_and_is_dropped_after_too_long() -> None:
    a = arbiter()
    a.decide([proposal("unsteady", Priority.UNSTEADY)], OPEN, 0.0)
    assert a.decide([proposal("settle", Priority.PHASE, valid_s=5.0)], OPEN, 0.1) == []
    assert verdicts(a.decide([], OPEN, 3.0)) == ["given"]
    a.decide([proposal("unsteady", Priority.UNSTEADY, since=9.0)], OPEN, 9.0)
    assert a.decide([proposal("carry", Priority.PHASE, valid_s=0.2)], OPEN, 9.1) == []
    assert verdicts(a.decide([], OPEN, 12.0)) == ["stale"]


def test_only_one_cue_waits_and_it_is_the_most_important() -> None:
    a = arbiter()
    a.decide([proposal("unsteady", Priority.UNSTEADY)], OPEN, 0.0)
    a.decide([proposal("settle", Priority.PHASE, valid_s=9.0)], OPEN, 0.1)
    cues = a.decide([proposal("too_fast", Priority.LIMIT, valid_s=9.0)], OPEN, 0.2)
    assert [(c.key, c.verdict) for c in cues] == [("settle", "outranked")]
    assert [(c.key, c.verdict) for c in a.decide([], OPEN, 3.0)] == [("too_fast", "given")]


def test_a_waiting_cue_does_not_start_as_a_graver_one_comes() -> None:
    a = arbiter()
    a.decide([proposal("unsteady", Priority.UNSTEADY)], OPEN, 0.0)
    a.decide([proposal("settle", Priority.PHASE, valid_s=9.0)], OPEN, 0.1)
    cues = a.decide([proposal("stumble", Priority.STUMBLE)], OPEN, 3.0)
    assert [c.key for c in cues if c.verdict == "given"] == ["stumble"]


def test_technique_is_spaced_and_at_most_three_a_minute() -> None:
    a = arbiter(spacing_s=15.0)
    given_at = [
        t
        for t in range(0, 300)
        for cue in a.decide([proposal(since=float(t))], OPEN, float(t))
        if cue.verdict == "given"
    ]
    assert min(b - a for a, b in itertools.pairwise(given_at)) >= 15
    assert all(sum(t <= u < t + 60 for u in given_at) <= 3 for t in given_at)
    assert len(given_at) >= 13


def test_a_cue_that_does_not_help_is_said_less_and_less_often() -> None:
    a = arbiter()
    given_at = [
        t
        for t in range(0, 600)
        for cue in a.decide([proposal(refractory_s=15.0)], OPEN, float(t))
        if cue.verdict == "given"
    ]
    gaps = [b - a for a, b in itertools.pairwise(given_at)]
    assert gaps == [30, 60, 120, 120, 120, 120]


def test_one_theme_holds_until_the_next_phase() -> None:
    a = arbiter()
    posture = proposal("trunk_lean", theme="posture")
    assert verdicts(a.decide([proposal()], OPEN, 0.0)) == ["given"]
    assert verdicts(a.decide([posture], OPEN, 30.0)) == ["other_theme"]
    assert verdicts(a.decide([posture], Known(phase="carry"), 60.0)) == ["given"]
    assert verdicts(a.decide([proposal(since=200.0)], Known(phase="carry"), 200.0)) == ["given"]


def test_only_safety_and_guidance_pass_a_hold() -> None:
    a, held = arbiter(), Known(phase="carry", hold="after_stumble")
    assert verdicts(a.decide([proposal()], held, 0.0)) == ["after_stumble"]
    assert verdicts(a.decide([proposal("praise", Priority.PRAISE)], held, 1.0)) == ["after_stumble"]
    assert verdicts(a.decide([proposal("metronome", Priority.INFO)], held, 1.0)) == [
        "after_stumble"
    ]
    assert verdicts(a.decide([proposal("carry", Priority.PHASE)], held, 2.0)) == ["after_stumble"]
    assert verdicts(a.decide([proposal("unsteady", Priority.UNSTEADY)], held, 3.0)) == ["given"]
    started = Known(phase="carry", hold="phase_start")
    assert verdicts(a.decide([proposal("settle", Priority.PHASE)], started, 9.0)) == ["given"]
    assert verdicts(a.decide([proposal(since=9.0)], started, 15.0)) == ["phase_start"]


def test_mute_silences_cues_below_a_limit_and_none_above() -> None:
    muted = Known(phase="carry", muted=True)
    for priority in Priority:
        cues = arbiter().decide([proposal("carry", priority)], muted, 0.0)
        assert verdicts(cues) == (["given"] if priority >= Priority.LIMIT else ["muted"])


def test_blindness_lets_only_link_and_graver_cues_through() -> None:
    blind = Known(phase="carry", blind=True)
    for priority in Priority:
        cues = arbiter().decide([proposal("carry", priority)], blind, 0.0)
        assert verdicts(cues) == (["given"] if priority >= Priority.LINK else ["blind"])


def test_feedback_fades_by_occurrence_and_the_first_is_always_given() -> None:
    for share, expected in ((1.0, 8), (0.5, 4), (0.25, 2), (0.0, 0)):
        a, gate = arbiter(), Known(phase="carry", share=share)
        given = [
            i
            for i in range(8)
            for cue in a.decide([proposal(since=100.0 * i)], gate, 100.0 * i)
            if cue.verdict == "given"
        ]
        assert len(given) == expected
        assert not given or given[0] == 0


def test_a_catch_block_withholds_technique_and_says_so() -> None:
    assert verdicts(arbiter().decide([proposal()], Known(catch=True), 0.0)) == ["catch_block"]


def test_a_withheld_cue_is_reported_once_for_each_occurrence_and_reason() -> None:
    a, held = arbiter(), Known(phase="carry", hold="phase_start")
    decisions = [c for t in range(20) for c in a.decide([proposal()], held, float(t))]
    assert verdicts(decisions) == ["phase_start"]
    assert verdicts(a.decide([proposal(since=5.0)], held, 30.0)) == ["phase_start"]


def test_a_cue_carries_its_reasons_and_wordings_alternate() -> None:
    a = arbiter()
    first = a.decide([proposal()], OPEN, 0.0)[0]
    second = a.decide([proposal(since=50.0)], OPEN, 50.0)[0]
    assert first.because == {"x": 1.0}
    assert first.text != second.text
    assert first.valid_s == 1.5


def test_a_waiting_cue_that_is_proposed_again_is_said_once() -> None:
    voice = arbiter()
    first, owed = proposal("stumble", Priority.STUMBLE), proposal("battery_low", Priority.INFO)
    voice.decide([first], Known(), 0.0)
    assert voice.decide([owed], Known(), 0.1) == []  # waits for the voice
    cues = [c for t in (1.0, 2.0) for c in voice.decide([owed] if t < 2 else [], Known(), t)]
    assert [c.key for c in cues if c.verdict == "given"] == ["battery_low"]


def test_the_wording_that_worked_is_preferred_but_never_twice_in_a_row() -> None:
    first, second, third = load("en").wordings("overlong_stride")
    known = Known(phase="free_run", worked={first: Worked(8, 0), third: Worked(8, 7)})
    a = arbiter(per_minute=3)
    said = [a.decide([proposal(since=t)], known, t)[0].text for t in (0.0, 100.0, 200.0, 300.0)]
    assert said == [third, second, third, second]


def test_untried_wordings_take_turns() -> None:
    a = arbiter()
    times = (0.0, 100.0, 200.0, 300.0)
    said = [a.decide([proposal(since=t)], OPEN, t)[0].text for t in times]
    wordings = load("en").wordings("overlong_stride")
    assert said == [*wordings, wordings[0]]
