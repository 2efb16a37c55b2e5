"""A simulated run as a source: the run itself, on time, driven, recorded."""

from __future__ import annotations

import asyncio

import msgspec
import numpy as np
import pytest

from cued.config import Site
from cued.model import BeltRequest, ConfigError, Input, Packet, Tick
from cued.recording.tables.table import read_table
from cued.recording.tables.write import write_table
from cued.simulation.run import Simulation
from cued.sources import simulate
from cued.sources.simulate import open_scenario, recorded, scenarios

SHORT = """
duration_s = 12.0
[[belt]]
at_s = 1.0
speed_m_s = 1.0
[[does]]
at_s = 1.0
what = "walk"
"""


def made(tmp_path, speed, **options):
    path = tmp_path / "short.toml"
    path.write_text(SHORT)
    config = msgspec.convert(
        {"scenario": str(path), "speed": speed, **options}, simulate.PART.config
    )
    return simulate.PART.build(config, Site(hardware=False))


async def test_playing_a_simulated_run_gives_the_run_itself(tmp_path):
    got: list[Input] = []
    ups: list[None] = []
    await made(tmp_path, 0.0).run(got.append, lambda: ups.append(None))
    iterated = list(Simulation(open_scenario(str(tmp_path / "short.toml"))).inputs())
    assert [(type(x), x.t) for x in got] == [(type(x), x.t) for x in iterated]
    same = [
        a.acc.tobytes() == b.acc.tobytes()
        for a, b in zip(got, iterated, strict=True)
        if isinstance(a, Packet) and isinstance(b, Packet)
    ]
    assert len(same) > 700
    assert all(same)
    assert len(ups) == 1


async def test_errors_of_waiting_do_not_add_up(tmp_path, monkeypatch):
    now = [100.0]

    async def oversleep(wait: float) -> None:
        now[0] += wait + 0.004  # every timer is a little late

    monkeypatch.setattr(asyncio, "sleep", oversleep)
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now[0])
    late: list[float] = []
    await made(tmp_path, 2.0).run(
        lambda what: late.append(now[0] - 100.0 - what.t / 2.0), lambda: None
    )
    assert len(late) > 700
    assert min(late) >= -1e-9  # nothing comes early
    assert max(late) < 0.005  # and the lateness is that of one timer, not of hundreds


async def test_the_belt_obeys_requests(tmp_path):
    source = made(tmp_path, 0.0)
    answers: list[str] = []
    speeds: list[float] = []

    def drive(what: Input) -> None:
        if isinstance(what, Tick) and not answers and what.t > 6.0:
            answers.append(source.simulation.request(BeltRequest(t=what.t, speed_m_s=0.5)))
        if type(what).__name__ == "Belt":
            speeds.append(what.speed_m_s)

    await source.run(drive, lambda: None)
    assert answers == [""]
    assert max(speeds) == pytest.approx(1.0)
    assert speeds[-1] == pytest.approx(0.5)
    assert await source.request(BeltRequest(t=12.0, speed_m_s=50.0)) != ""


def test_another_seed_gives_another_person(tmp_path):
    first = [p.acc.tobytes() for p in packets(made(tmp_path, 0.0))]
    assert first == [p.acc.tobytes() for p in packets(made(tmp_path, 0.0))]
    assert first != [p.acc.tobytes() for p in packets(made(tmp_path, 0.0, seed=99))]


def packets(source):
    return [x for x in source.simulation.inputs() if isinstance(x, Packet)]


def test_an_unknown_scenario_lists_the_shipped_ones():
    with pytest.raises(ConfigError, match="not one of backward, fall"):
        open_scenario("nowhere")
    assert "workout" in scenarios()


def test_a_mistake_in_a_file_names_the_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("does = 3\n")
    with pytest.raises(ConfigError, match=r"mine\.toml: scenario: does"):
        open_scenario(str(path))


def test_a_run_can_be_recorded_and_read_back(tmp_path):
    simulation = Simulation(open_scenario("stumble"))
    written = recorded(simulation, "told")
    write_table(tmp_path / "told", written)
    read = read_table(tmp_path / "told")
    assert [s.name for s in read.sensors] == [s.name for s in written.sensors]
    for a, b in zip(written.sensors, read.sensors, strict=True):
        assert np.allclose(a.t, b.t, atol=1e-6)
        assert np.allclose(a.acc, b.acc, atol=1e-5)
    kinds = [r.kind for r in read.truth]
    assert kinds.count("stumble_peak") == 2
    assert kinds.count("contact") > 250


def test_a_recording_over_a_drifting_link_has_the_runs_times():
    scenario = msgspec.structs.replace(open_scenario("workout"), duration_s=20.0)
    for sensor in recorded(Simulation(scenario), "short").sensors:
        assert sensor.t[0] == pytest.approx(0.0, abs=1e-6)
        assert np.diff(sensor.t).mean() == pytest.approx(0.01 / (1 + 25e-6), rel=1e-7)


def test_a_scenario_of_any_editor_is_read(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b'\xef\xbb\xbftitle = "a"\r\n[[does]]\r\nat_s = 4.0\r\nwhat = "walk"\r\n')
    assert open_scenario(str(path)).title == "a"
