"""Noise in the speed is not a change of the belt, and a change is known at once."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cued.belt.owner import Owner
from cued.model import Belt, BeltState

STEP = 0.1 / 3.6  # one step of 0.1 km/h


def states_of(reports, owner=None):
    """Return every state that the owner sends for these reports."""
    owner = owner or Owner()
    return [state for belt in reports for state in owner.report(belt)]


def steady_walk(jitter, speed=1.30, seconds=600, seed=0):
    """Return one report a second of a constant speed with ``jitter``."""
    chance = random.Random(seed)
    return [Belt(float(t), jitter(speed, chance), source="it") for t in range(seconds)]


def changes(states, after_s=20.0):
    """Return the levels and ramps that begin once the source's jitter is known."""
    late = [s for s in states if s.t > after_s]
    early = [s for s in states if s.t <= after_s]
    return [s for s in late if not s.steady or s.since != early[-1].since]


JITTERS = {
    "noise 0.004": lambda v, c: v + c.gauss(0.0, 0.004),
    "noise 0.01": lambda v, c: v + c.gauss(0.0, 0.01),
    "noise 0.03": lambda v, c: v + c.gauss(0.0, 0.03),
    "noise 3 %": lambda v, c: v * c.gauss(1.0, 0.03),
    "1/256": lambda v, c: round((v + c.gauss(0.0, 0.002)) * 256) / 256,
    "flicker 1 %": lambda v, c: v + STEP * (c.random() < 0.01),
    "flicker 10 %": lambda v, c: v + STEP * (c.random() < 0.10),
    "flicker 50 %": lambda v, c: v + STEP * (c.random() < 0.50),
    "flicker 90 %": lambda v, c: v + STEP * (c.random() < 0.90),
    "0.5 km/h, 2 %": lambda v, c: v + 5 * STEP * (c.random() < 0.02),
    "0.5 km/h less, 1 %": lambda v, c: v - 5 * STEP * (c.random() < 0.01),
    "0.1 mph, 2 %": lambda v, c: v + 0.0447 * (c.random() < 0.02),
    "zeros and noise": lambda v, c: (v + c.gauss(0.0, 0.01)) * (c.random() >= 0.10),
    "zeros 10 %": lambda v, c: v * (c.random() >= 0.10),
    "24 km/h at times": lambda v, c: 24 / 3.6 if c.random() < 0.02 else v,
}


@pytest.mark.parametrize("speed", [0.4, 0.8, 1.3, 2.8])
@pytest.mark.parametrize("name", JITTERS)
def test_jitter_is_hardly_ever_seen_as_a_change_at_any_speed(name, speed):
    walks = [changes(states_of(steady_walk(JITTERS[name], speed, seed=seed))) for seed in range(8)]
    assert sum(bool(walk) for walk in walks) <= 1


@pytest.mark.parametrize("name", ["noise 0.004", "noise 0.01", "1/256"])
@given(at=st.floats(60.0, 60.7), up=st.booleans(), seed=st.integers(0, 99))
def test_a_ramp_is_seen_within_two_seconds_whatever_the_jitter(name, at, up, seed):
    def truth(t):
        return 1.30 + (1 if up else -1) * 0.2 * min(max(t - at, 0.0), 2.0)

    chance = random.Random(seed)
    reports = [Belt(float(t), JITTERS[name](truth(t), chance), source="it") for t in range(80)]
    began = [s.t for s in states_of(reports) if s.t > at and not s.steady]
    assert began
    assert began[0] - at <= 2.0


@pytest.mark.parametrize(
    # A step of 2.8 standard deviations is certain (once in 100,000 reports) after ln(100,000) /
    # (2.8² / 2) = 3 reports at best: 3 to 4 s.
    ("name", "within_s", "nearly_all_s"),
    [("noise 0.004", 2.0, 3.0), ("1/256", 2.0, 3.0), ("noise 0.01", 4.5, 8.0)],
)
def test_one_step_of_a_noisy_source_is_seen_about_as_soon_as_possible(name, within_s, nearly_all_s):
    delays = sorted(delay(JITTERS[name], seed) for seed in range(40))
    assert delays[20] <= within_s
    assert delays[35] <= nearly_all_s


def delay(jitter, seed, step=STEP, after_s=120):
    """Return the delay until a step, by default of 0.1 km/h, is known, s."""
    chance = random.Random(seed)
    at, up = after_s - chance.random(), chance.choice((1.0, -1.0))
    reports = (jitter(1.30 + up * step * (t > at), chance) for t in range(after_s + 120))
    states = states_of(Belt(float(t), speed, source="it") for t, speed in enumerate(reports))
    return next((s.t - at for s in states if s.t > at and s.since > at - 40.0), 120.0)


