"""Cues in order and in time, as heard by a runner who cannot see.

Each test is a person of the guide (docs/coaching.md) at stride level; stories that depend on the
sensors are in ``test_workouts.py``, on simulated samples.
"""

from __future__ import annotations

import itertools
import re
from functools import cache

import pytest

from cued.coach.workout.memory import Away, Memory
from cued.coach.workout.phases import PHASES
from cued.model import (
    BeltRequest,
    BeltState,
    Cue,
    Direction,
    Fall,
    Level,
    Link,
    Measurement,
    Phase,
    Priority,
    Stability,
    Stumble,
)
from tests.coach.runner import CLIMBER, JOGGER, Runner, follow

BEGINNER_HEARS = ["welcome", "check_in", "check_rails", "check_spotter", "plan", "how_to_stop"]


def keys(runner: Runner, since: float = 0.0) -> list[str]:
    """Return the keys of phrases and tones, in order."""
    return [c.key for c in runner.cues() if c.t >= since]


def silences(runner: Runner, start: float, end: float) -> float:
    """Return the longest time without a sign of life."""
    signs = [start, *(c.t for c in runner.cues() if start <= c.t <= end), end]
    return max(b - a for a, b in itertools.pairwise(signs))


def entered(runner: Runner, phase: str) -> float:
    """Return when a phase was first entered."""
    return next(e.t for e in runner.events if isinstance(e, Phase) and e.name == phase)


def first(runner: Runner, key: str, since: float = 0.0) -> Cue:
    """Return the first cue of a key."""
    return next(c for c in runner.cues(key) if c.t >= since)


def led_to(phase: str, memory: Memory | None = None, **options: object) -> Runner:
    """Return an obedient runner at the start of a phase."""
    runner = Runner(memory, **options)
    runner.belt(0.3)
    runner.obey_until(phase)
    return runner


def test_a_hesitant_first_timer_is_waited_for_and_told_everything_while_standing() -> None:
    runner = Runner()
    runner.answers = False
    runner.belt(0.0)
    runner.say("start_program")
    for _ in range(3):
        runner.stand(15.0)
        runner.say("press")
    assert keys(runner)[:4] == BEGINNER_HEARS[:4]
    runner.stand(50.0)
    assert keys(runner) == [*BEGINNER_HEARS, "start_belt"]
    assert all(PHASES[p].still for p in runner.phases())
    runner.belt(0.8)
    walks = runner.t
    runner.walk(200.0, until="turn_back")
    moving = keys(runner, walks)
    assert moving[0] == "settle"
    assert moving.index("belt_at") < moving.index("turning_soon")
    assert silences(runner, walks, runner.t) < 60.0
    assert entered(runner, "turn_back") - first(runner, "turning_soon").t == pytest.approx(
        20, abs=2
    )


def test_after_a_pause_before_the_first_step_the_start_is_explained_again() -> None:
    runner = Runner()
    runner.belt(0.0)
    runner.say("start_program")
    runner.stand(12.0)
    assert runner.phase == "settle"
    runner.say("press")
    runner.stand(5.0)
    since = runner.t
    runner.say("press")
    runner.stand(20.0)
    assert keys(runner, since) == ["resumed", "plan", "how_to_stop", "start_belt"]


def test_a_moving_runner_never_hears_more_than_five_words() -> None:
    runner = Runner()
    runner.belt(0.3)
    follow(runner)
    sentences = {"welcome", "plan", "how_to_stop", "start_belt"}
    settings = re.compile("check_|belt_at|incline_at|fact_|take_away")
    for cue in runner.cues():
        if cue.key not in sentences and not settings.match(cue.key):
            assert len(cue.text.split()) <= 5, cue.text


@pytest.mark.parametrize("question", ["check_in", "check_rails", "check_spotter"])
@pytest.mark.parametrize("says", ["held", "silent"])
def test_after_the_answer_no_the_program_waits(question: str, says: str) -> None:
    runner = Runner()
    runner.answers = False
    runner.belt(0.0)
    runner.say("start_program")
    runner.stand(5.0)
    while not runner.cues(question):
        runner.say("press")
        runner.stand(3.0)
    asked = runner.t
    if says == "held":
        runner.say("something_wrong")
    runner.stand(25.0)
    assert first(runner, "waiting").t - asked < (2.0 if says == "held" else 22.0)
    runner.stand(200.0)
    assert set(keys(runner, asked)) == {"waiting"}
    assert runner.phase == "check_in"
    assert silences(runner, asked, runner.t) < 60.0
    runner.say("press")
    runner.stand(2.0)
    runner.say("press")
    runner.stand(4.0)
    assert set(keys(runner, asked)) - {"waiting"}, "it goes on with the next press"


