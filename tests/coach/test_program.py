"""The workout, phase by phase: every command, a stumble, a fall and a lost sensor in each."""

from __future__ import annotations

import itertools

import pytest

from cued.coach.commands import NAMES
from cued.coach.workout.memory import Memory, Past
from cued.coach.workout.phases import IDLE, PHASES, after
from cued.coach.workout.profile import PROFILES, load
from cued.model import (
    Battery,
    BeltRequest,
    BeltState,
    CommandResult,
    Cue,
    CueDone,
    Direction,
    Fall,
    Level,
    Link,
    Measurement,
    Notice,
    Phase,
    Stability,
    Stumble,
)
from tests.coach.runner import CLIMBER, JOGGER, Runner, carrying, follow, there

REACHED = [p for p in PHASES if p != IDLE]
OVERLAYS = [p for p in PHASES if PHASES[p].overlay]
MOVING = [p for p in REACHED if p not in OVERLAYS]


@pytest.mark.parametrize("phase", REACHED)
def test_every_phase_is_reached(phase: str) -> None:
    assert there(phase).phase == phase


@pytest.mark.parametrize("phase", [IDLE, *REACHED])
@pytest.mark.parametrize("command", NAMES)
def test_every_command_is_answered_in_every_phase(command: str, phase: str) -> None:
    runner = Runner() if phase == IDLE else there(phase).copy()
    values = {
        "set_speed": 0.3,
        "set_incline": 1.0,
        "effort": 12.0,
        "runner": "someone",
        "mark": "here",
    }
    out = runner.say(command, values.get(command))
    answers = [e for e in out if isinstance(e, CommandResult)]
    assert len(answers) == 1
    assert answers[0].name == command
    assert answers[0].ok == (answers[0].why == "")
    asked = {
        "start_program": "begin",
        "pause": "pause",
        "resume": "resume",
        "skip": "skip",
        "stop": "stop",
    }
    if command in asked:
        allowed = after(phase, asked[command], "settle") is not None
        assert answers[0].ok == allowed
        assert any(isinstance(e, Phase) for e in out) == allowed


@pytest.mark.parametrize("phase", MOVING)
def test_a_stumble_is_answered_at_once_and_then_nothing_but_safety_for_12_steps(phase: str) -> None:
    runner = there(phase).copy()
    out = runner.feed(Stumble(t=runner.t, score=1.5))
    given = [e for e in out if isinstance(e, Cue) and e.verdict == "given"]
    assert [c.key for c in given] == ["stumble"]
    assert given[0].pattern != "none"
    assert given[0].tone
    runner.events.clear()
    runner.walk(6 * runner.stride_s - 0.1, runner.direction, runner.mode, factor=1.3)
    assert [c.key for c in runner.cues() if c.priority < 4] == []


@pytest.mark.parametrize("phase", [p for p in MOVING if PHASES[p].backward])
def test_a_stumble_going_backward_leads_one_stage_down(phase: str) -> None:
    runner = there(phase).copy()
    before = runner.coach.known.stage
    runner.feed(Stumble(t=runner.t, score=1.5))
    assert runner.coach.known.stage == before - 1
    assert runner.phase == after(phase, "stumbled")


@pytest.mark.parametrize("phase", MOVING)
def test_a_lost_sensor_and_its_return_are_announced_and_all_else_is_quiet(phase: str) -> None:
    runner = there(phase).copy()
    runner.stand(0.6)
    out = runner.feed(Link(t=runner.t, sensor="foot", state="lost", age_s=1.0))
    assert [c.key for c in out if isinstance(c, Cue) and c.verdict == "given"] == ["blind"]
    assert runner.phase == "blind"
    runner.events.clear()
    runner.stand(60.0)
    assert {c.key for c in runner.cues()} == {"blind"}
    assert len(runner.cues()) == 2  # three times in all
    runner.feed(Link(t=runner.t, sensor="foot", state="up", age_s=0.0))
    assert runner.cues()[-1].key == "seen"
    runner.walk(1.0, runner.direction, runner.mode)
    assert runner.phase == phase


