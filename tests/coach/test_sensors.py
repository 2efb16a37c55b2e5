"""Cues about sensors that lag or are worn in each other's place."""

from __future__ import annotations

import numpy as np
import pytest

from cued.coach.coach import Coach
from cued.coach.config import CoachConfig
from cued.coach.voice.phrases import load
from cued.coach.workout.memory import Memory
from cued.engine import Engine, Worn
from cued.model import (
    AnyEvent,
    Battery,
    Belt,
    Cue,
    CueDone,
    Gait,
    Link,
    Measurement,
    Notice,
    Packet,
    Stability,
    Tick,
)
from cued.simulation.run import Simulation
from cued.simulation.scenario import parse
from tests.coach.runner import Runner

SENSOR = {"foot": Worn("foot_left"), "trunk": Worn("lower_back")}


def lag(runner: Runner, sensor: str, code: str = "link_lags") -> None:
    runner.feed(Notice(t=runner.t, level="warning", code=code, text="", sensor=sensor))


def link(runner: Runner, sensor: str, state: str) -> None:
    runner.feed(Link(t=runner.t, sensor=sensor, state=state, age_s=1.0))  # type: ignore[arg-type]


def walking(*sensors: str) -> Runner:
    runner = Runner(program=False)
    for sensor in sensors:
        link(runner, sensor, "up")
    runner.belt(1.0)
    runner.walk(10.0)
    runner.events.clear()
    return runner


def heard(runner: Runner) -> list[str]:
    return [cue.key for cue in runner.cues()]


def test_a_sensor_refused_for_its_lag_is_said_to_be_late_and_not_gone():
    runner = walking("foot", "trunk")
    lag(runner, "foot")
    link(runner, "foot", "lost")
    runner.walk(10.0)
    assert heard(runner).count("sensor_late") == 1
    assert "sensor_lost" not in heard(runner)
    lag(runner, "foot", "link_fresh")
    link(runner, "foot", "up")
    runner.walk(3.0)
    assert heard(runner)[-1] == "sensor_back"


def test_blindness_is_announced_to_a_standing_runner_only_once_the_belt_moves():
    runner = walking("foot")
    runner.belt(0.0)
    runner.stand(20.0)
    runner.events.clear()
    link(runner, "foot", "lost")
    runner.stand(5.0)
    assert heard(runner) == []
    runner.belt(0.5)
    runner.stand(1.0)
    assert heard(runner) == ["blind"]


def test_blindness_is_announced_at_once_to_a_walker_without_a_belt_speed():
    runner = Runner(program=False)
    link(runner, "foot", "up")
    runner.walk(10.0)
    runner.events.clear()
    link(runner, "foot", "lost")
    assert heard(runner) == ["blind"]


def test_one_lost_sensor_of_two_is_announced_and_the_runner_is_still_seen():
    runner = walking("foot", "trunk")
    link(runner, "foot", "late")
    assert heard(runner) == []
    link(runner, "foot", "lost")
    assert heard(runner) == ["sensor_lost"]
    runner.walk(20.0)
    assert "blind" not in heard(runner)


def test_sensors_are_back_when_the_last_missing_one_is():
    runner = walking("foot", "shank", "trunk")
    link(runner, "foot", "lost")
    runner.walk(10.0)
    link(runner, "shank", "lost")
    runner.walk(10.0)
    link(runner, "foot", "up")
    runner.walk(10.0)
    assert "sensor_back" not in heard(runner)
    link(runner, "shank", "up")
    assert heard(runner)[-1] == "sensor_back"
    felt = {cue.key: (cue.pattern, cue.tone) for cue in runner.cues()}
    assert felt["sensor_lost"] == ("notice", "lost")
    assert felt["sensor_back"] == ("notice", "back")


def test_the_end_of_blindness_is_announced_once_for_all_sensors():
    runner = walking("foot", "trunk")
    for sensor in ("foot", "trunk"):
        link(runner, sensor, "lost")
    runner.stand(3.0)
    runner.events.clear()
    link(runner, "foot", "up")
    runner.t += 4.9
    link(runner, "trunk", "up")
    assert heard(runner) == ["seen"]
    link(runner, "trunk", "lost")
    runner.walk(6.0)
    link(runner, "trunk", "up")
    assert heard(runner)[-1] == "sensor_back"


