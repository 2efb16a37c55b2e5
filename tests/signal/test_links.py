"""Late and lost, by the age of a sensor's newest data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cued.signal.links import Links


@given(ages=st.lists(st.floats(0.0, 3.0), min_size=1, max_size=8))
def test_a_sensor_is_late_after_half_a_second_lost_after_one_and_reported_once(ages):
    links, t = Links(["s", "silent"]), 10.0
    assert links.tick(t) == []
    assert links.arrived("s", t).state == "up"
    assert links.arrived("s", t) is None
    reported, worst = [], 0.0
    for age in sorted(ages):
        reported += links.tick(t + age)
        worst = max(worst, t + age - t)
    expected = (["late"] if any(0.5 < t + a - t <= 1.0 for a in ages) else []) + (
        ["lost"] if worst > 1.0 else []
    )
    assert [link.state for link in reported] == expected
    assert all(link.sensor == "s" for link in reported)
    assert links.state["silent"] == "lost"
    back = links.arrived("s", t + 5.0)
    assert (back is None) == (not expected)
    assert back is None or (back.state, back.age_s) == ("up", 0.0)


def test_a_sensor_that_never_sent_data_is_not_reported_at_all():
    links = Links(["s"])
    assert links.state == {"s": "lost"}
    assert links.tick(100.0) == []


def test_each_sensor_is_judged_by_its_own_newest_data():
    links = Links(["a", "b"])
    links.arrived("a", 10.0)
    links.arrived("b", 10.4)
    assert [(event.sensor, event.state) for event in links.tick(10.7)] == [("a", "late")]
    links.arrived("a", 10.8)
    late, lost = links.tick(11.5)
    assert (late.sensor, late.state, late.age_s) == ("a", "late", pytest.approx(0.7))
    assert (lost.sensor, lost.state, lost.age_s) == ("b", "lost", pytest.approx(1.1))
    assert links.state == {"a": "late", "b": "lost"}