def moved_until(runner: Runner, left_s: float) -> None:
    """Count backward movement until this much time is left."""
    session = runner.coach._session
    session.tally.backward_s += session.kept.due(session.tally, 0.0).left_s - left_s


def test_a_runner_with_no_time_left_is_not_sent_backward() -> None:
    runner = there("settle").copy()
    moved_until(runner, 0.0)
    runner.say("skip")
    runner.walk(3.0, "backward")
    assert runner.phases()[-2:] == ["turn_back", "turn_front"]
    runner.walk(3.0)
    assert runner.phase == "carry"


def test_a_stumble_after_more_time_than_the_stage_below_allows_ends_going_backward() -> None:
    runner = there("backward_jog").copy()
    moved_until(runner, 1.0)
    runner.feed(Stumble(t=runner.t, score=2.0))
    assert runner.phase == "turn_front"


@pytest.mark.parametrize("phase", MOVING)
def test_a_fall_is_an_alarm_until_acknowledged(phase: str) -> None:
    runner = there(phase).copy()
    runner.say("mute")
    possible = runner.feed(Fall(t=runner.t, stage="possible", because={"lean_deg": 40.0}))
    assert [(c.key, c.pattern) for c in possible if isinstance(c, Cue)] == [
        ("fall_possible", "alarm")
    ]
    runner.feed(Fall(t=runner.t, stage="confirmed"))
    assert runner.phase == "fallen"
    runner.events.clear()
    runner.stand(31.0)
    alarms = runner.cues("fall_confirmed")
    assert 5 <= len(alarms) <= 7
    assert len(runner.cues()) == len(alarms)
    runner.say("acknowledge")
    assert runner.phase == "rest"
    assert [e.code for e in runner.events if isinstance(e, Notice)] == ["fall_acknowledged"]
    runner.stand(20.0)
    assert len(runner.cues("fall_acknowledged")) == 1, "the end of the alarm is told, once"
    assert len(runner.cues("fall_confirmed")) == len(alarms)


def test_the_belt_is_stopped_after_a_fall_only_if_configured() -> None:
    for enabled in (False, True):
        runner = Runner(stop_belt_on_fall=enabled)
        runner.walk(5.0)
        out = runner.feed(Fall(t=runner.t, stage="confirmed"))
        requests = [e for e in out if isinstance(e, BeltRequest)]
        assert [r.speed_m_s for r in requests] == ([0.0] if enabled else [])


@pytest.mark.parametrize("phase", [p for p in MOVING if not PHASES[p].still and p != "free_run"])
def test_stepping_off_pauses_and_coming_back_resumes(phase: str) -> None:
    runner = there(phase).copy()
    runner.stand(12.0)
    assert runner.phase == "paused"
    runner.walk(8.0, "forward")
    assert runner.phase != "paused"
    if PHASES[phase].backward:
        assert "turn_back" in runner.phases()


@pytest.mark.parametrize("phase", [p for p in MOVING if PHASES[p].direction != "unknown"])
def test_facing_the_other_way_is_asked_about_and_never_coached(phase: str) -> None:
    runner = there(phase).copy()
    other = "backward" if PHASES[phase].direction == "forward" else "forward"
    runner.events.clear()
    runner.walk(12.0, other, factor=1.3)
    assert f"wrong_direction_{other}" in {c.key for c in runner.cues()}
    assert [c for c in runner.cues() if c.priority == 2] == []


def test_a_runner_who_turns_round_unasked_is_followed() -> None:
    runner = there("backward_walk").copy()
    runner.walk(50.0, "forward")
    assert runner.phase == "carry"
    runner.walk(50.0, "backward")
    assert runner.phase == "backward_walk"


@pytest.mark.parametrize("profile", PROFILES)
def test_a_workout_runs_from_check_in_to_summary(profile: str) -> None:
    runner = Runner(profile=profile)
    follow(runner)
    phases = runner.phases()
    assert phases[:4] == ["check_in", "settle", "turn_back", "backward_walk"]
    assert phases[-3:] == ["carry", "cool_down", "idle"]
    assert len(runner.summaries()) == 1
    assert runner.summaries()[0].details["clean"] == 1.0


