"""From a configuration to the daemon's objects."""

from __future__ import annotations

import tempfile
from typing import Any

import pytest

from cued import app, config
from cued.coach.workout.memory import Memory, Past
from cued.model import ConfigError

FRONT = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
SENSORS = {
    "back": {"device": "pod", "placement": "lower_back"},
    "strap": {"device": "heart_rate", "placement": "heart_rate"},
    "belt": {"device": "ftms", "placement": "treadmill"},
}


def chosen(**tables: Any) -> config.Config:
    return config.convert(tables)


def rules(plan: config.Config) -> set[str]:
    coach = app.make_coach(plan, app.worn(plan))
    return {rule._fence.name.removeprefix("rules.") for rule in coach._rules}  # type: ignore[attr-defined]


def test_folders_are_those_of_systemd_unless_configured(monkeypatch) -> None:
    for name in ("STATE", "CACHE", "RUNTIME"):
        monkeypatch.setenv(f"{name}_DIRECTORY", f"/{name.lower()}")
    where = app.site(chosen())
    assert (where.state, where.cache, where.runtime) == ("/state", "/cache", "/runtime")
    assert app.site(chosen(station={"state": "/own"})).state == "/own"


def test_without_systemd_folders_are_the_users(monkeypatch) -> None:
    for name in ("STATE", "CACHE", "RUNTIME"):
        monkeypatch.delenv(f"{name}_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", "/home/state")
    monkeypatch.setenv("XDG_CACHE_HOME", "/home/cache")
    where = app.site(chosen())
    assert (where.state, where.cache) == ("/home/state/cued", "/home/cache/cued")
    assert where.runtime == tempfile.gettempdir()


def test_only_sensors_on_the_body_are_worn_with_a_front_found_twice() -> None:
    plan = chosen(sensors=SENSORS)
    assert set(app.worn(plan)) == {"back"}
    once = Memory().with_worn("back", FRONT, sure=False)
    assert app.worn(plan, once)["back"].earlier is None
    twice = once.with_worn("back", FRONT, sure=False)
    assert app.worn(plan, twice)["back"].earlier == FRONT


def test_a_rule_without_its_sensor_is_left_out_and_the_metronome_if_not_wanted() -> None:
    assert "trunk_lean" in rules(chosen(sensors=SENSORS))
    assert not {"trunk_lean", "overlong_stride"} & rules(chosen())
    assert "metronome" not in rules(chosen(sensors=SENSORS))
    assert "metronome" in rules(chosen(sensors=SENSORS, coach={"metronome": True}))


def test_people_are_guided_and_simulated_runners_are_not() -> None:
    people = chosen(sources={"belt_by_hand": {"speed_m_s": 1.0}})
    assert app.attended(people).coach.program is True
    declined = chosen(sources={"belt_by_hand": {"speed_m_s": 1.0}}, coach={"program": False})
    assert app.attended(declined).coach.program is False
    assert app.attended(chosen(sources={"simulate": {}})).coach.program is None
    assert app.site(people).profile == ""
    assert app.site(app.attended(people)).profile == "first_time_ever"


def test_without_a_source_there_is_nothing_to_run() -> None:
    with pytest.raises(ConfigError, match=r"\[sources\] has no table; cued setup writes"):
        app.sources(chosen(), app.site(chosen()))


def test_without_a_history_nothing_is_recalled(tmp_path) -> None:
    plan = chosen(coach={"runner": "anna"})
    assert app.recall(plan) == Memory(runner="anna")
    kept = chosen(sinks={"history": {"file": str(tmp_path / "none.db")}})
    assert app.recall(kept, "ben").runner == "ben"


def test_a_runner_who_comes_back_is_remembered_and_has_aged() -> None:
    engines = app.Engines(chosen())
    past = Past(age_s=100.0, backward_s=60.0)
    engines.begin(Memory(runner="runner", stage=2, past=(past,)))
    assert engines.choose("runner", 5.0) is None, "already chosen"
    assert engines.choose("", 5.0) is None
    assert engines.choose("anna", 10.0) is not None
    assert engines.opening().memory == Memory(runner="anna")
    assert engines.choose("runner", 3610.0) is not None
    back = engines.opening().memory
    assert (back.runner, back.stage, back.past[0].age_s) == ("runner", 2, 3700.0)
    assert engines.renew(3710.0) is not None
    assert engines.opening().memory.past[0].age_s == 3800.0