def test_a_runner_who_never_turns_is_asked_three_times_and_not_praised() -> None:
    runner = Runner(profile="first_time_ever")
    runner.belt(0.3)
    runner.walk(1200.0, until="cool_down")
    turns = [c.t for c in runner.cues("turn_back")]
    assert [b - a for a, b in itertools.pairwise(turns[:3])] == pytest.approx([20, 20], abs=1.5)
    heard = keys(runner)
    assert "forward_on" in heard
    assert not {"carry", "same_speed", "own_speed"} & set(heard)
    assert not [k for k in heard if k.startswith(("part_done", "backward_"))]
    assert silences(runner, entered(runner, "settle"), runner.t) < 61.0


@pytest.mark.parametrize(("phase", "early", "then"), [
    ("carry", "backward", "turn_back"), ("backward_walk", "forward", "turn_front"),
])  # fmt: skip
def test_a_runner_who_turned_early_is_not_told_to_turn(
    phase: str, early: Direction, then: str
) -> None:
    runner = led_to(phase)
    while (runner.coach.known.remaining_s or 0.0) > 2.5:
        runner.obey(1.0)
    turned = runner.t
    runner.walk(10.0, early)
    assert then in runner.phases()[-2:]
    assert not {"count_in", "turn_back", "turn_front"} & set(keys(runner, turned))


def test_something_wrong_in_a_turn_is_answered_before_the_turn_to_the_front():
    runner = led_to("turn_back")
    runner.walk(3.0)
    assert keys(runner)[-1] == "turn_back"
    asked = runner.t
    runner.say("something_wrong")
    runner.walk(2.0)
    runner.gait("unknown")
    runner.walk(3.0, "unknown")
    assert keys(runner, asked) == ["enough", "turn_front"]
    runner.walk(10.0, "forward")
    assert runner.phase == "cool_down"


def test_something_wrong_before_the_prompt_to_turn_is_answered_too() -> None:
    runner = led_to("turn_back")
    asked = runner.t
    runner.say("something_wrong")
    runner.walk(8.0)
    assert keys(runner, asked)[-2:] == ["eased_off", "cool_down"]


def test_a_backward_part_on_a_standing_belt_begins_by_starting_it_facing_forward() -> None:
    runner = led_to("backward_walk")
    runner.walk(15.0, "backward")
    runner.say("pause")
    runner.belt(0.0)
    runner.stand(20.0)
    again = runner.t
    runner.say("resume")
    runner.stand(30.0)
    assert keys(runner, again) == ["resumed", "start_belt", "start_belt"]
    runner.belt(0.4)
    started = runner.t
    runner.walk(5.0)
    assert "turn_back" in keys(runner, started)


def test_a_runner_lost_in_the_turn_is_not_told_again_to_turn_round() -> None:
    runner = led_to("turn_back")
    runner.walk(3.0)
    runner.stand(0.6)
    runner.feed(Link(t=runner.t, sensor="foot", state="lost", age_s=1.0))
    runner.stand(6.0)
    runner.feed(Link(t=runner.t, sensor="foot", state="up", age_s=0.0))
    back = runner.t
    runner.walk(8.0, "unknown")
    assert keys(runner, back) == ["seen"]
    runner.walk(30.0, "forward")
    assert "turn_back" in keys(runner, back), "who is seen to face forward is asked again"


def test_turning_on_a_fast_belt_gives_only_danger_until_it_is_slow() -> None:
    runner = led_to("settle")
    runner.belt(1.2)
    runner.walk(40.0)
    turned = runner.t
    runner.walk(60.0, "backward")
    said = [c for c in runner.cues() if c.t >= turned]
    assert {c.key for c in said} == {"far_too_fast"}
    assert said[0].t - turned < 2.5
    assert max(b.t - a.t for a, b in itertools.pairwise(said)) < 6.0
    assert {c.tone for c in said if c.t - said[0].t > 10.0} == {"alarm"}
    assert said[0].priority == Priority.UNSTEADY
    runner.belt(0.3)
    runner.walk(20.0, "backward")
    assert runner.phase == "backward_walk"


