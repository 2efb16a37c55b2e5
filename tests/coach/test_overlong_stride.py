"""False cues and delays in a walk whose stride time wanders; the figures are in docs/overlong.md.

"wander 0.75" is the detrended-fluctuation exponent of healthy stride time (spectral exponent 0.5).
The test runs fewer walks than the figures do, and its bounds leave room for that.
"""

from __future__ import annotations

import numpy as np
import pytest

from cued.coach.strides.baseline import Baselines, spread_of_session
from cued.coach.strides.step_change import Change, difference
from cued.gait.ordinary import Terms
from cued.model import BeltState, Direction
from tests.coach.walk import durations, feed, given, new_coach, start, walk

HEALTHY = 0.5
TEN_MINUTES = 550


@pytest.mark.parametrize("cv", [0.02, 0.035, 0.05])
def test_no_false_cue_in_steady_walking_that_wanders(cv: float) -> None:
    rng = np.random.default_rng(11)
    technique = 0
    for _ in range(25):
        walked = walk(durations(TEN_MINUTES, cv, HEALTHY, rng), sides=("left",))
        events = feed(new_coach(), [*start(), *walked])
        technique += bool([c for c in given(events) if c.priority == 2])
    assert technique == 0


@pytest.mark.parametrize(
    ("direction", "cv", "longer"),
    [("forward", 0.035, 1.10), ("backward", 0.02, 1.08), ("backward", 0.035, 1.12)],
)
def test_longer_strides_are_cued_within_20_strides(
    direction: Direction, cv: float, longer: float
) -> None:
    rng = np.random.default_rng(12)
    late = 0
    for _ in range(40):
        times = durations(400, cv, HEALTHY, rng)[:230]
        times[200:] *= longer
        changed = float(times[:200].sum())
        in_time = float(times[:220].sum())
        strides = walk(times, sides=("left",), direction=direction)
        events = feed(new_coach(), [*start(direction), *strides])
        cues = [c for c in given(events, "overlong_stride") if c.t > changed]
        late += not cues or cues[0].t > in_time + 1e-6
    assert late <= 4  # 20 strides are met at p95; 4 of 40 has a chance of 5 % above that


def test_it_is_cued_again_only_while_it_lasts() -> None:
    rng = np.random.default_rng(13)
    times = durations(400, 0.02, HEALTHY, rng)
    times[200:240] *= 1.12
    events = feed(new_coach(), [*start(), *walk(times, sides=("left",))])
    cues = given(events, "overlong_stride")
    assert 1 <= len(cues) <= 3
    assert cues[-1].t < float(times[:255].sum())


def test_both_feet_make_one_occurrence() -> None:
    rng = np.random.default_rng(14)
    times = durations(300, 0.02, HEALTHY, rng)
    times[200:] *= 1.10
    events = feed(new_coach(), [*start(), *walk(times)])
    first, second = given(events, "overlong_stride")[:2]
    assert second.t - first.t >= 30.0


def test_a_belt_change_is_not_mistaken_for_longer_strides() -> None:
    rng = np.random.default_rng(15)
    slow = list(walk(durations(150, 0.02, HEALTHY, rng, mean_s=1.2), speed_m_s=0.5))
    t = slow[-1].t
    fast = walk(durations(150, 0.02, HEALTHY, rng, mean_s=1.0), t=t, speed_m_s=0.9)
    back = walk(durations(150, 0.02, HEALTHY, rng, mean_s=1.2), t=t + 150.0, speed_m_s=0.5)
    items = [
        *start(speed_m_s=0.5),
        *slow,
        BeltState(t=t, speed_m_s=0.9, since=t),
        *fast,
        BeltState(t=t + 150.0, speed_m_s=0.5, since=t + 150.0),
        *[i for i in back if i.t > t + 151.0],
    ]
    assert given(feed(new_coach(), items), "overlong_stride") == []


def test_strides_that_vary_too_much_are_announced_as_not_judged() -> None:
    rng = np.random.default_rng(16)
    times = durations(400, 0.08, HEALTHY, rng)
    times[300:] *= 1.10
    events = feed(new_coach(), [*start(), *walk(times, sides=("left",))])
    assert given(events, "overlong_stride") == []
    assert len(given(events, "no_telling")) == 1


def test_a_cue_names_its_numbers() -> None:
    times = np.full(300, 1.1)
    times[::2] *= 1.01
    times[200:] *= 1.15
    events = feed(new_coach(), [*start(), *walk(times, sides=("left",))])
    because = given(events, "overlong_stride")[0].because
    assert because["threshold_percent"] == 5.0
    assert because["own_stride_s"] == pytest.approx(1.1055, abs=0.006)
    assert because["direction"] == "backward"


def test_a_missed_contact_is_no_stride() -> None:
    times = np.full(300, 1.1)
    times[::2] *= 1.01
    times[150:160] *= 2.0
    events = feed(new_coach(), [*start(), *walk(times, sides=("left",))])
    assert [c for c in given(events) if c.priority == 2] == []


def test_prewhitening_keeps_white_noise_white_and_the_size_of_a_step() -> None:
    assert difference(0.0, 5).tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]
    rng = np.random.default_rng(17)
    change = Change()
    quiet = [change.update(float(v), learn=True) for v in 0.02 * rng.normal(size=300)]
    assert max(e.score for e in quiet if e) < 4.0
    loud = [change.update(0.1 + float(v), learn=False) for v in 0.02 * rng.normal(size=12)]
    best = max((e for e in loud if e), key=lambda e: e.score)
    assert best.score > 5.0
    assert best.size == pytest.approx(0.1, abs=0.03)


def test_few_wandering_strides_have_less_spread_than_ten_minutes() -> None:
    rng = np.random.default_rng(18)
    ratios = []
    for _ in range(200):
        times = durations(600, 0.03, HEALTHY, rng)
        ratios.append(spread_of_session(float(times[:25].std()), 25) / float(times.std()))
    assert np.median(ratios) == pytest.approx(1.0, abs=0.1)
    assert spread_of_session(0.03, 600) == 0.03


def test_three_speeds_predict_the_stride_time_at_a_fourth() -> None:
    baselines = Baselines()
    key = Terms("left", "backward", "walking", 0, 0)
    for speed in (4, 6, 8):
        for i in range(30):
            t = 1.2 * (speed / 10.0) ** -0.4 * (1.0 + 0.01 * (i % 3 - 1))
            baselines.learn(key._replace(speed=speed), t)
    fitted = baselines.of(key._replace(speed=7), 0.7)
    assert fitted is not None
    assert fitted.fitted
    assert fitted.stride_s == pytest.approx(1.2 * 0.7**-0.4, rel=0.01)
    assert baselines.of(key._replace(speed=7, direction="forward"), 0.7) is None


def test_the_reference_follows_slightly_but_not_into_a_bad_habit() -> None:
    baselines, key = Baselines(), Terms("left", "backward", "walking", 6, 0)
    for i in range(400):
        baselines.learn(key, 1.0 + 0.002 * (i % 5 - 2) + 0.00025 * max(0, i - 50))
    own = baselines.of(key, 0.6)
    assert own is not None
    assert own.opened_s < own.stride_s <= 1.03 * own.opened_s