def test_the_first_session_asks_for_a_spotter_and_stays_slow_and_short() -> None:
    runner = Runner(profile="first_time_ever")
    follow(runner)
    assert runner.cues("check_spotter")
    summary = runner.summaries()[0]
    assert summary.backward_s <= 120.0 + 5.0
    assert summary.details["peak_m_s"] == 0.3


def test_at_the_cap_time_is_up_and_the_program_moves_on() -> None:
    runner = Runner(profile="first_time_ever")
    follow(runner)
    up = runner.cues("time_up")
    assert len(up) == 1
    moved = [e for e in runner.events if isinstance(e, Phase) and e.why == "dose"]
    assert abs(moved[0].t - up[0].t) < 3.0


@pytest.mark.parametrize(("age_s", "key"), [(3600.0, "dose_day"), (3 * 86400.0, "dose_week")])
def test_a_day_or_week_that_is_full_has_no_backward_part(age_s: float, key: str) -> None:
    full = load("first_time_ever").week_s
    memory = Memory(sessions=1, stage=1, past=(Past(age_s=age_s, backward_s=full),))
    runner = Runner(memory, profile="first_time_ever")
    follow(runner)
    assert not any(PHASES[p].backward for p in runner.phases())
    assert runner.cues(key)


def test_a_belt_that_is_too_fast_is_announced() -> None:
    runner = there("backward_walk").copy()
    limit = runner.coach.known.limit_m_s or 0.0
    runner.belt(1.2 * limit)
    runner.walk(10.0, "backward")
    assert runner.cues("too_fast")[0].because["speed_m_s"] == round(1.2 * limit, 2)


def test_50_percent_too_fast_is_danger_and_nothing_else_is_said() -> None:
    runner = there("carry").copy()
    runner.belt(3.0)
    runner.events.clear()
    runner.walk(20.0, "backward")
    said = runner.cues()
    assert {c.key for c in said} == {"far_too_fast"}
    assert len(said) >= 5
    assert runner.phase == "carry"


def test_a_backward_step_on_a_slow_belt_is_answered_after_four_seconds() -> None:
    runner = there("settle").copy()
    runner.belt(0.5)
    runner.walk(15.0)
    turned = runner.t
    runner.walk(8.0, "backward")
    assert runner.phase == "backward_walk"
    assert runner.cues("backward_met")[0].t - turned < 6.0
    assert not runner.cues("wrong_direction_backward")


def test_something_wrong_eases_off_and_is_asked_about_next_time() -> None:
    runner = there("backward_walk").copy()
    before = runner.coach.memory.stage
    assert runner.say("something_wrong")[0].ok  # type: ignore[union-attr]
    runner.walk(3.0, "backward")
    assert runner.phase == "turn_front"
    runner.belt(0.3)
    runner.walk(600.0, until="idle")
    assert "carry" not in runner.phases()[runner.phases().index("turn_front") :]
    assert runner.summaries()[-1].details["something_wrong"] == 1.0
    assert runner.coach.memory.stage == before - 1
    runner.belt(0.0)
    runner.stand(10.0)
    runner.say("start_program")
    runner.stand(5.0)
    assert runner.cues("check_better")


def test_drift_in_the_carry_is_announced_with_an_offer_and_recovery_is_measured() -> None:
    runner = Runner(Memory(stage=1, sessions=3), profile="variety_for_a_runner", feedback="full")
    runner.belt(0.8)
    runner.walk(900.0, "forward", until="turn_back")
    runner.walk(900.0, "backward", until="turn_front", factor=0.85)
    runner.walk(90.0, "forward", factor=0.9)
    assert runner.phase == "carry"
    assert not runner.cues("old_pattern")
    runner.walk(80.0, "forward", factor=1.0)
    assert runner.cues("old_pattern")
    assert runner.cues("backward_offer")
    assert runner.cues("old_pattern")[0].t < runner.cues("backward_offer")[0].t
    runner.walk(40.0, "forward", factor=0.9)
    measured = {e.name: e.value for e in runner.events if isinstance(e, Measurement)}
    assert measured["carried_percent"] == pytest.approx(65.0, abs=8.0)
    assert measured["time_to_drift_s"] == pytest.approx(95.0, abs=15.0)
    assert measured["recovery_s"] == pytest.approx(85.0, abs=20.0)


