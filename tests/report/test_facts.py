"""The sentences of a report: on how long the short step stayed, and on left and right."""

from __future__ import annotations

import math

import msgspec
import pytest

from cued.model import Stride
from cued.report.facts import opening, sides_text, stance_ratios
from tests.report.made import EMPTY, START, digested, events, kept, write


def walked(per_speed):
    """Return alternating strides: stance of left and right, s, None where unseen."""
    out = []
    for stances in per_speed:
        for _ in range(60):
            for side, stance in zip(("left", "right"), stances, strict=True):
                noise = 0.01 * math.sin(17.0 * len(out))
                out.append(Stride(
                    t=START + 0.6 * len(out), side=side, duration_s=1.2, length_m=None,
                    speed_m_s=None, stance_s=stance and stance + noise,
                ))  # fmt: skip
    return out


@pytest.mark.once
@pytest.mark.parametrize(
    ("per_speed", "words"),
    [
        ([(0.7, 0.7), (0.9, 0.9)], "equally long, as far as can be told"),
        ([(0.7, 0.7), (0.9, None)], "equally long, as far as can be told"),
        ([(0.73, 0.7), (0.94, 0.9)], "Your left foot stayed on the belt 4."),
        ([(0.7, None)], "too few steps of both feet"),
    ],
)
def test_feet_are_compared_by_steps_and_no_finer_than_measured(tmp_path, per_speed, words):
    path = write(tmp_path / "s.mcap", walked(per_speed))
    assert words in sides_text(digested(path))


@pytest.mark.once
@pytest.mark.parametrize(
    ("seconds", "said"), [(50.0, "50 s"), (434.0, "7:14 minutes"), (None, "is not known")]
)
def test_durations_are_worded_as_people_say_them(tmp_path, seconds, said):
    more = [] if seconds is None else [kept(seconds)]
    text = opening(digested(write(tmp_path / "only.mcap", [*events(), *more])))
    assert said in text
    assert "last time" not in text


def test_only_neighbouring_steps_of_both_feet_are_compared():
    def step(t, side, stance):
        return Stride(
            t=t, side=side, duration_s=1.2, length_m=None, speed_m_s=None, stance_s=stance
        )

    steps = [
        step(0.0, "left", 0.8), step(0.6, "right", 0.4),  # a pair
        step(1.2, "left", 0.8), step(9.0, "right", 0.4),  # too far apart
        step(9.6, "right", 0.4), step(10.2, "unknown", 0.9), step(10.4, "left", None),
    ]  # fmt: skip
    d = msgspec.structs.replace(EMPTY, strides=steps)
    assert stance_ratios(d) == pytest.approx([math.log(2.0)])