@pytest.mark.parametrize(("steps", "median_s", "nearly_all_s"), [(1, 35.0, 70.0), (5, 2.0, 4.0)])
def test_a_step_within_strong_jitter_is_seen_once_the_sum_of_reports_shows_it(
    steps, median_s, nearly_all_s
):
    """0.1 km/h is 0.93 deviations of 0.03 m/s: ln(10,000) / (0.93² / 2) = 21 s at best.

    For one false change in 15 h, 54,000 reports, 25 s.
    """
    delays = sorted(delay(JITTERS["noise 0.03"], seed, steps * STEP, 300) for seed in range(20))
    assert delays[10] <= median_s
    assert delays[17] <= nearly_all_s


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "steps", "median_s", "nearly_all_s"),
    [
        ("noise 0.004", 1, 1.5, 1.9),
        ("noise 0.01", 1, 2.9, 5.0),
        ("noise 0.03", 1, 25.6, 48.7),
        ("noise 0.03", 5, 1.5, 1.9),
    ],
)
def test_documented_delays_are_those_of_300_walks(name, steps, median_s, nearly_all_s):
    """Nine of ten are known by the second; ``pytest -m slow -s`` prints both (docs/coaching.md)."""
    delays = sorted(delay(JITTERS[name], seed, steps * STEP, 300) for seed in range(300))
    print(f"{name}, {steps / 10:.1f} km/h: {delays[150]:.2f} s, 90 % {delays[270]:.2f} s")
    assert (delays[150], delays[270]) == pytest.approx((median_s, nearly_all_s), abs=0.06)


