"""Change detection for one source: level or changing, and its jitter."""

from __future__ import annotations

import math
import random

import pytest

from cued.belt.level import FOOT, INCLINE, SPEED, Level


def fed(values: list[float], dt: float = 1.0, level: Level | None = None, begin: float = 0.0):
    level = level or Level(SPEED)
    for i, value in enumerate(values):
        level.feed(begin + dt * i, value)
    return level


def test_a_number_that_repeats_is_level_since_its_first():
    level = fed([1.0] * 10)
    assert (level.steady, level.since, level.value, level.error) == (True, 0.0, 1.0, 0.0)


def test_a_step_of_a_console_is_seen_by_its_second_report_and_level_again_soon():
    level = fed([1.0] * 20)
    level.feed(20.0, 1.028)
    assert level.steady
    level.feed(21.0, 1.028)
    assert not level.steady
    assert level.value == pytest.approx(1.028)
    fed([1.028] * 4, level=level, begin=22.0)
    assert level.steady
    assert level.since == 20.0


def test_a_change_larger_than_any_drift_is_seen_by_its_second_report():
    chance, wandering = random.Random(1), [0.0]
    for _ in range(300):
        wandering.append(0.95 * wandering[-1] + chance.gauss(0.0, 0.006))
    level = fed([1.3 + w for w in wandering])
    assert level.steady
    assert not fed([1.6 + w for w in wandering[:2]], level=level, begin=301.0).steady


@pytest.mark.parametrize("odd", [0.0, 6.7])
def test_a_single_odd_report_is_no_change(odd: float):
    level = fed([*[1.0] * 20, odd, *[1.0] * 20])
    assert level.steady
    assert level.since == 0.0
    assert level.value == pytest.approx(1.0, abs=0.02)


def test_a_flicker_of_the_last_digit_is_learned_and_is_no_change():
    values = [1.0 + 0.028 * (i % 3 == 0) for i in range(120)]
    steady = []
    level = Level(SPEED)
    for i, value in enumerate(values):
        level.feed(float(i), value)
        steady.append(level.steady)
    assert all(steady[20:])
    assert level.value == pytest.approx(1.009, abs=0.005)


def test_a_step_inside_the_jitter_is_found_by_its_means():
    wave = [0.02 * math.sin(2.4 * i) for i in range(120)]
    level = fed([1.0 + w for w in wave[:60]])
    assert level.since == 0.0
    fed([1.04 + w for w in wave[60:]], level=level, begin=60.0)
    assert level.since == pytest.approx(62.0, abs=6.0)
    assert level.value == pytest.approx(1.04, abs=0.01)


def test_a_change_that_reverts_at_once_is_no_change():
    level = fed([1.0] * 20)
    fed([1.2, 1.2, 1.0, 1.0], level=level, begin=20.0)
    assert level.steady
    assert level.since == 0.0


def test_a_ramp_is_no_level_until_it_is_over():
    level = fed([1.0] * 20, 0.5)
    ramp = [1.0 + 0.05 * i for i in range(1, 11)]
    fed(ramp, 0.5, level, 10.0)
    assert not level.steady
    assert level.value == pytest.approx(1.5, abs=0.06)
    fed([1.5] * 8, 0.5, level, 15.0)
    assert level.steady


def test_a_level_holds_while_no_report_follows():
    level = fed([1.0] * 5)
    level.feed(5.0, 0.5)
    assert level.due < math.inf
    level.settle()
    assert (level.steady, level.value, level.since) == (True, 0.5, 5.0)


def test_a_set_level_is_exact_and_setting_it_again_changes_nothing():
    level = Level(INCLINE)
    assert level.value is None
    level.set(3.0, 2.0)
    level.set(9.0, 2.0)
    assert (level.value, level.since) == (2.0, 3.0)
    level.set(12.0, 3.0)
    assert level.since == 12.0


def test_strides_of_a_foot_may_scatter_more_than_reports_of_a_console():
    scatter = [1.0, 1.05, 0.96, 1.02, 0.98, 1.04] * 4
    assert fed(scatter, level=Level(FOOT)).since == 0.0


@pytest.mark.parametrize("before", [0, 8, 25, 60])  # strides at a constant speed first
@pytest.mark.parametrize("per_s", [0.1, 0.2, 0.4])
def test_a_start_in_small_steps_is_not_growing_jitter(before, per_s):
    for seed in range(5):
        chance, level, t, ends = random.Random(seed), Level(FOOT), 0.0, math.inf
        for n in range(before + 90):
            t += 0.4
            truth = min(2.8, 0.8 + per_s * 0.4 * max(0, n - before))
            level.feed(t, truth * chance.gauss(1.0, 0.02))
            ends = ends if truth < 2.8 else min(ends, t)
            if t > ends + 8.0:
                assert level.value == pytest.approx(2.8, rel=0.05)