def test_blindness_is_announced_three_times_ten_seconds_apart():
    runner = walking("foot")
    start = runner.t
    link(runner, "foot", "lost")
    runner.stand(60.0)
    assert [round(c.t - start) for c in runner.cues("blind")] == [0, 10, 20]


def test_twenty_seconds_of_walking_without_a_belt_speed_are_announced():
    runner = Runner(program=False)
    for _ in range(4):
        runner.walk(15.0)
        runner.stand(6.0)
    assert "belt_unknown" not in heard(runner)
    began = runner.t
    runner.walk(40.0)
    assert 20.0 <= runner.cues("belt_unknown")[0].t - began <= 25.0


def test_a_belt_speed_that_comes_in_time_is_not_announced_as_missing():
    runner = Runner(program=False)
    runner.feed(Stability(t=runner.t, level="unsteady", score=None))  # only safety is announced
    runner.walk(30.0)
    runner.belt(1.0)
    runner.walk(3.0)
    runner.feed(Stability(t=runner.t, level="steady", score=None))
    runner.walk(20.0)
    assert "belt_unknown" not in heard(runner)


@pytest.mark.parametrize(
    ("percents", "times"),
    [((16.0,), 0), ((15.0, 14.0, 6.0), 1), ((14.0, 5.0, 4.0), 2), ((4.0,), 1)],
)
def test_a_battery_is_announced_once_at_15_and_once_at_5_percent(percents, times):
    runner = walking("foot")
    for percent in percents:
        runner.feed(Battery(t=runner.t, sensor="foot", percent=percent))
        runner.walk(20.0)
    assert heard(runner).count("battery_low") == times


def test_a_failing_channel_is_announced_once_until_it_has_worked():
    runner = walking("foot")

    def report(ok: bool) -> None:
        why = "" if ok else "no clip"
        runner.feed(CueDone(t=runner.t, key="carry", channel="haptic", ok=ok, why=why))
        runner.walk(20.0)

    report(ok=False)
    report(ok=False)
    assert heard(runner).count("clip_missing") == 1
    report(ok=True)
    report(ok=False)
    assert heard(runner).count("clip_missing") == 2


def test_late_data_after_a_stall_are_announced_as_the_reason():
    runner = walking("foot", "trunk")
    link(runner, "foot", "lost")
    runner.walk(3.0)
    lag(runner, "foot")
    runner.walk(5.0)
    assert [k for k in heard(runner) if k.startswith("sensor")] == ["sensor_lost", "sensor_late"]


def test_a_single_lagging_sensor_is_announced_as_blindness_and_then_with_its_reason():
    runner = walking("foot")
    lag(runner, "foot")
    link(runner, "foot", "lost")
    runner.stand(5.0)
    assert heard(runner)[:2] == ["blind", "sensor_late"]


def test_a_lag_that_is_over_before_it_was_said_is_not_said():
    runner = walking("foot", "trunk")
    lag(runner, "foot")
    lag(runner, "foot", "link_fresh")
    link(runner, "foot", "lost")
    assert heard(runner) == ["sensor_lost"]


@pytest.mark.parametrize(
    ("code", "key"), [("feet_swapped", "feet_swapped"), ("body_map", "sensor_backward")]
)
def test_sensors_that_contradict_each_other_are_asked_about_once(code, key):
    runner = walking("foot", "trunk")
    lag(runner, "", code)
    runner.walk(60.0)
    assert heard(runner).count(key) == 1
    cue = runner.cues(key)[0]
    assert cue.text.endswith("?")
    assert (cue.pattern, cue.tone) == ("none", "")


def test_a_question_about_sensors_waits_for_the_end_of_silence():
    runner = walking("foot", "trunk")
    runner.say("mute")
    lag(runner, "", "feet_swapped")
    runner.walk(10.0)
    assert "feet_swapped" not in heard(runner)
    runner.say("unmute")
    runner.walk(10.0)
    assert "feet_swapped" in heard(runner)


