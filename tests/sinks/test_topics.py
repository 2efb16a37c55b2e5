"""The topics of docs/mqtt.md, against a real mosquitto."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from msgspec import structs

from cued.model import (
    Battery,
    BeltState,
    Command,
    CommandResult,
    Cue,
    Fall,
    Gait,
    Link,
    Measurement,
    Notice,
    Phase,
    Stability,
    Stride,
    Stumble,
    Summary,
    Tick,
)
from cued.sinks._topics import Topics
from tests.helpers.far_end import running, watching
from tests.helpers.world import Mosquitto

STRIDE = Stride(t=1.0, side="left", duration_s=1.2, length_m=0.9, speed_m_s=0.75)
CUE = Cue(
    t=2.0, key="lean", text="Stand tall", pattern="notice", priority=2, verdict="given",
    because={"trunk_lean_deg": 14.0},
)  # fmt: skip
SUMMARY = Summary(
    t=9.0, started_t=0.0, duration_s=9.0, strides=5, backward_s=3.0, cues=1, stumbles=1
)

BELT = BeltState(t=0.5, speed_m_s=0.8, incline_percent=2.0, source="console")


def messages(topics: Topics, now: float) -> dict[str, Any]:
    """Return all messages that may be published now, by topic."""
    out: dict[str, Any] = {}
    while message := topics.due(now, 0.0):
        out[message.topic] = json.loads(message.payload)
    return out


def test_the_belt_is_published_with_its_source_until_unknown() -> None:
    topics = Topics((), (), 10)
    topics.take(BELT, 0.0)
    topics.take(STRIDE, 0.0)
    out = messages(topics, 1.0)
    belt = {"speed_m_s": 0.8, "incline_percent": 2.0, "source": "console", "doubt": ""}
    assert out["state"]["belt"] == belt
    assert (out["metrics"]["belt_speed_m_s"], out["metrics"]["belt_source"]) == (0.8, "console")
    topics.take(BeltState(t=2.0, speed_m_s=None), 0.0)
    topics.take(STRIDE, 0.0)
    out = messages(topics, 3.0)
    assert out["state"]["belt"] is None
    assert "belt_speed_m_s" not in out["metrics"]


def test_single_strides_are_published_once_with_side_and_direction() -> None:
    topics = Topics((), (), 10)
    for n in range(30):
        topics.take(structs.replace(STRIDE, t=n / 10, direction="backward"), 0.0)
    strides = messages(topics, 1.0)["metrics"]["strides"]
    assert [s["t"] for s in strides] == [n / 10 for n in range(10, 30)], "bounded, the newest"
    assert {s["direction"] for s in strides} == {"backward"}
    assert set(strides[0]) == {
        "t", "side", "direction", "duration_s", "step_s", "length_m", "clean",
    }  # fmt: skip
    topics.take(STRIDE, 0.0)
    assert len(messages(topics, 2.0)["metrics"]["strides"]) == 1


def test_only_allowed_runners_and_workouts_are_accepted() -> None:
    topics = Topics((), (), 10, runner="Anna", profile="first_time_ever")
    for name, ok in (("runner", True), ("profile", False)):
        topics.watch(Command(1.0, name, "knee_sparing_return"))
        topics.take(CommandResult(t=1.0, name=name, ok=ok), 0.0)
    state = messages(topics, 1.0)["state"]
    assert (state["runner"], state["profile"]) == ("knee_sparing_return", "first_time_ever")


def test_a_value_that_ends_is_published_as_null_once() -> None:
    topics = Topics(("cadence_spm",), (), 10)
    rate = Measurement(t=1.0, name="cadence_spm", value=103.5122, unit="spm", strides=4)
    topics.take(rate, 0.0)
    assert messages(topics, 1.0)["metrics"]["cadence_spm"] == 103.5122
    topics.take(structs.replace(rate, value=None), 0.0)
    assert messages(topics, 2.0)["metrics"]["cadence_spm"] is None
    assert "metrics" not in messages(topics, 9.0)


def test_the_alarm_of_a_possible_fall_ends_and_that_of_a_confirmed_one_does_not() -> None:
    topics = Topics((), (), 10)
    topics.take(Fall(t=1.0, stage="possible"), 0.0)
    assert messages(topics, 1.0)["state"]["alarm"] == "possible"
    topics.watch(Tick(7.0))
    assert messages(topics, 7.0)["state"]["alarm"] is None
    topics.take(Fall(t=8.0, stage="confirmed"), 0.0)
    topics.watch(Tick(99.0))
    assert messages(topics, 9.0)["state"]["alarm"] == "confirmed"
    topics.take(Notice(t=99.0, level="info", code="fall_acknowledged", text=""), 0.0)
    assert messages(topics, 10.0)["state"]["alarm"] is None


def test_the_question_who_walks_stands_until_answered_and_a_guest_stays_to_the_end() -> None:
    topics = Topics((), (), 10, runner="Ann")
    topics.take(Phase(t=0.0, name="settle", from_="idle", why="begin"), 0.0)
    topics.take(Notice(t=1.0, level="info", code="new_runner", text=""), 0.0)
    state = messages(topics, 1.0)["state"]
    assert (state["asks"], state["runner"]) == ("new_runner", "Ann")
    topics.take(Notice(t=2.0, level="info", code="guest_runs", text=""), 0.0)
    state = messages(topics, 2.0)["state"]
    assert (state["asks"], state["runner"]) == (None, "guest")
    topics.take(Phase(t=9.0, name="idle", from_="settle", why="stop"), 0.0)
    assert messages(topics, 9.0)["state"]["runner"] == "Ann"


def test_the_state_is_published_again_twice_a_minute() -> None:
    topics = Topics((), (), 10)
    times = [now for now in range(100) if topics.due(float(now), 0.0)]
    assert times == [0, 30, 60, 90]
    assert topics.wait_s(100.0) == 20.0


async def test_a_watcher_sees_every_topic_of_the_contract(
    broker: Mosquitto, tmp_path: Path
) -> None:
    async with watching(broker.port) as far, running(broker.config(), tmp_path) as sink:
        assert await far.wait_for("test/availability") == "online"
        state = await far.wait_for("test/state")
        assert (state["phase"], state["mode"], state["muted"]) == ("idle", "unknown", False)

        sink.take(BELT)
        sink.watch(Battery(0.5, "back", 71.0))
        for event in (
            Phase(t=1.0, name="backward_walk", from_="turn", why="time", remaining_s=90.0),
            Gait(t=1.0, mode="walking", direction="backward"),
            Link(t=1.0, sensor="back", state="up", age_s=0.0),
            Stability(t=1.0, level="unsteady", score=2.5),
            Measurement(t=1.0, name="cadence_spm", value=101.23456, unit="spm", strides=4),
            STRIDE,
            CUE,
            Stumble(t=2.0, score=1.4),
            Fall(t=3.0, stage="possible"),
            Notice(t=3.0, level="info", code="mark", text="here"),
        ):
            sink.take(event)
        metrics = await far.wait_for("test/metrics")
        assert metrics["cadence_spm"] == 101.2346
        assert metrics["stride_length_m"] is None  # on, but unknown
        assert (metrics["stability"], metrics["stability_score"]) == ("unsteady", 2.5)
        state = await far.wait_for("test/state", lambda s: s["phase"] == "backward_walk")
        assert state["direction"] == "backward"
        assert state["link"] == {"back": "up"}
        assert state["battery"] == {"back": 71}
        assert (state["belt"]["speed_m_s"], state["belt"]["source"]) == (0.8, "console")
        assert state["remaining_s"] == 90.0
        assert "set_speed" not in state["commands"]
        cue = await far.wait_for("test/cue")
        assert (cue["verdict"], cue["because"]) == ("given", {"trunk_lean_deg": 14.0})
        for kind in ("phase", "link_up", "stumble", "fall_possible", "notice"):
            await far.wait_for("test/event", lambda e, kind=kind: e["event_type"] == kind)
        sink.take(SUMMARY)
        assert (await far.wait_for("test/session"))["strides"] == 5


async def test_state_session_and_availability_are_retained_and_nothing_else_is(
    broker: Mosquitto, tmp_path: Path
) -> None:
    async with (
        watching(broker.port) as far,
        running(broker.config(discovery=False), tmp_path) as sink,
    ):
        sink.take(STRIDE)
        sink.take(CUE)
        sink.take(Stumble(t=2.0, score=1.4))
        sink.take(SUMMARY)
        for topic in ("state", "metrics", "cue", "event", "session"):
            await far.wait_for(f"test/{topic}")
        async with watching(broker.port) as late:
            await late.wait_for("test/availability")
            await late.wait_for("test/session")
            await late.wait_for("test/state")
            # Retained messages come before anything that is published later.
            await late.client.publish("end", b"1")
            await late.wait_for("end")
            kept = {topic.removeprefix("cued/test/") for topic, _, retain in late.seen if retain}
            assert kept == {"availability", "session", "state"}
