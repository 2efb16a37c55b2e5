"""A trunk that leans away from its first posture."""

from __future__ import annotations

import pytest

from tests.coach.rules.asked import heard, step


@pytest.mark.parametrize(("after", "keys"), [
    (16.0, {"trunk_lean"}), (-10.0, {"trunk_lean_back"}), (8.0, set()),
])  # fmt: skip
def test_seven_degrees_off_the_usual_lean_is_announced_either_way(after: float, keys: set[str]):
    leans = [3.0] * 30 + [after] * 60
    cues = heard("trunk_lean", [step(t, {"trunk_lean_deg": v}) for t, v in enumerate(leans)])
    assert {key for _, key in cues} == keys


def test_it_takes_a_dozen_strides_and_a_belt_speed():
    bowed = [(30 + t, 40.0) for t in range(10)]
    walk = [(t, 3.0) for t in range(30)] + bowed
    assert heard("trunk_lean", [step(t, {"trunk_lean_deg": v}) for t, v in walk]) == []
    longer = walk + [(40 + t, 40.0) for t in range(60)]
    unknown = [step(t, {"trunk_lean_deg": v}, belt=None) for t, v in longer]
    assert heard("trunk_lean", unknown) == []