def test_nobody_is_told_to_turn_on_a_belt_at_that_speed() -> None:
    runner = led_to("settle")
    runner.belt(1.2)
    runner.walk(120.0, until="turn_back")
    start = runner.t
    runner.walk(40.0)
    assert set(keys(runner, start)) == {"turn_slow"}
    runner.belt(0.3)
    runner.walk(6.0)
    assert keys(runner, start)[-2:] == ["count_in", "turn_back"]


def test_stepping_on_the_rails_pauses_and_turning_leads_back() -> None:
    runner = led_to("backward_walk")
    runner.walk(15.0, "backward")
    off = runner.t
    runner.stand(20.0)
    assert keys(runner, off) == ["paused"]
    assert 8.0 < first(runner, "paused").t - off < 18.0
    back = runner.t
    runner.walk(12.0, "forward")
    assert keys(runner, back)[0] == "resumed"
    assert runner.phase == "turn_back"
    assert not [c for c in runner.cues() if c.priority == Priority.TECHNIQUE]


@pytest.mark.parametrize("source", ["feet", ""])
def test_on_a_silent_belt_ten_seconds_of_missed_slow_steps_do_not_pause(
    source: str,
) -> None:
    runner = led_to("backward_walk")
    speed = 0.3 if source else None
    runner.feed(BeltState(t=runner.t, speed_m_s=speed, source=source or "none", since=runner.t))  # type: ignore[arg-type]
    for _ in range(3):
        runner.walk(8.0, "backward")
        runner.stand(10.0)
    assert "paused" not in runner.phases()


def test_a_runner_whose_steps_are_seldom_seen_is_still_guided() -> None:
    runner = led_to("carry", CLIMBER, profile="variety_for_a_runner")
    runner.feed(BeltState(t=runner.t, speed_m_s=None, since=runner.t))
    runner.stride_s, began = 0.4, runner.t  # recognised late, as a slow walker's is
    while runner.phase == "carry":
        runner.walk(0.2)
        runner.stand(5.5)
    assert silences(runner, began, runner.t) < 60.0


def test_a_sudden_limp_is_asked_about_and_never_coached() -> None:
    runner = Runner(program=False)
    runner.belt(1.0)
    for value in (2.0, 14.0):
        began = runner.t
        for _ in range(60):
            measured = Measurement(
                t=runner.t, name="asymmetry_percent", value=value, unit="%", strides=10
            )
            runner.feed(measured)
            runner.walk(1.0)
    assert first(runner, "limp").t - began < 20.0
    assert first(runner, "limp").priority == Priority.LIMIT
    assert not runner.cues("asymmetry")
    assert runner.coach.known.upset, "nothing harder begins for a minute"


def silent(by_hand: bool) -> Runner:
    """Return a runner at the turn on a belt of unreported or typed speed."""
    runner = Runner()
    state = BeltState(t=0.0, speed_m_s=0.8 if by_hand else None, since=0.0)
    runner.feed(state)
    runner.walk(200.0, until="turn_back")
    return runner


def test_on_a_silent_treadmill_turn_comes_15_s_after_slow_the_belt() -> None:
    runner = silent(by_hand=False)
    start = runner.t
    runner.walk(20.0)
    assert keys(runner, start)[:3] == ["turn_slow", "count_in", "turn_back"]
    slow, turn = first(runner, "turn_slow", start), first(runner, "turn_back", start)
    assert 14.0 < turn.t - slow.t < 19.0


def test_on_a_silent_treadmill_a_press_or_slower_steps_say_that_it_is_slow() -> None:
    for does in ("press", "slower"):
        runner = silent(by_hand=False)
        start = runner.t
        runner.walk(4.0)
        if does == "press":
            runner.say("press")
        runner.walk(8.0, factor=1.4 if does == "slower" else 1.0)
        assert first(runner, "turn_back", start).t - start < 12.0, does


def test_a_typed_speed_is_a_speed_like_any_other() -> None:
    runner = silent(by_hand=True)
    start = runner.t
    runner.walk(20.0)
    assert set(keys(runner, start)) == {"turn_slow"}
    runner.feed(BeltState(t=runner.t, speed_m_s=0.3, source="typed", since=runner.t))
    runner.walk(6.0)
    assert keys(runner, start)[-1] == "turn_back"


