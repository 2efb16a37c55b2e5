"""A treadmill that reports a wrong speed is doubted, once, and the feet replace it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cued.belt.owner import Owner
from cued.model import Belt, BeltState, Notice


def walk(owner, says, walked, seconds, start=0.0, doubt="", factor=1.0):
    """Return the owner's output for a report each second and a stride each 0.55 s."""
    out = []
    for n in range(int(seconds / 0.55)):
        t = start + 0.55 * n
        if says is not None and int(t) != int(t - 0.55):
            report = Belt(float(int(t)), says, source="tm", doubt=doubt, factor=factor)
            out += owner.report(report)
        if walked:
            out += owner.step(t, "left" if n % 2 else "right", walked * (1.02 if n % 2 else 0.98))
    return out


def last(out):
    return [e for e in out if isinstance(e, BeltState)][-1]


@pytest.mark.parametrize(
    ("says", "doubt", "words"),
    [
        (0.0, "zero", "unlock"),
        (1.3 / 1.609, "unit", "speed_factor = 1.609"),
        (1.3 * 1.609, "unit", "speed_factor = 0.621"),
        (3.0, "off_belt", "is somebody on it"),
    ],
)
def test_a_source_that_contradicts_the_feet_is_doubted_in_ten_seconds_and_reported_once(
    says, doubt, words
):
    owner = Owner()
    states = walk(owner, says, 1.3, 60.0)
    doubted = [e for e in states if isinstance(e, BeltState) and e.doubt == doubt]
    assert doubted[0].t < 10.0
    assert (doubted[-1].source, doubted[-1].speed_m_s) == ("feet", pytest.approx(1.3, rel=0.03))
    notices = [e for e in states if isinstance(e, Notice)]
    assert len(notices) == 1
    assert words in notices[0].text


@pytest.mark.parametrize(
    ("configured", "is_off", "words"),
    [
        (1.609, 1.609, "set speed_factor = 1.000"),  # it reports km/h after all
        (0.9, 1 / 1.609, "set speed_factor = 1.448"),
        (1.609, 1 / 1.609, "its unit is wrong"),  # too large a factor to configure
        (0.0, 1.609, "its unit is wrong"),  # a sensor without the option
    ],
)
def test_the_suggested_factor_includes_the_configured_one(configured, is_off, words):
    states = walk(Owner(), 1.3 * is_off, 1.3, 15.0, factor=configured)
    assert [words in e.text for e in states if isinstance(e, Notice)] == [True]


STRIDE_S = {0.4: 1.8, 0.8: 1.35, 1.3: 1.1, 2.8: 0.72}


@pytest.mark.parametrize("speed", STRIDE_S)
@pytest.mark.parametrize("feet", [("left", "right"), ("left",)])
@pytest.mark.parametrize(
    ("factor", "doubt"), [(0.0, "zero"), (0.621, "unit"), (1.609, "unit"), (2.5, "off_belt")]
)
def test_feet_that_scatter_and_are_biased_raise_the_same_doubt_at_any_speed(
    speed, feet, factor, doubt
):
    in_time = 0
    for seed in range(10):
        chance = random.Random(seed)
        states = scattered_walk(speed, feet, factor, chance)
        kinds = {e.doubt for e in states if isinstance(e, BeltState) and e.doubt}
        in_time += kinds == {doubt}
        assert sum(isinstance(e, Notice) for e in states) <= 1
    assert in_time >= 9


def scattered_walk(speed, feet, factor, chance):
    """Walk ten seconds of strides that scatter as in backward walking, with feet 3 % off."""
    owner, out, events = Owner(), [], [(t, "", 0.0) for t in range(10)]
    for n, foot in enumerate(feet):
        bias, t = chance.gauss(1.0, 0.03), STRIDE_S[speed] * (0.5 * n + 1.0) + 0.4
        while t < 10.0:
            events.append((t, foot, speed * bias * chance.gauss(1.0, 0.045)))
            t += STRIDE_S[speed] * chance.gauss(1.0, 0.03)
    for t, foot, walked in sorted(events):
        if foot:
            out += owner.step(t, foot, walked)
        else:
            out += owner.report(Belt(float(t), speed * factor, source="tm"))
    return out