RHYTHMS: dict[str, list[float]] = {  # when reports come
    "every 5 s": [5.0 * n for n in range(120)],
    "every 10 s": [10.0 * n for n in range(60)],
    "4 a second": [0.25 * n for n in range(1720)],
    "bursts": [4.0 * (n // 4) + 0.01 * (n % 4) for n in range(600)],
}


@pytest.mark.parametrize("name", ["noise 0.03", "1/256", "flicker 50 %", "24 km/h at times"])
@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_at_any_report_rate_a_step_is_a_change_and_jitter_hardly_ever(name, rhythm):
    wrong = missed = 0
    for seed in range(3):
        chance, owner = random.Random(seed), Owner()
        states = []
        for t in RHYTHMS[rhythm]:
            states += owner.pass_time(t)
            speed = JITTERS[name](1.30 if t < 400.0 else 1.45, chance)
            states += owner.report(Belt(t, speed, source="it"))
        wrong += bool(changes([s for s in states if s.t < 400.0], after_s=100.0))
        late = [s for s in states if s.t >= 400.0 and s.since > 390.0]
        missed += not late or late[0].t > 425.0 or states[-1].speed_m_s < 1.4
    assert (wrong, missed) <= (1, 0)


@pytest.mark.parametrize("copies", [2, 8])
@pytest.mark.parametrize("noise", [0.004, 0.03])
def test_a_value_sent_several_times_counts_once(copies, noise):
    wrong = 0
    for seed in range(2):
        chance, reports = random.Random(seed), []
        for t in range(400):
            speed = 1.30 + chance.gauss(0.0, noise)
            reports += [Belt(t + n / copies, speed, source="it") for n in range(copies)]
        wrong += bool(changes(states_of(reports), after_s=60.0))
    assert wrong == 0


def test_a_console_that_reports_only_changes_is_used_while_it_is_silent():
    owner, states = Owner(), []
    ramp = [(t, 0.1 * t) for t in range(14)]
    for t, speed in [*ramp, (60, 1.4), (61, 1.5), (900, 1.3)]:
        states += owner.pass_time(float(t))
        states += owner.report(Belt(float(t), speed, source="it"))
    states += owner.pass_time(1800.0)
    assert all(s.speed_m_s is not None for s in states)
    known = [(round(s.t), s.speed_m_s) for s in states if s.steady and s.t > 10.0]
    assert known == [(15, 1.3), (63, 1.5), (902, 1.3)]


def test_a_changed_certainty_of_the_speed_is_reported():
    errors = [0.05] * 30 + [0.005] * 30 + [0.006] * 30
    states = states_of(Belt(float(t), 1.3, error=e, source="it") for t, e in enumerate(errors))
    assert [(s.t, s.error, s.since) for s in states] == [(0.0, 0.05, 0.0), (30.0, 0.005, 0.0)]


@given(st.lists(st.tuples(st.floats(0.0, 3.0), st.floats(0.0, 9.0)), max_size=40))
def test_any_reports_are_survived(reports):
    owner, t = Owner(), 0.0
    for passed, speed in reports:
        t += passed
        states = owner.pass_time(t) + owner.report(Belt(t, speed, source="it"))
        assert all(s.speed_m_s is None or 0.0 <= s.speed_m_s <= 9.0 for s in states)


@given(st.floats(0.3, 4.0), st.booleans(), st.integers(2, 120))
def test_one_step_of_a_quiet_console_is_seen_at_its_second_report(speed, up, before):
    after = speed + (STEP if up else -STEP)
    owner = Owner()
    states_of([Belt(float(t), speed) for t in range(before + 15)], owner)
    states = states_of([Belt(before + 15.0 + t, after) for t in range(6)], owner)
    assert states
    assert states[0].t == before + 16.0
    assert states[-1].steady
    assert states[-1].speed_m_s == pytest.approx(after, abs=1e-3)


@pytest.mark.parametrize("speed", [2.6, 3.3])
def test_a_console_that_reports_the_target_of_a_running_start_is_soon_used(speed):
    """One report of 24 km/h is not enough; the longer it was quiet, the fewer are needed."""
    for stood, within_s in ((20, 4.0), (100, 2.0)):
        reports = [Belt(float(t), 0.0 if t < stood else speed, source="it") for t in range(130)]
        began = next(s.t for s in states_of(reports) if s.t > 0.0 and s.speed_m_s == speed)
        assert began - stood <= within_s


def walked(reported, walks, seconds=40.0, owner=None):
    """Return states for a report each second and, while walking, a stride each 0.55 s."""
    owner, out = owner or Owner(), []
    for n in range(int(seconds / 0.55)):
        t = 0.55 * n
        out += [e for e in owner.pass_time(t) if isinstance(e, BeltState)]
        if int(t) != int(t - 0.55):
            out += owner.report(Belt(float(int(t)), reported(int(t)), source="tm"))
        if speed := walks(t):
            out += owner.step(t, "lr"[n % 2], speed)
    return [e for e in out if isinstance(e, BeltState)]


@pytest.mark.parametrize("zeros", [2, 3, 5, 7])
def test_a_console_at_zero_for_some_seconds_stops_nobody_who_keeps_walking(zeros):
    states = walked(lambda t: 0.0 if 20 <= t < 20 + zeros else 1.2, lambda t: 1.2 if t > 3 else 0.0)
    assert {s.speed_m_s for s in states if s.t > 3.0} <= {1.2}


def test_a_console_that_reports_the_target_of_slowing_is_slow_when_the_feet_are():
    def belt(t):
        return max(0.5, 1.2 - 0.2 * max(0.0, t - 20.0))

    owner = Owner()
    states = walked(lambda t: 1.2 if t < 20 else 0.5, belt, 22.0, owner)
    assert owner.suspects, "strides meanwhile are not judged"
    states = walked(lambda t: 1.2 if t < 20 else 0.5, belt)
    slow = next(s.t for s in states if s.speed_m_s < 0.6)
    assert 22.5 < slow < 24.5, "the belt is at 0.67 m/s after 22.7 s, and at 0.5 after 23.5"


@pytest.mark.parametrize("keeps_reporting", [True, False])
@pytest.mark.parametrize("trunk_only", [True, False])
def test_a_belt_stop_is_known_three_seconds_after_the_last_stride(keeps_reporting, trunk_only):
    owner, out = Owner(), []
    for n in range(80):
        t = 0.5 * n
        out += owner.pass_time(t)
        if n % 2 == 0 and (t < 23.0 or keeps_reporting):
            out += owner.report(Belt(t, 1.2 if t < 20.0 else 0.0, source="tm"))
        if t < 20.5:
            out += owner.trunk(t, 1.1, 1.6) if trunk_only else owner.step(t, "lr"[n % 2], 1.2)
    stood = next(s for s in out if s.speed_m_s == 0.0)
    assert 21.0 <= stood.t <= 23.5


def test_lasting_zeros_under_a_walker_are_reported_as_doubt_and_not_as_a_stop():
    states = walked(lambda t: 0.0 if t >= 20 else 1.2, lambda t: 1.2 if t > 3 else 0.0)
    (late,) = [s for s in states if s.t > 3.0]
    assert (late.speed_m_s, late.source, late.doubt) == (pytest.approx(1.2), "feet", "zero")


def test_a_jump_and_its_return_are_not_reported_when_the_feet_saw_none():
    states = walked(lambda t: 0.5 if 20 <= t < 22 else 1.2, lambda t: 1.2 if t > 3 else 0.0)
    assert {(s.speed_m_s, s.steady) for s in states} == {(1.2, True)}


@pytest.mark.parametrize(("says", "left"), [(1.2, None), (0.82, 0.8)])
def test_a_typed_speed_ends_when_a_console_reports_another(says, left):
    owner, states = Owner(), []
    states += owner.report(Belt(0.0, 0.8, source="hand", kind="typed"))
    states += states_of([Belt(1.0 + t, says, source="tm") for t in range(9)], owner)
    assert [*states, *owner.lost(10.0, "tm")][-1].speed_m_s == left