@pytest.mark.parametrize("phase", ["settle", "carry", "cool_down"])
def test_turning_backward_at_any_time_is_answered_in_six_seconds_and_counted(phase: str) -> None:
    runner = led_to(phase)
    if phase != "settle":
        runner.coach._session.tally.backward_s = 0.0  # none of the two minutes was used yet
    runner.belt(0.3)
    runner.walk(15.0)
    turned = runner.t
    runner.walk(30.0, "backward")
    assert runner.phase == "backward_walk"
    assert keys(runner, turned)[0] == "backward_met"
    assert first(runner, "backward_met").t - turned < 6.5
    assert not [k for k in keys(runner, turned) if k.startswith("wrong_direction")]
    left = runner.coach.known.left_s
    assert left is not None
    assert left == pytest.approx(120.0 - 30.0, abs=3.0)


def test_two_people_who_share_a_treadmill_each_hear_their_own_workout() -> None:
    runner = Runner(Memory(runner="ann", sessions=9, stage=1), runner="ann")
    runner.belt(0.3)
    follow(runner)
    assert "check_all" in keys(runner)
    assert "welcome" not in keys(runner)
    runner.stand(10.0)
    assert runner.say("runner", "ben")[0].ok  # type: ignore[union-attr]
    since = runner.t
    runner.say("start_program")
    runner.stand(20.0)
    assert keys(runner, since)[:6] == BEGINNER_HEARS
    follow(runner)
    assert not [k for k in keys(runner, since) if k == "fact_last"], "of ann's nothing is told"
    assert runner.summaries()[-1].details["runner"] == "ben"


def test_a_free_run_of_45_minutes_is_quiet_but_never_for_five_minutes() -> None:
    runner = Runner(program=False)
    runner.stride_s = 0.75
    runner.belt(2.8)
    runner.walk(2700.0, mode="running")
    assert silences(runner, 0.0, runner.t) <= 301.0
    heard = keys(runner)
    assert set(heard) <= {"free_run", "try_shorter", "in_range"}
    assert heard.count("try_shorter") == 1
    assert len(heard) <= 12


def test_a_habitual_overstrider_is_offered_a_try_and_not_judged() -> None:
    runner = Runner(program=False)
    runner.stride_s = 0.86
    runner.belt(3.5)
    runner.walk(240.0, mode="running")
    assert 120.0 <= first(runner, "try_shorter").t <= 130.0
    assert not [c for c in runner.cues() if c.priority == Priority.TECHNIQUE]


def test_uphill_the_belt_is_set_from_the_rails_and_never_while_going_backward() -> None:
    runner = led_to("mount_uphill", CLIMBER, profile="variety_for_a_runner")
    mount, known = runner.t, runner.coach.known
    runner.stand(12.0)
    assert known.due_m_s is not None
    runner.belt(known.due_m_s, known.due_percent)
    runner.stand(3.0)
    runner.walk(20.0, "backward")
    on_rails = keys(runner, mount)
    assert on_rails[0] == "rails"
    assert on_rails.index("incline_at") < on_rails.index("step_on")
    assert on_rails.index("step_on") < on_rails.index("backward_uphill")
    _settings_only_where_they_are_safe(runner)


def _settings_only_where_they_are_safe(runner: Runner) -> None:
    """Check that no runner is asked to reach for a console behind them."""
    phase = ""
    for event in runner.events:
        if isinstance(event, Phase):
            phase = event.name
        elif isinstance(event, Cue) and event.key in ("belt_at", "incline_at"):
            assert not (event.verdict == "given" and PHASES[phase].backward), phase


def test_a_jog_is_announced_and_walking_is_asked_for_when_the_belt_is_slow() -> None:
    runner = led_to("backward_jog", JOGGER, profile="variety_for_a_runner")
    assert "check_console" in keys(runner), "somebody minds the console"
    jog = runner.t
    soon = [c.t for c in runner.cues("faster_soon")]
    assert jog - soon[-1] == pytest.approx(5.0, abs=2.0)
    runner.walk(4.0, "backward")
    assert not runner.cues("backward_jog"), "not before the belt is fast"
    runner.belt(1.65)
    runner.walk(60.0, "backward", "running", until="backward_rest")
    assert runner.cues("backward_jog")
    rest = runner.t
    assert rest - first(runner, "slower_soon").t == pytest.approx(5.0, abs=2.0)
    runner.walk(6.0, "backward", "running")
    assert not runner.cues("backward_rest"), "not before the belt is slow"
    runner.belt(0.8)
    runner.walk(5.0, "backward")
    assert runner.cues("backward_rest")


