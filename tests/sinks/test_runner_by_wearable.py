"""Who runs, by what they wear: chosen when it appears, never in a session."""

from __future__ import annotations

from cued.config import Sensor, Site
from cued.model import Command, CommandResult, HeartRate, Phase
from cued.sinks.runner_by_wearable import Config, RunnerByWearable

STRAPS = {"strap": Sensor(device="heart_rate", placement="heart_rate")}


def chooser(asked: list, **wears: str) -> RunnerByWearable:
    return RunnerByWearable(Config(wears=wears), Site(sensors=STRAPS), asked.append)


def beats(sink: RunnerByWearable, *times: float) -> None:
    for t in times:
        sink.watch(HeartRate(t, "strap", 120.0))


def test_a_strap_that_appears_chooses_its_runner_once():
    asked: list[Command] = []
    sink = chooser(asked, strap="anna")
    beats(sink, 5.0, 6.0, 20.0)
    assert [(c.name, c.value) for c in asked] == [("runner", "anna")]
    beats(sink, 80.0)
    assert len(asked) == 2


def test_another_runners_strap_changes_the_runner_only_after_the_session():
    asked: list[Command] = []
    sink = chooser(asked, strap="anna")
    beats(sink, 5.0)
    sink.take(CommandResult(t=5.0, name="runner", ok=False, why="a session", id=asked[0].id))
    beats(sink, 30.0)
    assert len(asked) == 1
    sink.take(Phase(t=40.0, name="idle", from_="cool_down", why="done"))
    assert [c.value for c in asked] == ["anna", "anna"]


def test_a_strap_that_left_before_the_end_changes_nobody():
    asked: list[Command] = []
    sink = chooser(asked, strap="anna")
    beats(sink, 5.0)
    sink.take(CommandResult(t=5.0, name="runner", ok=False, why="a session", id=asked[0].id))
    sink.take(Phase(t=400.0, name="idle", from_="cool_down", why="done"))
    assert len(asked) == 1


async def test_a_sensor_that_is_not_configured_is_reported():
    asked: list = []
    async with chooser(asked, belt="anna"):
        assert [n.text for n in asked] == [
            "[sinks.runner_by_wearable] wears: there is no [sensors.belt]"
        ]