def test_turning_round_in_the_carry_is_taking_the_offer() -> None:
    runner = Runner(Memory(stage=1, sessions=3), profile="variety_for_a_runner")
    runner.walk(900.0, "forward", until="turn_back")
    runner.walk(900.0, "backward", until="turn_front")
    runner.walk(60.0, "forward")
    runner.walk(40.0, "backward", factor=0.9)
    assert runner.phase == "backward_walk"


def test_the_second_workout_opens_with_the_recall_after_a_minute_without_cues() -> None:
    runner = Runner(profile="variety_for_a_runner")
    follow(runner)
    runner.stand(10.0)
    first = len(runner.events)
    follow(runner)
    assert not [c for c in runner.events[:first] if isinstance(c, Cue) and c.key == "recall"]
    recall = [c for c in runner.events[first:] if isinstance(c, Cue) and c.key == "recall"]
    assert len(recall) == 1
    retained = recall[0].because["retention_percent"]
    assert isinstance(retained, float)
    assert 0.0 <= retained <= 100.0


def test_free_run_judges_but_does_not_guide() -> None:
    runner = Runner(program=False)
    runner.belt(0.6)
    runner.walk(120.0, "backward")
    runner.walk(60.0, "backward", factor=1.15)
    assert runner.cues("overlong_stride")
    assert runner.phases() == ["free_run"]
    assert runner.say("start_program")[1].name == "check_in"  # type: ignore[union-attr]


def test_each_state_has_its_own_sound_and_pattern_unlike_any_coaching_cue() -> None:
    runner = there("carry").copy()
    runner.walk(5.0)
    runner.events.clear()
    runner.feed(Battery(t=runner.t, sensor="foot", percent=9.0))
    runner.stand(3.0)
    runner.feed(CueDone(t=runner.t, key="carry", channel="sound", ok=False, why="no clip"))
    runner.stand(3.0)
    runner.say("mute")
    runner.stand(3.0)
    runner.say("unmute")
    runner.stand(3.0)
    runner.feed(Link(t=runner.t, sensor="trunk", state="up", age_s=0.0))
    runner.feed(Link(t=runner.t, sensor="trunk", state="lost", age_s=1.0))
    kinds = {c.key: (c.pattern, c.tone) for c in runner.cues()}
    assert {"battery_low", "clip_missing", "muted", "sensor_lost"} <= set(kinds)
    states = [kinds[k] for k in ("battery_low", "clip_missing", "muted", "sensor_lost")]
    assert len(set(states)) == 4
    coaching = {("step", ""), ("notice", ""), ("left", ""), ("right", "")}
    assert coaching.isdisjoint(states)
    assert [e.code for e in runner.events if isinstance(e, Notice)] == ["cue_failed"]


def test_an_unknown_belt_speed_and_its_return_are_announced_once() -> None:
    runner = Runner(program=False)
    runner.walk(60.0)
    assert len(runner.cues("belt_unknown")) == 1
    runner.belt(1.0)
    runner.walk(5.0)
    assert len(runner.cues("belt_known")) == 1


def test_short_gaps_in_the_belt_speed_from_the_feet_are_not_announced() -> None:
    runner = Runner(program=False)
    runner.belt(0.5)
    runner.walk(30.0)
    for _ in range(10):
        runner.feed(BeltState(t=runner.t, speed_m_s=None, since=runner.t))
        runner.walk(6.0)
        runner.belt(0.5)
        runner.walk(3.0)
    assert not runner.cues("belt_unknown")
    assert not runner.cues("belt_known")
    runner.feed(BeltState(t=runner.t, speed_m_s=None, since=runner.t))
    runner.walk(40.0)
    assert len(runner.cues("belt_unknown")) == 1