@pytest.mark.parametrize("phase", [p for p in PHASES if not PHASES[p].overlay and p != "idle"])
def test_a_restart_in_any_phase_is_announced_and_pauses_in_both_directions(
    phase: str,
) -> None:
    facing: Direction = "backward" if PHASES[phase].backward else "forward"
    cut = Memory(sessions=1, away=Away(backward_s=60.0))
    runner = Runner(cut, program=phase != "free_run")
    runner.belt(0.3)
    runner.walk(25.0, facing)
    assert runner.phase == "paused"
    assert keys(runner) == ["away"]
    runner.say("press")
    runner.walk(3.0, facing)
    assert runner.phase == ("carry" if phase != "free_run" else "free_run")
    if phase != "free_run":
        assert (runner.coach.known.left_s or 0.0) <= 60.0, "what was done before counts"


def doubt(runner: Runner, why: str) -> None:
    """Give a reason against a faster belt."""
    if why == "unsteady":
        runner.feed(Stability(t=runner.t, level="unsteady", score=3.0))
    elif why == "direction":
        runner.gait("unknown")
    else:
        runner.feed(Link(t=runner.t, sensor="trunk", state="up", age_s=0.0))
        runner.feed(Link(t=runner.t, sensor="trunk", state="lost", age_s=1.0))


@pytest.mark.parametrize("why", ["unsteady", "direction", "sensor"])
def test_no_faster_belt_is_requested_while_in_doubt(why: str) -> None:
    plan = {"belt_requests": True, "profile": "variety_for_a_runner"}
    runner = led_to("turn_back", Memory(stage=1, sessions=3), **plan)
    runner.feed(Link(t=runner.t, sensor="foot", state="up", age_s=0.0))
    runner.walk(4.0, "backward", until="backward_walk")
    fresh = Runner(Memory(stage=1, sessions=3), **plan)
    assert fresh.coach.known.by_hand is False
    doubt(runner, why)
    refused = runner.say("set_speed", 0.5)[0]
    assert not refused.ok  # type: ignore[union-attr]
    assert "not faster" in refused.why  # type: ignore[union-attr]
    assert runner.say("set_speed", 0.2)[0].ok, "slower is never refused"  # type: ignore[union-attr]


def test_a_request_for_more_waits_until_the_runner_is_steady_again() -> None:
    runner = led_to(
        "turn_back", Memory(stage=1, sessions=3), belt_requests=True, profile="variety_for_a_runner"
    )
    runner.walk(3.0)
    runner.feed(Stability(t=runner.t, level="unsteady", score=3.0))
    runner.feed(Stability(t=runner.t, level="unknown", score=None))
    runner.events.clear()
    runner.walk(12.0, "backward")
    assert runner.phase == "backward_walk"
    assert not [e for e in runner.events if isinstance(e, BeltRequest)]
    runner.feed(Stability(t=runner.t, level="steady", score=0.0))
    runner.walk(2.0, "backward")
    (asked,) = [e for e in runner.events if isinstance(e, BeltRequest)]
    assert asked.speed_m_s == 0.8
    assert runner.t - asked.t < 3.0


@pytest.mark.parametrize(("then", "said"), [("unknown", 0), ("steady", 1)])
def test_half_way_is_not_said_after_unsteadiness_until_steady_again(then: Level, said: int) -> None:
    runner = led_to("cool_down")
    since = runner.t
    for level in ("unsteady", then):
        runner.walk(5.0)
        runner.feed(Stability(t=runner.t, level=level, score=None))
    runner.walk(120.0, until="idle")
    assert keys(runner, since).count("half_way") == said
    assert runner.phase == "idle"


def test_after_a_long_pause_there_is_time_to_start_the_belt() -> None:
    runner = led_to("carry")
    runner.say("pause")
    runner.belt(0.0)
    runner.stand(200.0)
    since = runner.t
    runner.say("resume")
    runner.stand(30.0)
    runner.belt(0.3)
    runner.walk(10.0)
    assert runner.phase == "carry"
    assert "finished" not in keys(runner, since)
    runner.stand(130.0)
    assert runner.phase == "idle", "who does not come back is gone as before"


def test_turning_backward_unsteadily_is_followed_without_a_greeting() -> None:
    runner = led_to("settle")
    runner.walk(15.0)
    since = runner.t
    runner.gait("backward")
    for level in ("unsteady", "unknown"):
        runner.feed(Stability(t=runner.t, level=level, score=None))
        runner.walk(5.0, "backward")
    assert runner.phase == "backward_walk"
    assert set(keys(runner, since)) == {"unsteady"}