@pytest.mark.parametrize(("before", "after"), [(0.5, 0.8), (0.5, 1.3), (1.3, 0.5), (0.8, 2.8)])
@pytest.mark.parametrize("console", ["5 s late", "where it goes"])
@pytest.mark.parametrize("ramp", [0.1, 0.2, 1.0])
def test_a_console_that_lags_or_reports_its_target_is_not_doubted(before, after, console, ramp):
    def belt(t):
        gone = min(max(t - 30.0, 0.0) * ramp, abs(after - before))
        return before + (gone if after > before else -gone)

    for seed in range(3):
        chance, owner, out = random.Random(seed), Owner(), []
        bias = [chance.gauss(1.0, 0.03) for _ in "lr"]
        for n in range(140):
            t = 0.5 * n
            if n % 2 == 0:
                late = belt(t - 5.0) if console == "5 s late" else (after if t > 30.0 else before)
                out += owner.report(Belt(t, late, source="tm"))
            walked = belt(t - 0.5) * bias[n % 2] * chance.gauss(1.0, 0.045)
            out += owner.step(t, "lr"[n % 2], walked)
        assert not [e for e in out if isinstance(e, Notice)]


@pytest.mark.parametrize("speed", STRIDE_S)
@pytest.mark.parametrize("factor", [0.0, 0.621, 1.609])
@pytest.mark.parametrize("feet", [1, 2])
def test_a_treadmill_that_becomes_wrong_is_doubted_within_ten_seconds(speed, factor, feet):
    """Counted from the first wrong report, which the link may deliver up to a second late."""
    late = []
    for seed in range(5):
        chance, owner, out = random.Random(seed), Owner(), []
        events = [(float(t), "") for t in range(60)]
        for n in range(feet):
            t = 4.0 + STRIDE_S[speed] * 0.5 * n
            while t < 60.0:
                events.append((t, "lr"[n]))
                t += STRIDE_S[speed] * chance.gauss(1.0, 0.02)
        for t, foot in sorted(events):
            reported = speed * (1.0 if t < 40.0 else factor)
            out += (
                owner.step(t, foot, speed * chance.gauss(1.0, 0.045))
                if foot
                else owner.report(Belt(t, reported, source="tm"))
            )
        late += [next(e.t for e in out if isinstance(e, BeltState) and e.doubt) - 40.0]
    assert min(late) > 0.0
    assert sorted(late)[3] < 10.0


@given(st.floats(0.4, 3.0), st.floats(0.86, 1.14))
def test_a_biased_foot_raises_no_doubt_and_is_corrected_when_the_belt_falls_silent(speed, bias):
    owner = Owner()
    states = walk(owner, speed, speed * bias, 60.0)
    assert not any(isinstance(e, Notice) or e.doubt for e in states)
    states = owner.lost(60.0, "tm") + walk(owner, None, speed * bias, 10.0, start=60.5)
    assert last(states).source == "feet"
    assert last(states).speed_m_s == pytest.approx(speed, rel=0.04)


@pytest.mark.parametrize("doubt", ["paused", "stopped", "safety_key", "clock"])
def test_a_speed_the_machine_doubts_is_not_used(doubt):
    owner = Owner()
    walk(owner, 1.3, None, 10.0)
    states = walk(owner, 1.3, None, 10.0, start=10.0, doubt=doubt)
    assert (last(states).speed_m_s, last(states).doubt) == (None, doubt)
    states = walk(owner, 1.3, None, 10.0, start=20.0)
    assert (last(states).speed_m_s, last(states).doubt) == (1.3, "")


@pytest.mark.parametrize("name", ["", "tm"])
def test_a_doubted_treadmill_is_not_used_while_the_feet_stand_either(name):
    owner = Owner()
    for n in range(20):
        owner.report(Belt(0.5 * n, 0.0, source=name))
        owner.step(0.5 * n, "left", 1.3)
    states = [e for e in owner.pass_time(15.0) if isinstance(e, BeltState)]
    assert (states[-1].speed_m_s, states[-1].doubt) == (None, "zero")


