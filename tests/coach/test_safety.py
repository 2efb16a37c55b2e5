"""Safety cues in any phase: stumbles, falls, lost sensors, low batteries."""

from __future__ import annotations

import pytest

from cued.coach.config import CoachConfig
from cued.coach.known import Known
from cued.coach.rule import Proposal
from cued.coach.safety import Safety
from cued.model import (
    AnyEvent,
    Battery,
    Belt,
    BeltRequest,
    BeltState,
    Fall,
    Input,
    Link,
    LinkState,
    Notice,
    Stride,
    Stumble,
    Tick,
)


class Watch:
    """Feeds safety one item after another, on a belt that moves at 1 m/s."""

    def __init__(self, plan: CoachConfig | None = None, speed: float | None = 1.0) -> None:
        self.safety = Safety(plan or CoachConfig())
        belt = None if speed is None else Belt(t=0.0, speed_m_s=speed)
        self.known = Known(belt=belt)

    def feed(self, item: Input | AnyEvent, now: float | None = None) -> list[Proposal]:
        self.known.now = item.t if now is None else now
        return self.safety.consider(item, self.known, self.known.now)

    def keys(self, item: Input | AnyEvent) -> list[str]:
        return [p.key for p in self.feed(item)]

    def link(self, t: float, state: LinkState, sensor: str = "back") -> list[str]:
        return self.keys(Link(t=t, sensor=sensor, state=state, age_s=1.0))


def test_after_a_stumble_twelve_steps_are_waited_for():
    watch = Watch()
    assert watch.keys(Stumble(t=1.0, score=1.5)) == ["stumble"]
    for steps, holds in ((11, True), (12, False)):
        watch.known.footfalls = steps
        assert watch.safety.holds(watch.known) == holds


def test_a_possible_fall_is_over_after_five_seconds_and_a_confirmed_one_by_a_press():
    watch = Watch()
    assert watch.keys(Fall(t=1.0, stage="possible")) == ["fall_possible"]
    assert not watch.safety.fallen
    assert watch.keys(Fall(t=2.0, stage="confirmed")) == ["fall_confirmed"]
    assert watch.keys(Fall(t=3.0, stage="confirmed")) == []
    assert "fall_confirmed" in watch.keys(Tick(t=60.0))
    assert watch.safety.acknowledge(61.0)
    assert not watch.safety.acknowledge(61.0)
    assert watch.keys(Tick(t=61.1)) == ["fall_acknowledged"]
    (notice,) = watch.safety.drain()
    assert isinstance(notice, Notice)
    assert notice.code == "fall_acknowledged"


def test_the_belt_is_stopped_after_a_fall_only_where_configured():
    for wanted in (True, False):
        watch = Watch(CoachConfig(stop_belt_on_fall=wanted))
        watch.feed(Fall(t=1.0, stage="confirmed"))
        asked = [item.speed_m_s for item in watch.safety.drain() if isinstance(item, BeltRequest)]
        assert asked == ([0.0] if wanted else [])


def test_one_of_two_sensors_is_lost_and_back():
    watch = Watch()
    watch.link(0.0, "up")
    watch.link(0.0, "up", "foot")
    assert watch.link(5.0, "late") == []
    assert watch.link(6.0, "lost") == ["sensor_lost"]
    assert watch.link(7.0, "lost") == []
    assert watch.link(9.0, "up") == ["sensor_back"]


def test_without_any_sensor_it_is_said_three_times_that_nobody_is_watched():
    watch = Watch()
    watch.link(0.0, "up")
    assert watch.link(10.0, "lost") == ["blind"]
    assert watch.safety.blind
    said = [10.0] + [t for t in range(11, 90) if "blind" in watch.keys(Tick(t=float(t)))]
    assert said == [10.0, 20, 30]
    assert watch.link(90.0, "up") == ["seen"]
    assert not watch.safety.blind


@pytest.mark.parametrize(("speed", "stride_at", "said"), [(0.0, -99.0, []), (0.0, 6.0, ["blind"])])
def test_on_a_belt_that_stands_only_a_runner_just_seen_is_missed(
    speed: float, stride_at: float, said: list[str]
):
    watch = Watch(speed=speed)
    watch.known.stride_at = stride_at
    watch.link(0.0, "up")
    assert watch.link(10.0, "lost") == said


def test_late_samples_are_the_reason_given_and_it_waits_until_said():
    watch = Watch()
    watch.link(0.0, "up")
    watch.link(0.0, "up", "foot")
    text = "it lags"
    watch.feed(Notice(t=1.0, level="warning", code="link_lags", text=text, sensor="foot"))
    assert watch.link(2.0, "lost", "foot") == ["sensor_late"]
    assert watch.keys(Tick(t=3.0)) == ["sensor_late"]
    watch.safety.said("sensor_late")
    assert watch.keys(Tick(t=4.0)) == []


def test_a_battery_is_announced_at_15_and_5_percent_and_not_in_between():
    watch = Watch()
    said = []
    for percent in (40.0, 15.0, 14.0, 9.0, 5.0, 4.0):
        said += [(p.key, p.because["percent"]) for p in watch.feed(Battery(0.0, "back", percent))]
    assert said == [("battery_low", 15.0), ("battery_low", 5.0)]


def test_a_wrong_speed_is_announced_once_per_reason_and_a_belt_that_wont_stop_is_an_alarm():
    watch = Watch()
    state = BeltState(t=1.0, speed_m_s=0.0, doubt="zero")
    assert watch.keys(state) == ["belt_doubt"]
    watch.safety.said("belt_doubt")
    assert watch.keys(state) == []
    (alarm,) = watch.feed(Notice(t=2.0, level="error", code="belt_wont_stop", text="it runs on"))
    assert (alarm.key, alarm.tone) == ("belt_wont_stop", "alarm")


def test_a_silent_belt_is_announced_after_twenty_seconds_of_walking():
    watch = Watch(speed=None)
    said = []
    for t in range(1, 41):
        watch.known.stride_at = float(t)
        watch.feed(Stride(t=float(t), side="left", duration_s=1.1, length_m=None, speed_m_s=None))
        for key in watch.keys(Tick(t=float(t))):
            said.append((t, key))
            watch.safety.said(key)
    assert said == [(21, "belt_unknown")]
    watch.known.belt = Belt(t=41.0, speed_m_s=1.0)
    assert watch.keys(Tick(t=41.0)) == ["belt_known"]