def test_late_samples_reach_the_spoken_reason_through_the_engine():
    coach = Coach(CoachConfig(program=False), [], load("en"), Memory())
    engine = Engine(SENSOR, coach=coach)
    events: list[AnyEvent] = list(engine.feed(Belt(0.0, 1.0)))
    rng = np.random.default_rng(1)
    for k in range(200):  # 20 s; the foot's link stalls at 8 s and is 1.5 s behind from then on
        now = 0.1 * (k + 1)
        for name in SENSOR:
            if name == "foot" and 8.0 < now < 9.55:
                continue
            late = 1.5 if name == "foot" and now > 9.0 else 0.0
            ticks = now - late - 0.01 * np.arange(10)[::-1]
            acc = np.array([0.0, 0.0, 9.81]) + 0.05 * rng.standard_normal((10, 3))
            events += engine.feed(Packet(now, name, ticks, acc, None, 100.0))
        events += engine.feed(Tick(now))
    texts = [e.text for e in events if isinstance(e, Cue) and e.verdict == "given" and e.text]
    assert texts == ["One sensor is gone", "Sensor data is late"]


WALK = """
duration_s = 16
belt = [{ at_s = 0, speed_m_s = 1.3, ramp_m_s2 = 2.0 }]
does = [{ at_s = 0, what = "walk" }]
sensor = [
    { name = "left", placement = "foot_left" },
    { name = "right", placement = "foot_right" },
    { name = "trunk", placement = "lower_back" },
]
"""
AS_WORN = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
BACK_TO_FRONT = ((-1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, 1.0))


def asked(left: Worn, right: Worn, trunk: Worn) -> list[str]:
    """Return the questions to a walker with sensors configured like this."""
    coach = Coach(CoachConfig(program=False), [], load("en"), Memory())
    engine = Engine({"left": left, "right": right, "trunk": trunk}, coach=coach)
    events = [e for item in Simulation(parse(WALK)).inputs() for e in engine.feed(item)]
    cues = [e for e in events if isinstance(e, Cue) and e.verdict == "given"]
    return [cue.text for cue in cues if cue.text.endswith("?")]


def test_swapped_feet_or_a_trunk_sensor_back_to_front_lead_to_the_question():
    left, right = Worn("foot_left", AS_WORN), Worn("foot_right", AS_WORN)
    trunk = Worn("lower_back", AS_WORN)
    assert asked(left, right, trunk) == []
    assert asked(right, left, trunk) == ["Foot sensors swapped?"]
    backward = Worn("lower_back", BACK_TO_FRONT)
    assert asked(left, right, backward) == ["Sensor the wrong way round?"]


def test_a_sensor_that_is_worn_upside_down_is_one_warning():
    engine = Engine({"left": Worn("foot_left", ((1, 0, 0), (0, -1, 0), (0, 0, -1)))})
    events = [e for item in Simulation(parse(WALK)).inputs() for e in engine.feed(item)]
    notices = [e for e in events if isinstance(e, Notice) and e.code == "mounting_doubtful"]
    assert [n.level for n in notices] == ["warning"]
    assert notices[0].text == "left: gravity says that the sensor is upside down"
    assert not [e for e in events if isinstance(e, Gait) and e.direction != "unknown"]


def test_steps_that_another_sensor_saw_are_not_called_uneven():
    runner = walking("foot", "other", "trunk")

    def walk(seconds: float, percent: float) -> None:
        for _ in range(int(seconds)):
            value = Measurement(
                t=runner.t, name="asymmetry_percent", value=percent, unit="%", strides=10
            )
            runner.feed(value)
            runner.walk(1.0)

    walk(90.0, 1.0)
    link(runner, "other", "lost")
    walk(40.0, -12.0)
    link(runner, "other", "up")
    walk(9.0, -12.0)
    walk(30.0, 1.0)
    assert not {"asymmetry", "limp"} & set(heard(runner))
    walk(40.0, -12.0)  # the same sensors see both feet now: this change within a minute is a limp
    assert "limp" in heard(runner)


def test_a_low_battery_or_an_unknown_belt_is_announced_even_when_muted():
    runner = Runner(program=False)
    link(runner, "foot", "up")
    runner.say("mute")
    runner.feed(Battery(t=runner.t, sensor="foot", percent=8.0))
    runner.walk(30.0)
    assert {"battery_low", "belt_unknown"} <= set(heard(runner))


@pytest.mark.parametrize("code", ["belt_wont_stop", "belt_control_off"])
def test_a_disobeying_treadmill_is_announced_by_voice_and_motors_even_when_muted(code: str) -> None:
    runner = Runner(program=False)
    runner.say("mute")
    runner.feed(Notice(t=runner.t, level="error", code=code, text="it goes on", sensor="belt"))
    (cue,) = runner.cues(code)
    assert (cue.verdict, cue.pattern, bool(cue.text)) == ("given", "alarm", True)
