"""Findings of several sensors in one order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cued.gait.finding import Contact
from cued.gait.fusion.merge import Merge
from cued.model import Belt
from tests.gait.cycles import contact


@given(st.data())
def test_findings_are_in_order_for_any_interleaving_of_packets(data):
    times = st.lists(st.sampled_from([1.0, 1.25, 1.5, 2.0, 2.5, 3.0]), max_size=6)
    found = {s: [contact(t, s, "left", 0.0) for t in sorted(data.draw(times))] for s in "ab"}

    def run(order):
        merge, out, reached = Merge(["a", "b"]), [], dict.fromkeys("ab", 0.9)
        merge.belt(Belt(1.5, 1.0))
        for sensor, to in order:
            ready = [f for f in found[sensor] if reached[sensor] < f.at <= to]
            merge.put(sensor, reached[sensor], to, ready)
            reached[sensor] = to
            out += merge.drain()
        return out

    steps = [1.2, 1.5, 1.8, 2.1, 2.4, 2.7, 3.0]
    turns = [data.draw(st.permutations("ab")) for _ in steps]
    reported = run([(s, t) for t, turn in zip(steps, turns, strict=True) for s in turn])
    everything = [(f.at, s, f) for s in "ab" for f in found[s]]
    wanted = [f for _, _, f in sorted(everything, key=lambda one: one[:2])]
    assert [f for f in reported if isinstance(f, Contact)] == wanted
    at = next(i for i, f in enumerate(reported) if isinstance(f, Belt))
    assert all(f.at < 1.5 for f in reported[:at])
    assert all(f.at >= 1.5 for f in reported[at + 1 :])


def test_findings_that_wait_for_a_sensor_are_released_when_it_is_lost():
    merge = Merge(["a", "b"])
    merge.put("a", 1.0, 1.2, [contact(1.1, "a", "left", 0.0)])
    assert merge.drain() == []
    merge.drop("b")
    assert merge.passed == 1.2
    assert [f.t for f in merge.drain()] == [1.1]


def test_findings_come_out_in_one_order_however_sensors_interleave():
    found = {
        "a": [contact(t, "a", "left", 0.0) for t in (1.0, 2.0, 3.0)],
        "b": [contact(t, "b", "right", 0.0) for t in (1.5, 2.5)],
    }

    def run(order):
        merge, out, reached = Merge(["a", "b"]), [], dict.fromkeys("ab", 0.9)
        for sensor, to in order:
            ready = [f for f in found[sensor] if reached[sensor] < f.at <= to]
            merge.put(sensor, reached[sensor], to, ready)
            reached[sensor] = to
            out += merge.drain()
        return [f.t for f in out]

    steps = [1.2, 1.5, 1.8, 2.1, 2.4, 2.7, 3.0, 3.1]
    first = run([(s, t) for t in steps for s in "ab"])
    second = run([(s, t) for t in steps for s in "ba"])
    assert first == second == [1.0, 1.5, 2.0, 2.5, 3.0]


def test_a_stalled_sensor_does_not_hold_the_others_for_long():
    merge = Merge(["a", "b"])
    merge.put("b", 0.9, 1.0, [])
    merge.put("a", 0.9, 1.4, [contact(1.3, "a", "left", 0.0)])
    assert merge.drain() == []
    merge.put("a", 1.4, 1.51, [])
    assert merge.drain() == []
    merge.put("a", 1.51, 1.6, [])
    assert len(merge.drain()) == 1


def test_reports_of_a_belt_wait_five_seconds_for_sensors_that_never_send():
    merge = Merge(["a"])
    for t in (0.0, 4.9):
        merge.belt(Belt(t, 1.0))
        assert merge.drain() == []
    merge.belt(Belt(5.1, 1.0))
    assert [found.t for found in merge.drain()] == [0.0, 4.9, 5.1]
