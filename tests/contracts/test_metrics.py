"""Promises of every metric."""

from __future__ import annotations

import copy
import importlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cued import parts
from cued.gait.metric import Cycle
from cued.model import Side
from tests.gait.cycles import posture, stride
from tests.helpers.built import built

NAMES = parts.names("metrics")


@st.composite
def walks(draw: st.DrawFn, longest: int = 140) -> list[Cycle]:
    """Draw the cycles of one walk; any optional value may be missing."""
    trunk, both, belt = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    times = draw(st.lists(st.floats(0.5, 2.0), max_size=longest))
    t, out = 0.0, []
    for i, duration in enumerate(times):
        t += duration / (2 if both else 1)
        side: Side = "right" if both and i % 2 else "left"
        moved = stride(
            t, side=side, duration_s=duration, direction="backward", clean=bool(i % 7),
            length_m=1.2 * duration if belt else None, speed_m_s=1.2 if belt else None,
            step_s=duration / 2 if both else None, stance_s=0.6 * duration if i % 5 else None,
        )  # fmt: skip
        held = posture(
            t - 0.1, at=t, duration_s=duration, lean_forward=0.1, rms=(1.5, 1.2, 2.0),
            bounce_m=0.04, even_share=0.9,
        )  # fmt: skip
        out.append(Cycle(moved, held if trunk else None))
    return out


def test_the_metrics_of_the_published_topics_exist() -> None:
    assert {"cadence_spm", "stride_time_s", "stride_length_m", "speed_m_s"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_defaults_obey_their_own_bounds(name: str) -> None:
    config = parts.load("metrics", name).config
    defaults = msgspec.convert({}, config)
    assert msgspec.convert(msgspec.to_builtins(defaults), config) == defaults
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"no_such_option": 1}, config)


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_described_and_bounded(name: str) -> None:
    schema = msgspec.json.schema(parts.load("metrics", name).config)
    (definition,) = schema["$defs"].values()
    for option, meaning in definition["properties"].items():
        assert meaning.get("description"), option
        assert "minimum" in meaning, option
        assert "maximum" in meaning, option


@pytest.mark.parametrize("name", NAMES)
def test_every_metric_is_documented(name: str) -> None:
    metric = built("metrics", name)
    assert len(parts.about("metrics", name)) > 20
    module = importlib.import_module(f"{parts.KINDS['metrics']}.{name}")
    assert "ackward" in (module.__doc__ or "")  # validity is stated
    assert metric.unit
    assert metric.strides >= 1


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None)
@given(cycles=walks(), where=st.floats(0, 1))
def test_a_copy_taken_half_way_continues_identically(
    name: str, cycles: list[Cycle], where: float
) -> None:
    metric = built("metrics", name)
    cut = round(where * len(cycles))
    for cycle in cycles[:cut]:
        metric.update(cycle)
    twin = copy.deepcopy(metric)
    ours = [metric.update(cycle) for cycle in cycles[cut:]]
    assert [twin.update(cycle) for cycle in cycles[cut:]] == ours


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=10, deadline=None)
@given(cycles=walks())
def test_a_metric_that_was_reset_is_like_new(name: str, cycles: list[Cycle]) -> None:
    used, new = built("metrics", name), built("metrics", name)
    for cycle in cycles:
        used.update(cycle)
    used.reset()
    assert [used.update(c) for c in cycles] == [new.update(c) for c in cycles]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=10, deadline=None)
@given(cycles=walks(longest=20))
def test_two_metrics_of_a_kind_share_nothing(name: str, cycles: list[Cycle]) -> None:
    alone = built("metrics", name)
    expected = [alone.update(cycle) for cycle in cycles]
    one, other = built("metrics", name), built("metrics", name)
    mixed = []
    for cycle in cycles:
        mixed.append(one.update(cycle))
        other.update(cycles[0])
    assert mixed == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_metric_has_a_value_after_a_whole_walk_and_none_before(name: str) -> None:
    metric = built("metrics", name)
    values = []
    for i in range(400):
        t = 0.55 * i
        side: Side = "left" if i % 2 else "right"
        fields = {"length_m": 1.1, "speed_m_s": 1.0, "step_s": 0.55, "stance_s": 0.7}
        moved = stride(t, side=side, direction="forward", **fields)
        held = posture(t, lean_forward=0.05, roll_range=0.1, bounce_m=0.04, even_share=0.9)
        values.append(metric.update(Cycle(moved, held)))
    assert values[0] is None
    assert values[-1] is not None
    known = [value is not None for value in values]
    assert known == sorted(known)  # once known it stays known