def test_nothing_is_said_of_toes_when_the_belt_stops() -> None:
    for stops in (False, True):
        runner = led_to("backward_walk")
        runner.walk(17.0, "backward")
        since = runner.t
        runner.belt(0.0 if stops else runner.speed)
        runner.walk(4.0, "backward")
        runner.stand(30.0 if stops else 0.0)
        assert ("toes_first" in keys(runner, since)) != stops
    assert keys(runner, since) == ["paused"]


def test_the_carried_share_has_its_error_even_from_few_strides() -> None:
    runner = Runner()
    runner.stride_s = 2.4
    runner.belt(0.3)
    runner.walk(600.0, until="turn_back")
    runner.walk(200.0, "backward", factor=0.9, until="turn_front")
    for _ in range(4):
        runner.gait("unknown", "standing")  # like a detector that misses very slow steps
        runner.walk(7.0, factor=0.95)
    runner.walk(8.0, factor=0.95)
    (measured,) = [
        e for e in runner.events if isinstance(e, Measurement) and e.name == "carried_percent"
    ]
    assert measured.strides < 20
    assert measured.error is not None
    assert 5.0 < measured.error < 30.0
    assert measured.value == pytest.approx(48.7, abs=2 * measured.error)


def test_no_backward_step_is_offered_when_a_backward_part_is_near() -> None:
    runner = Runner(Memory(stage=1, sessions=3), profile="balance_and_body_sense", feedback="full")
    runner.belt(0.5)
    runner.walk(900.0, until="turn_back")
    runner.walk(900.0, "backward", until="turn_front", factor=0.85)
    runner.walk(50.0, factor=0.9)
    assert runner.phase == "carry"
    runner.walk(120.0, until="turn_back")
    heard = keys(runner, entered(runner, "carry"))
    assert "old_pattern" in heard
    assert "backward_offer" not in heard
    assert "turning_soon" in heard


def test_facing_away_on_a_fast_belt_it_is_slowed_from_the_rails_before_turning() -> None:
    runner = led_to("backward_walk", Memory(stage=1, sessions=3), profile="variety_for_a_runner")
    runner.belt(0.8)
    runner.walk(300.0, "backward", until="turn_front")
    start = runner.t
    runner.stand(10.0)
    assert keys(runner, start)[-2:] == ["rails", "turn_slow"]
    runner.belt(0.3)
    runner.stand(8.0)
    assert keys(runner, start)[-2:] == ["turn_front", "step_on"]
    runner.walk(4.0)
    assert runner.phase == "carry"


def test_a_silent_belt_is_slowed_once_for_both_turns_and_set_once_for_a_speed() -> None:
    runner = silent(by_hand=False)
    runner.stride_s = 1.6
    runner.walk(18.0)
    runner.walk(8.0, "backward", until="backward_walk")
    back = runner.t
    runner.walk(100.0, "backward", until="turn_front")
    runner.walk(6.0, "backward")
    runner.walk(20.0)
    heard = keys(runner, back)
    assert runner.phase == "carry"
    assert "turn_front" in heard
    assert not {"turn_slow", "belt_at"} & set(heard)


STORIES: dict[str, tuple[Memory, str]] = {
    "first": (Memory(), "first_time_ever"),
    "walk": (Memory(stage=1, sessions=5), "balance_and_body_sense"),
    "uphill": (CLIMBER, "variety_for_a_runner"),
    "jog": (JOGGER, "variety_for_a_runner"),
}


@cache
def whole(story: str, *, asks_belt: bool) -> Runner:
    """Return an obedient runner's whole workout."""
    memory, profile = STORIES[story]
    runner = Runner(memory, profile=profile, belt_requests=asks_belt)
    runner.belt(0.3)
    follow(runner)
    return runner


@pytest.mark.parametrize("asks_belt", [False, True])
@pytest.mark.parametrize("story", STORIES)
def test_every_announced_time_is_true(story: str, asks_belt: bool) -> None:
    runner = whole(story, asks_belt=asks_belt)
    entries = [e for e in runner.events if isinstance(e, Phase)]
    ahead = {"turning_soon": 20.0, "faster_soon": 5.0, "slower_soon": 5.0, "minute_left": 60.0}
    for key, seconds in ahead.items():
        for cue in runner.cues(key):
            then = next(e for e in entries if e.t > cue.t and e.why != "turned")
            if key == "minute_left":
                then = next(e for e in entries if e.t > cue.t and e.why == "dose")
            assert then.t - cue.t == pytest.approx(seconds, abs=0.1 * seconds + 1.2), (key, cue.t)
            assert (PHASES[then.name].turn != "unknown") == (key in ("turning_soon", "minute_left"))
    assert runner.cues("turning_soon")
    assert len(runner.cues("half_way")) <= runner.phases().count("turn_front") + 1


