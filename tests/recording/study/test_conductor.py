"""Protocols, and leading through one by the clock of the inputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cued.engine import Worn
from cued.model import ConfigError, Packet, Tick
from cued.recording.study.conductor import Conductor, Protocol, Step, read_protocol, shipped

pytestmark = pytest.mark.once


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_protocol_has_both_directions_and_says_each_speed(name: str):
    protocol = read_protocol(name)
    moving = [step for step in protocol.step if step.gait in ("walk", "run")]
    assert {step.direction for step in moving} == {"forward", "backward"}
    assert all(step.for_s > 2 * step.settle_s for step in moving)
    for step in moving:
        assert f"{step.speed_m_s * 3.6:.1f}" in step.say


def test_protocols_last_from_ten_minutes_to_an_afternoon():
    assert 8 <= read_protocol("home").lasts_s / 60 <= 10
    assert read_protocol("lab").lasts_s / 60 <= 120


@pytest.mark.parametrize(
    ("text", "message"),
    [("step = [", "line 1: a quote or a bracket"), ("stp = 3\n", "stp: no such key")],
)
def test_a_mistake_in_a_protocol_is_a_line_with_its_place(tmp_path: Path, text: str, message: str):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=rf"mine.toml: {message}"):
        read_protocol(str(path))


def packet(t: float, sensor: str) -> Packet:
    acc = np.tile([0.0, 0.0, 9.8], (10, 1))
    return Packet(t, sensor, t - 0.09 + np.arange(10) / 100.0, acc, None, 100.0, synced=True)


def led(seconds: float, *, heard_from: float = 0.0) -> tuple[Conductor, list[tuple[str, float]]]:
    """Lead through standing and walking; return which step began when."""
    steps = (
        Step(say="Stand.", for_s=5.0, gait="stand"),
        Step(say="Walk.", for_s=20.0, gait="walk", direction="backward", settle_s=6.0),
    )
    protocol = Protocol(
        title="t", licence="CC0-1.0", consent=("Yes.",), placements=("lower_back",), step=steps
    )
    conductor = Conductor(protocol, {"back": Worn("lower_back", None)})
    began: list[tuple[str, float]] = []
    for n in range(round(seconds * 10)):
        t = n / 10.0
        items = [Tick(t), packet(t, "unknown"), *([packet(t, "back")] * (t >= heard_from))]
        began += [(step.say, t) for item in items for step in conductor.feed(item)]
    return conductor, began


def test_nothing_begins_before_all_sensors_were_heard():
    conductor, began = led(3.0, heard_from=4.0)
    assert (conductor.silent, began, conductor.truth) == (["back"], [], [])


def test_steps_follow_each_other_and_a_bout_starts_once_it_has_settled():
    conductor, began = led(30.0, heard_from=2.0)
    (first, t0), (second, t1) = began
    assert (first, second) == ("Stand.", "Walk.")
    assert t1 - t0 == pytest.approx(5.0, abs=0.11)
    marks = [(row.kind, row.value, row.t - t1) for row in conductor.truth[2:]]
    assert [(kind, value) for kind, value, _ in marks] == [
        ("gait", "walk"), ("direction", "backward"), ("bout_start", ""), ("bout_end", ""),
    ]  # fmt: skip
    assert [t for _, _, t in marks] == pytest.approx([0.0, 0.0, 6.0, 20.0], abs=0.11)
    assert conductor.done
    (track,) = conductor.tracks()
    assert np.diff(track.t) == pytest.approx(0.01)
    assert conductor.feet() == []  # nothing was worn on a foot


def test_an_early_end_closes_the_bout():
    conductor, _ = led(15.0)
    conductor.close(15.0)
    assert (conductor.truth[-1].kind, conductor.truth[-1].t) == ("bout_end", 15.0)