def test_with_consent_the_belt_is_asked_to_slow_for_turning_and_never_started() -> None:
    runner = Runner(Memory(stage=1, sessions=3), belt_requests=True, profile="variety_for_a_runner")
    runner.belt(1.0)
    runner.walk(900.0, "forward", until="turn_back")
    runner.walk(60.0, "backward", until="backward_walk")
    asked = [e for e in runner.events if isinstance(e, BeltRequest)]
    assert [(r.why, r.speed_m_s) for r in asked] == [
        ("settle", 0.8),
        ("turn_back", 0.3),
        ("backward_walk", 0.8),
    ]
    runner = Runner(Memory(stage=1, sessions=3), belt_requests=True, profile="variety_for_a_runner")
    runner.belt(0.0)
    runner.walk(900.0, "forward", until="turn_back")
    runner.walk(60.0, "backward", until="backward_walk")
    assert not [e for e in runner.events if isinstance(e, BeltRequest)]


def asked_of_the_belt(memory: Memory, last: str) -> dict[str, BeltRequest]:
    """Return the requests to the belt on the way to a phase, by phase."""
    runner = Runner(memory, belt_requests=True, profile="variety_for_a_runner")
    runner.belt(0.6)
    runner.walk(2.0)
    runner.obey_until(last)
    return {e.why: e for e in runner.events if isinstance(e, BeltRequest)}


def test_between_jogs_the_belt_is_set_to_a_walk() -> None:
    asked = asked_of_the_belt(JOGGER, "backward_rest")
    assert asked["backward_jog"].speed_m_s == 1.65
    assert asked["backward_rest"].speed_m_s == 0.8


def test_a_grade_is_requested_only_for_the_uphill_phase() -> None:
    asked = asked_of_the_belt(CLIMBER, "backward_uphill")
    assert {why: r.incline_percent for why, r in asked.items()} == {
        "settle": None,
        "turn_back": 0.0,
        "backward_walk": 0.0,
        "backward_uphill": 3.0,
    }


def test_no_faster_belt_is_requested_at_the_moment_of_a_stumble() -> None:
    runner = Runner(CLIMBER, belt_requests=True, profile="variety_for_a_runner")
    runner.belt(0.6)
    runner.walk(2.0)
    runner.obey_until("backward_uphill")
    runner.walk(5.0, "backward")
    out = runner.feed(Stumble(t=runner.t, score=2.0))
    assert runner.phase == "backward_walk"
    assert not [e for e in out if isinstance(e, BeltRequest)]


@pytest.mark.parametrize(
    ("phase", "then"), [("turn_back", "backward_walk"), ("turn_front", "carry")]
)
def test_an_unseen_turn_is_assumed_after_45_seconds_of_walking(phase: str, then: str) -> None:
    runner = there(phase).copy()
    runner.stand(100.0)
    assert runner.phase == phase
    runner = there(phase).copy()
    runner.walk(40.0, "unknown")
    assert runner.phase == phase
    runner.walk(8.0, "unknown")
    assert runner.phase == then


def test_a_speed_above_the_limit_does_not_count_as_trained() -> None:
    runner = there("backward_walk").copy()
    limit = runner.coach.known.limit_m_s
    assert limit is not None
    runner.belt(2.5)
    runner.walk(10.0, "backward")
    runner.say("stop")
    assert runner.summaries()[0].details["peak_m_s"] == limit


def test_in_free_run_slowing_and_turning_backward_is_greeted_once() -> None:
    runner = Runner(program=False)
    runner.belt(1.2)
    runner.walk(40.0)
    runner.belt(0.5)
    turned = runner.t
    runner.walk(60.0, "backward")
    (met,) = runner.cues("backward_met")
    assert 4.0 <= met.t - turned <= 8.0
    runner.walk(20.0)
    runner.walk(20.0, "backward")
    assert len(runner.cues("backward_met")) == 2
    fast = Runner(program=False)
    fast.belt(1.2)
    fast.walk(30.0)
    fast.walk(30.0, "backward")
    assert not fast.cues("backward_met")


def test_a_treadmill_the_feet_contradict_is_doubted_aloud_once() -> None:
    runner = Runner(program=False)
    runner.belt(0.8)
    runner.walk(20.0)
    for doubt in ("zero", "", "zero", "paused"):
        state = BeltState(t=runner.t, speed_m_s=0.8, source="feet", since=0.0, doubt=doubt)
        runner.feed(state)
        runner.walk(15.0)
    assert [c.text for c in runner.cues("belt_doubt")] == ["Treadmill speed seems wrong"]