@pytest.mark.parametrize("turn", ["turn_back", "turn_front"])
def test_a_stumble_in_a_turn_leads_to_the_front_and_drops_old_lines(turn: str) -> None:
    runner = led_to(turn, Memory(stage=1, sessions=3), profile="balance_and_body_sense")
    was = "forward" if turn == "turn_back" else "backward"
    runner.walk(3.0, was)  # type: ignore[arg-type]
    fell = runner.t
    runner.feed(Stumble(t=runner.t, score=2.0))
    runner.walk(25.0)
    assert runner.phase == "carry"
    assert keys(runner, fell) == ["stumble", "forward_on"]


@pytest.mark.parametrize("phase", ["settle", "turn_back", "backward_walk", "carry", "cool_down"])
def test_something_wrong_is_answered_first_and_guidance_continues(phase: str) -> None:
    runner = led_to(phase, Memory(stage=1, sessions=3), profile="balance_and_body_sense")
    runner.walk(6.0, "backward" if PHASES[phase].backward else "forward")
    said = runner.t
    runner.say("something_wrong")
    runner.walk(8.0, "backward" if PHASES[phase].backward else "forward")
    runner.walk(200.0, until="idle")
    runner.stand(15.0)
    heard = keys(runner, said)
    assert heard[0] == ("enough" if phase in ("turn_back", "backward_walk") else "eased_off")
    assert silences(runner, said, runner.t) < 60.0
    assert "in_range" not in heard
    assert "take_away" not in heard
    assert "finished" in heard


def test_something_wrong_in_a_pause_leads_to_the_end() -> None:
    for phase, then in (("carry", "cool_down"), ("backward_walk", "turn_front")):
        runner = led_to(phase, Memory(stage=1, sessions=3), profile="balance_and_body_sense")
        runner.say("pause")
        runner.say("something_wrong")
        runner.say("resume")
        assert runner.phase == then


@pytest.mark.parametrize("phase", ["settle", "backward_walk", "carry", "free_run"])
@pytest.mark.parametrize("alarm_s", [20.0, 400.0])
def test_after_a_fall_a_well_runner_rests_and_is_led_no_further(phase: str, alarm_s: float) -> None:
    free = phase == "free_run"
    profile = "variety_for_a_runner"
    runner = led_to(phase, Memory(stage=2, sessions=3), profile=profile, program=not free)
    runner.walk(6.0, "backward" if PHASES[phase].backward else "forward")
    runner.feed(Fall(t=runner.t, stage="confirmed"))
    runner.belt(0.0)
    runner.stand(alarm_s)
    runner.events.clear()
    runner.say("press")
    runner.stand(80.0)
    end = ["stage_down"] * (not free)
    said = [k for k in keys(runner) if not k.startswith("fact_")]
    assert said == ["fall_acknowledged", "rest", "fall_kept", "done", *end]
    assert runner.phases() == ["rest", "idle"]
    assert runner.summaries()[-1].details["something_wrong"] == 1.0
    if not free:
        runner.say("press")
        runner.stand(5.0)
        assert runner.cues("check_better")


def test_a_runner_backward_as_the_alarm_ends_is_sent_to_the_rails_first() -> None:
    runner = led_to("backward_walk")
    runner.walk(6.0, "backward")
    runner.feed(Fall(t=runner.t, stage="confirmed"))  # which was no fall
    runner.walk(20.0, "backward")
    runner.events.clear()
    runner.say("press")
    runner.walk(100.0, "backward")
    assert keys(runner)[:4] == ["fall_acknowledged", "rails", "rest", "fall_kept"]
    assert runner.phase == "idle"


def test_the_turn_is_still_announced_after_a_moment_of_lost_sensors() -> None:
    runner = Runner(Memory(stage=1, sessions=3), profile="balance_and_body_sense")
    runner.feed(Link(t=0.0, sensor="foot", state="up", age_s=0.0))
    runner.belt(0.3)
    runner.walk(40.0)
    runner.feed(Link(t=runner.t, sensor="foot", state="lost", age_s=1.0))
    runner.stand(5.0)
    assert runner.phase == "blind"
    runner.feed(Link(t=runner.t, sensor="foot", state="up", age_s=0.0))
    runner.walk(100.0, until="turn_back")
    assert entered(runner, "turn_back") - first(runner, "turning_soon").t == pytest.approx(
        20.0, abs=2.0
    )


