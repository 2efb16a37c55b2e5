"""No value outlives its data, after any loss, turn or change."""

from __future__ import annotations

import functools

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cued.engine import Engine, Worn
from cued.gait.fusion.ages import OLD_S, Ages
from cued.gait.metric import Cycle
from cued.model import AnyEvent, Gait, Input, Link, Measurement, Stability, Stride
from cued.simulation.scenario import parse
from tests.gait.cycles import posture, stride
from tests.helpers.built import built, every
from tests.simulation.walks import simulated

NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)  # each example costs a second
METRICS = every("metrics")
OF_BELT = {name for name, metric in METRICS.items() if "belt" in metric.basis}
OF_TRUNK = {name for name, metric in METRICS.items() if "trunk" in metric.basis}
BACKWARD = Gait(t=0.0, mode="walking", direction="backward")
LATEST_S = OLD_S + 0.5 + 0.1  # the merge waits half a second for a sensor, packets last 0.05 s

SCENARIO = """
duration_s = 32
belt = [{ at_s = 0, speed_m_s = 0.8, ramp_m_s2 = 1.0 }, { at_s = %(belt)s, speed_m_s = %(to)s }]
does = [
  { at_s = 0, what = "face_back" }, { at_s = 1, what = "walk" },
  { at_s = %(turn)s, what = "turn", by = 180 }, { at_s = %(stop)s, what = "%(stops)s" },
]
breaks = [{ at_s = %(lost)s, what = "%(how)s", sensor = "%(sensor)s", for_s = %(for_s)s }]
"""


@functools.cache
def walk(**script: object) -> tuple[list[Input], dict[str, Worn]]:
    return simulated(parse(SCENARIO % script))


class Shown:
    """The state of a reader that only sees events."""

    def __init__(self) -> None:
        self.values: dict[str, Measurement] = {}
        self.gait = Gait(t=0.0, mode="unknown", direction="unknown")
        self.level = "unknown"

    def feed(self, event: AnyEvent) -> None:
        match event:
            case Measurement(value=None):
                self.values.pop(event.name, None)
            case Measurement():
                self.values[event.name] = event
            case Gait():
                self.gait = event
            case Stability():
                self.level = event.level
            case _:
                pass


def check(shown: Shown, events: list[AnyEvent], now: float, lost: set[str]) -> None:
    for value in shown.values.values():
        assert now - value.t <= LATEST_S, value
        assert (value.mode, value.direction) == (shown.gait.mode, shown.gait.direction), value
    if "trunk" in lost:
        assert not OF_TRUNK & set(shown.values)
        assert shown.level != "steady"
    for event in events:
        if isinstance(event, Stability) and event.why == "the belt changed":
            assert all(shown.values[n].t >= event.t for n in OF_BELT & set(shown.values))


@settings(max_examples=6, deadline=None, phases=NO_SHRINKING)
@given(
    belt=st.floats(8.0, 25.0),
    to=st.sampled_from([0.3, 0.9, 1.2]),
    turn=st.floats(8.0, 28.0),
    stop=st.floats(15.0, 31.0),
    stops=st.sampled_from(["stand", "step_off"]),
    lost=st.floats(5.0, 25.0),
    how=st.sampled_from(["lost", "stall", "lag", "nan", "flat", "loss"]),
    sensor=st.sampled_from(["trunk", "foot_left", "foot_right"]),
    for_s=st.floats(0.3, 20.0),
)
def test_no_value_outlives_its_data(**script: object) -> None:
    inputs, worn = walk(**script)
    engine = Engine(worn, metrics=every("metrics"))
    shown, lost, seen = Shown(), set[str](), set[str]()
    for item in inputs:
        events = engine.feed(item)
        for event in events:
            shown.feed(event)
            if isinstance(event, Link):
                (lost.add if event.state == "lost" else lost.discard)(event.sensor)
        seen |= set(shown.values)
        check(shown, events, item.t, lost)
    assert "stride_time_s" in seen  # so the check is not empty


def ages(*names: str) -> Ages:
    return Ages({n: built("metrics", n) for n in names})


def strides(first: float, n: int, **changes: object) -> list[Stride]:
    plain = {"duration_s": 1.0, "length_m": 0.8, "speed_m_s": 0.8}
    return [stride(first + k, **plain | changes) for k in range(n)]


def fed(one: Ages, steps: list[Stride], trunk: bool = False) -> list[Measurement]:
    cycles = [Cycle(s, posture(s.t - 0.2) if trunk else None) for s in steps]
    return [m for c in cycles for m in one.feed(c, BACKWARD, frozenset({"foot"}))]


def test_a_value_ends_four_seconds_after_the_stride_that_last_renewed_it():
    one = ages("stride_time_s")
    assert fed(one, strides(1.0, 6))[-1].value == 1.0
    assert one.advance(10.0) == []
    (ended,) = one.advance(10.01)
    assert (ended.value, ended.name, ended.unit, ended.t) == (None, "stride_time_s", "s", 10.01)
    assert (ended.direction, ended.mode) == ("backward", "walking")
    assert one.advance(11.0) == []


def test_two_strides_without_the_trunk_end_only_its_values():
    one = ages("stride_time_s", "trunk_lean_deg")
    fed(one, strides(1.0, 8), trunk=True)
    later = fed(one, strides(9.0, 3))
    assert [(m.t, m.name) for m in later if m.value is None] == [(10.0, "trunk_lean_deg")]


def test_a_lost_link_ends_only_the_values_that_depend_on_it():
    one = ages("stride_time_s", "trunk_lean_deg")
    fed(one, strides(1.0, 8), trunk=True)
    assert [m.name for m in one.lose("trunk", 8.5)] == ["trunk_lean_deg"]
    assert [m.name for m in one.lose("foot", 8.6)] == ["stride_time_s"]


def test_a_belt_change_ends_its_values_and_a_stride_across_it_does_not_count():
    one = ages("cadence_spm", "stride_length_m")
    fed(one, strides(1.0, 8))
    assert [m.name for m in one.change_belt(8.5)] == ["stride_length_m"]
    after = fed(one, strides(9.0, 6, length_m=1.2))
    assert [m.t for m in after if m.name == "stride_length_m"] == [14.0]
    assert [m.t for m in after if m.name == "cadence_spm"] == [9.0 + k for k in range(6)]


def test_a_value_never_mixes_strides_of_two_directions():
    one = ages("stride_length_m")
    fed(one, strides(1.0, 8, length_m=0.3))
    (ended,) = one.restart(8.5)
    assert ended.value is None
    after = fed(one, strides(9.0, 6, length_m=1.2))
    assert [m.value for m in after] == [pytest.approx(1.2)]


def test_only_a_value_that_existed_ends():
    one = ages(*METRICS)
    assert [*one.advance(99.0), *one.restart(99.0), *one.lose("foot", 99.0)] == []