def test_after_a_pause_a_phase_resumes_and_says_nothing_twice() -> None:
    runner = carrying()
    said = {c.key: c.t for c in runner.cues()}
    runner.belt(0.0)
    runner.stand(12.0)
    assert runner.phase == "paused"
    runner.belt(0.5)
    back = runner.t
    runner.walk(200.0, until="turn_back")
    again = [c.key for c in runner.cues() if c.t > back]
    assert said.keys() >= {"part_done_one", "carry"}
    assert not {"part_done_one", "carry", "same_speed"} & set(again)
    assert again.count("turning_soon") == 1
    assert runner.t - back < 120.0 - 35.0


def test_standing_on_a_still_belt_after_a_stumble_is_left_in_peace() -> None:
    runner = Runner()
    runner.belt(0.6)
    runner.walk(30.0)
    runner.feed(Stability(t=runner.t, level="unsteady", score=None, why="stumble"))
    runner.feed(Stumble(t=runner.t, score=2.0))
    runner.walk(2.0)
    runner.belt(0.0)
    runner.stand(4.0)
    runner.events.clear()
    runner.stand(40.0)
    assert not [c.key for c in runner.cues() if c.key.startswith("unsteady")]


def steady(runner: Runner, level: Level) -> None:
    runner.feed(Stability(t=runner.t, level=level, score=None))


@pytest.mark.parametrize(
    ("phase", "facing"), [("turn_back", "forward"), ("turn_front", "backward")]
)
def test_nobody_is_told_to_turn_round_on_a_fast_belt(phase: str, facing: Direction) -> None:
    runner = there({"turn_back": "settle", "turn_front": "backward_walk"}[phase]).copy()
    runner.events.clear()
    runner.belt(1.6)
    runner.say("skip")
    runner.walk(8.0, facing)
    assert runner.phase == phase
    assert len(runner.cues("turn_slow")) == 1
    assert not runner.cues(phase)
    runner.belt(0.4)
    runner.walk(2.0, facing)
    assert len(runner.cues(phase)) == 1


def test_with_consent_the_runner_slows_the_belt_only_if_it_does_not_slow() -> None:
    runner = Runner(Memory(stage=1, sessions=3), belt_requests=True, profile="variety_for_a_runner")
    runner.belt(1.0)
    runner.walk(900.0, "forward", until="turn_back")
    runner.walk(15.0)
    assert not runner.cues("turn_slow")
    runner.walk(10.0)
    assert len(runner.cues("turn_slow")) == 1
    assert not runner.cues("turn_back")


def test_after_the_hill_the_belt_is_levelled_again() -> None:
    runner = there("backward_uphill").copy()
    runner.belt(0.5, 4.0)
    runner.events.clear()
    runner.say("skip")
    runner.walk(6.0, "backward")
    runner.walk(12.0)
    assert [c.text for c in runner.cues("incline_at")] == ["Set incline to 0 percent"]


def test_walking_on_instead_of_turning_is_asked_about_and_then_followed() -> None:
    runner = there("settle").copy()
    runner.belt(0.4)
    runner.say("skip")
    runner.walk(55.0)
    assert runner.phase == "turn_back"
    assert len(runner.cues("turn_back")) == 3
    runner.walk(10.0)
    assert runner.phase == "carry"


def test_a_runner_who_never_turns_still_reaches_the_end_of_the_workout() -> None:
    runner = Runner(profile="first_time_ever")
    runner.belt(0.4)
    runner.walk(1000.0, until="cool_down")
    assert runner.phases()[-5:] == ["turn_back", "carry", "turn_back", "carry", "cool_down"]