@pytest.mark.parametrize(
    ("kind", "measured", "used", "words"),
    [
        ("sensor", 1.25, "sensor", "the belt sensor is used"),
        ("sensor", 0.8, "feet", "the feet's speed is used"),
        ("console", 1.25, "console", "another treadmill is used"),
    ],
)
def test_with_a_doubted_console_the_source_that_agrees_with_the_feet_is_used(
    kind, measured, used, words
):
    owner, states = Owner(), []
    for n in range(60):
        states += owner.report(Belt(0.5 * n, 0.0, source="tm"))
        states += owner.report(Belt(0.5 * n, measured, source="own", kind=kind))
        states += owner.step(0.5 * n, "lr"[n % 2], 1.3)
    assert (last(states).doubt, last(states).source) == ("zero", used)
    assert [words in e.text for e in states if isinstance(e, Notice)] == [True]


@pytest.mark.parametrize(("factor", "for_s"), [(1.02, (28.0, 34.0)), (1.2, (2.9, 3.1))])
def test_strides_of_equal_time_keep_the_level_while_their_lengths_are_missing(factor, for_s):
    owner = Owner()
    assert last(walk(owner, None, 0.3, 10.0)).source == "feet"
    owner.step(10.0, "left", 0.3)
    owner.stride(10.0, 2.4, measured=True)
    states = []
    for n in range(1, 20):
        t = 10.0 + 2.4 * factor * n
        states += owner.pass_time(t) + owner.stride(t, 2.4 * factor, measured=False)
    assert states[0].speed_m_s is None
    assert for_s[0] < states[0].t - 10.0 < for_s[1]


def test_standing_feet_give_no_speed():
    owner = Owner()
    assert last(walk(owner, None, 1.3, 20.0)).source == "feet"
    assert owner.pass_time(22.0) == []
    assert last(owner.pass_time(24.0)).speed_m_s is None


def test_a_console_and_a_sensor_that_disagree_a_little_are_one_level():
    owner = Owner()
    states = []
    for t in range(60):
        states += owner.report(Belt(float(t), 1.282, source="rsc", kind="sensor"))
        if t > 20:
            states += owner.report(Belt(float(t), 1.300, source="tm"))
    assert [(s.source, s.since) for s in states] == [("sensor", 0.0), ("console", 0.0)]


def test_a_walking_trunk_doubts_a_belt_at_zero_until_it_reports_a_speed():
    owner, states = Owner(), []
    for n in range(60):
        t = 0.55 * n
        states += owner.report(Belt(t, 0.0 if t < 25.0 else 1.3, source="tm"))
        states += owner.trunk(t, 1.1, 1.6)
    doubted = [e for e in states if isinstance(e, BeltState) and e.doubt == "zero"]
    assert 8.0 <= doubted[0].t < 10.0
    assert (doubted[-1].speed_m_s, doubted[-1].watched) == (None, True)
    assert [("unlock" in e.text, "feet" in e.text) for e in states if isinstance(e, Notice)] == [
        (True, False)
    ]
    assert (last(states).speed_m_s, last(states).doubt) == (1.3, "")


@pytest.mark.parametrize(("measured", "used"), [(0.0, "none"), (1.25, "sensor")])
def test_a_belt_sensor_that_also_says_zero_is_not_used(measured, used):
    owner, states = Owner(), []
    for n in range(60):
        states += owner.report(Belt(0.55 * n, 0.0, source="tm"))
        states += owner.report(Belt(0.55 * n, measured, source="own", kind="sensor"))
        states += owner.trunk(0.55 * n, 1.1, 1.6)
    assert (last(states).doubt, last(states).source) == ("zero", used)


def test_walking_up_to_the_treadmill_is_not_walking_on_it():
    owner, states = Owner(), []
    for n in range(60):
        states += owner.report(Belt(0.55 * n, 0.0, source="tm"))
        if n % 12 == 0:
            owner.note_gait_change()
        states += owner.trunk(0.55 * n, 1.1, 1.6)
    assert not any(isinstance(e, Notice) or e.doubt for e in states)
