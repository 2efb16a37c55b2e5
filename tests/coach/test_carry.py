"""Imprint and carry: the backward step's effect, and its end."""

from __future__ import annotations

import pytest

from cued.coach.carry import Carry, Imprints
from cued.coach.known import Known
from cued.coach.strides.baseline import OPENING_STRIDES, Baselines
from cued.coach.taught import Retained
from cued.gait.ordinary import Terms
from cued.model import Belt, Direction, Imprint, Measurement, Side, Stride
from tests.coach.walk import stride

BELT = Belt(t=0.0, speed_m_s=1.0)


def baselines(forward_s: float, backward_s: float | None) -> Baselines:
    own = Baselines()
    for direction, stride_s in (("forward", forward_s), ("backward", backward_s)):
        for i in range(OPENING_STRIDES if stride_s else 0):
            for side in ("left", "right"):
                own.learn(
                    Terms(side, direction, "walking", 10, 0), stride_s * (1 + 0.01 * (i % 3 - 1))
                )
    return own


def step(t: float, stride_s: float, direction: Direction = "forward") -> Stride:
    side: Side = "left" if round(t * 2) % 2 else "right"
    return stride(t, side, stride_s, 1.0, direction=direction)


def walked(carry: Carry, stride_s: float, strides: int = 40) -> list[Measurement]:
    """Walk equal forward strides after turning, at the same belt speed."""
    out: list[Measurement] = []
    for i in range(strides):
        known = Known(now=0.5 * i, belt=BELT, since_change={"left": 9, "right": 9})
        out += carry.feed(step(0.5 * i, stride_s), known)
    return out


@pytest.mark.parametrize(("after_s", "share"), [(1.0, 100.0), (1.1, 48.0), (1.2, 0.0)])
def test_the_carried_step_is_given_as_a_share_of_the_backward_change(after_s: float, share: float):
    (result,) = walked(Carry(baselines(1.2, 1.0), Imprints(), 0.0), after_s)
    assert result.name == "carried_percent"
    assert result.value == pytest.approx(share, abs=1.5)
    assert result.error
    assert 0.0 < result.error < 15.0


def test_the_stride_to_keep_is_the_carried_one_within_human_limits():
    for backward_s, after_s, shorter in (
        (0.8, 1.02, 1.10),
        (0.8, 1.12, 1.2 / 1.12),
        (0.8, 1.19, 1.05),
        (1.13, 1.02, 1.2 / 1.13),
        (1.17, 1.15, 1.05),
    ):
        carry = Carry(baselines(1.2, backward_s), Imprints(), 0.0)
        walked(carry, after_s)
        assert carry.state.target
        assert carry.state.target.stride_s == pytest.approx(1.2 / shorter, rel=0.01)


def test_carrying_hardly_anything_is_reverting_and_carrying_half_is_not():
    back = {}
    for after_s in (1.2, 1.12):
        carry = Carry(baselines(1.2, 1.0), Imprints(), 0.0)
        walked(carry, after_s)
        back[after_s] = carry.state.reverted is not None
    assert back == {1.2: True, 1.12: False}


def test_nothing_is_carried_if_backward_strides_were_no_shorter():
    carry = Carry(baselines(1.2, 1.195), Imprints(), 0.0)
    (result,) = walked(carry, 1.1, strides=60)
    assert (result.name, result.value) == ("carried_percent", None)
    assert carry.state.target
    assert carry.state.target.stride_s == pytest.approx(1.1)
    assert carry.backward_spm(BELT) is None


def test_the_backward_step_rate_is_that_of_the_same_speed():
    carry = Carry(baselines(1.2, 1.0), Imprints(), 0.0)
    assert carry.backward_spm(BELT) == pytest.approx(120.0)
    assert carry.backward_spm(Belt(t=0.0, speed_m_s=1.5)) is None
    assert carry.backward_spm(None) is None


def test_the_first_drift_and_each_recovery_are_measured():
    carry = Carry(Baselines(), Imprints(), 100.0)
    result = [carry.slipped(since, now) for since, now in (
        (None, 110.0), (130.0, 131.0), (130.0, 140.0), (None, 145.0), (160.0, 161.0),
    )]  # fmt: skip
    found = [(m.name, m.value) for some in result for m in some]
    assert found == [("time_to_drift_s", 30.0), ("recovery_s", 15.0), ("time_to_drift_s", 60.0)]
    assert carry.first_drift_s == 30.0


def test_an_imprint_has_both_feet_and_the_trunk():
    imprints = Imprints()
    for lean in (4.0, 5.0, 30.0):
        lent = Measurement(t=0.0, name="trunk_lean_deg", value=lean, unit="deg", strides=5)
        measured = {"trunk_lean_deg": lent}
        known = Known(belt=BELT, measured=measured, since_change={"left": 9, "right": 9})
        imprints.feed(step(1.0, 1.0, "backward"), known)
    result = imprints.events(baselines(1.2, 1.0), Baselines(), 50.0)
    assert [(i.direction, i.strides) for i in result] == [("backward", 50), ("forward", 50)]
    assert [(i.stride_s, i.lean_deg) for i in result] == [(1.0, 5.0), (1.2, None)]


def test_retention_is_given_once_after_a_minute_of_the_same_walking():
    kept = Imprint(
        t=0.0, direction="forward", mode="walking", speed_m_s=1.0, incline_percent=0.0, strides=50,
        stride_s=1.1, cv=0.02,
    )  # fmt: skip
    retained = Retained((kept,), 0.0)
    result: list[Measurement] = []
    for i in range(100):
        known = Known(now=float(i), belt=BELT, since_change={"left": 9, "right": 9})
        result += retained.feed(step(float(i), 1.1 if i % 4 else 1.3), known)
    (share,) = result
    assert (share.name, share.t) == ("retention_percent", 60.0)
    assert share.value == pytest.approx(75.0, abs=1.5)