@pytest.mark.parametrize(("speed", "counted"), [(0.4, True), (0.0, False)])
def test_time_backward_counts_while_nobody_is_seen_on_a_moving_belt(
    speed: float, counted: bool
) -> None:
    runner = there("backward_walk").copy()
    runner.belt(speed)
    before = runner.coach.known.left_s
    assert before is not None
    runner.feed(Link(t=runner.t, sensor="foot", state="lost", age_s=1.0))
    assert runner.phase == "blind"
    runner.stand(40.0)
    after_it = runner.coach.known.left_s
    assert after_it == pytest.approx(before - (40.0 if counted else 0.0), abs=1.0)


def test_a_runner_who_stays_backward_is_asked_to_face_forward_until_they_do() -> None:
    runner = there("backward_walk").copy()
    runner.belt(0.4)
    runner.say("skip")
    runner.walk(130.0, "backward")
    assert runner.phase == "turn_front"
    assert len(runner.cues("turn_front")) == 7


@pytest.mark.parametrize(
    ("phase", "facing", "then"),
    [
        ("settle", "forward", "turn_back"),
        ("carry", "forward", "cool_down"),
        ("backward_walk", "backward", "backward_jog"),
        ("backward_rest", "backward", "backward_jog"),
    ],
)
def test_nothing_harder_starts_while_the_runner_is_unsteady(
    phase: str, facing: Direction, then: str
) -> None:
    runner = there(phase).copy()
    steady(runner, "unsteady")
    runner.events.clear()
    runner.walk(600.0 if phase in ("settle", "carry") else 100.0, facing)
    assert runner.phase == phase
    assert {c.key for c in runner.cues()} == {"unsteady", "unsteady_stop"}
    steady(runner, "steady")
    runner.walk(3.0, facing)
    assert runner.phase == then


@pytest.mark.parametrize(("walked_s", "said"), [(10.0, 0), (50.0, 0)])
def test_a_minute_left_is_said_only_where_the_cap_ends_the_backward_part(
    walked_s: float, said: int
) -> None:
    runner = Runner(profile="first_time_ever")
    runner.belt(0.3)
    runner.walk(300.0, until="turn_back")
    runner.walk(walked_s, "backward")
    assert runner.phase == "backward_walk"
    moved_until(runner, 45.0)
    runner.walk(5.0, "backward")
    assert len(runner.cues("minute_left")) == said


def test_a_mended_old_pattern_is_not_mentioned_again() -> None:
    runner = Runner(Memory(stage=1, sessions=3), profile="variety_for_a_runner", feedback="full")
    runner.belt(0.8)
    runner.walk(900.0, "forward", until="turn_back")
    runner.walk(900.0, "backward", until="turn_front")
    runner.walk(60.0, "forward")
    while not runner.cues("old_pattern"):
        runner.walk(1.0, "forward", factor=1.12)
    runner.walk(20.0, "forward", factor=1.12)
    runner.events.clear()
    runner.walk(60.0, "forward")
    assert not [c.key for c in runner.cues() if c.key in ("old_pattern", "backward_offer")]


def test_a_runner_who_stands_after_a_stumble_is_guided_again_later() -> None:
    runner = there("settle").copy()
    runner.feed(Stumble(t=runner.t, score=2.0))
    runner.stand(10.0)
    runner.say("pause")
    runner.events.clear()
    runner.stand(3.0)
    assert not runner.cues("paused")
    runner.stand(4.0)
    assert len(runner.cues("paused")) == 1


@pytest.mark.parametrize("asks", [False, True])
def test_a_jogger_walks_backward_at_a_walk(asks: bool) -> None:
    runner = Runner(JOGGER, profile="variety_for_a_runner", belt_requests=asks)
    runner.belt(0.3)
    runner.walk(2.0)
    while "backward_rest" not in runner.phases():
        runner.obey(5.0)
    runner.walk(5.0, "backward")
    requested = [e.speed_m_s for e in runner.events if isinstance(e, BeltRequest)]
    asked = [speed for speed, _ in itertools.groupby(requested)]
    said = [c.text.removeprefix("Set belt to ").split()[0] for c in runner.cues("belt_at")]
    assert asked == ([0.8, 0.3, 0.8, 1.65, 0.8] if asks else [])  # slow for the turn between
    assert said == ([] if asks else ["2.9", "2.9", "6", "2.9"])  # settling in, walk, jog, walk