def test_turning_backward_with_no_time_left_is_answered_so() -> None:
    runner = led_to("cool_down", Memory(stage=1, sessions=3), profile="balance_and_body_sense")
    runner.walk(10.0)
    turned = runner.t
    runner.walk(30.0, "backward")
    said = [c.t - turned for c in runner.cues("time_up") if c.t > turned]
    assert said[0] < 6.5
    assert said[1] - said[0] == pytest.approx(20.0, abs=2.0)


def test_a_runner_who_stops_facing_away_is_sent_to_the_rails_before_the_console() -> None:
    runner = led_to("backward_walk", Memory(stage=1, sessions=3), profile="balance_and_body_sense")
    runner.walk(10.0, "backward")
    stopped = runner.t
    runner.say("stop")
    runner.walk(6.0, "backward")
    assert keys(runner, stopped)[:2] == ["rails", "finished"]


def test_a_runner_who_turns_in_the_count_in_is_not_told_to_turn() -> None:
    runner = led_to("turn_back")
    start = runner.t
    assert keys(runner, start) == ["count_in"]
    runner.t += 0.3
    runner.gait("backward")
    runner.walk(20.0, "backward")
    assert keys(runner, start)[1:3] == ["backward_walk", "look_ahead"]


def test_a_runner_already_backward_as_the_program_starts_is_greeted() -> None:
    runner = Runner(Memory(stage=1, sessions=3), profile="balance_and_body_sense")
    runner.belt(0.4)
    runner.walk(20.0, "backward")
    assert keys(runner) == ["check_all", "backward_met"]
    assert runner.phase == "backward_walk"


def test_a_limp_soon_after_turning_is_asked_about_without_a_hand_on_the_console() -> None:
    runner = led_to("backward_walk", Memory(stage=1, sessions=3), profile="variety_for_a_runner")
    for value, seconds in ((2.0, 20), (14.0, 15)):
        for _ in range(seconds):
            measured = Measurement(
                t=runner.t, name="asymmetry_percent", value=value, unit="%", strides=10
            )
            runner.feed(measured)
            runner.walk(1.0, "backward")
    assert runner.cues("limp_back")
    assert not runner.cues("limp")
    turned = runner.t
    runner.walk(50.0)
    heard = keys(runner, turned)
    assert "limp" not in heard, "once asked, the question stays the same"
    assert "in_range" not in heard


def test_on_the_rails_the_belt_is_requested_until_it_is_set() -> None:
    runner = led_to("mount", Memory(stage=1, sessions=3), profile="variety_for_a_runner")
    runner.belt(0.1)
    stood = runner.t
    runner.stand(50.0)
    assert keys(runner, stood + 0.1) == ["rails", "belt_at", "belt_at", "belt_at"]


CARRIED = 0.06  # of the stride: possible for people, and done by simulated ones


@cache
def carried(factor: float) -> Runner:
    """Return the first round of a runner who carries a share of the backward stride."""
    runner = Runner(Memory(stage=1, sessions=3), profile="balance_and_body_sense", feedback="full")
    runner.stride_s = 1.6
    runner.belt(0.5)
    runner.walk(900.0, until="turn_back")
    runner.walk(900.0, "backward", until="turn_front", factor=0.7)
    runner.walk(70.0, factor=factor)
    return runner


def test_a_normal_carry_is_not_called_lost() -> None:
    assert not carried(1.0 - CARRIED).cues("old_pattern")


def test_reverting_at_once_is_announced_with_no_hold_unless_the_speed_changed() -> None:
    runner = carried(1.0).copy()
    assert runner.cues("old_pattern")
    drift = next(
        e for e in runner.events if isinstance(e, Measurement) and e.name == "time_to_drift_s"
    )
    assert drift.value == 0.0
    quick = runner.t
    runner.belt(1.1)
    runner.walk(35.0, factor=0.6)
    assert not [c for c in runner.cues("old_pattern") if c.t > quick]
    assert not [e for e in runner.events if isinstance(e, Measurement) and e.name == "recovery_s"]


def test_the_hold_is_that_of_the_longest_carry() -> None:
    runner = carried(1.0 - CARRIED).copy()
    follow(runner)
    assert runner.summaries()[0].details["held_s"] == pytest.approx(70.0, abs=15.0)
