"""Late and lost, by the age of a sensor's newest data."""

from __future__ import annotations

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
