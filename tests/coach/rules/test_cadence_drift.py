"""A step rate that sinks slowly."""

from __future__ import annotations

import pytest

from cued.coach.known import Judged
from cued.coach.strides.baseline import Baseline
from tests.coach.rules.asked import heard, proposed, step


def creep(percent: float, cv: float = 0.02, strides: int = 300, *, fitted: bool = False):
    """Walk strides that grow over a hundred by this share, and stay."""
    own = Baseline(stride_s=1.2, opened_s=1.2, cv=cv, strides=100, fitted=fitted)
    return [
        step(
            1.2 * i,
            duration_s=1.2 * (1 + min(i / 100, 1.0) * percent / 100),
            judged=Judged(reference=own),
        )
        for i in range(strides)
    ]


@pytest.mark.parametrize(("percent", "cv", "announced"), [
    (5.5, 0.02, False),  # below three times the spread, 6 %
    (9.0, 0.02, True),
    (9.0, 0.04, False),  # strides that vary more may slow by more: 12 %
    (4.5, 0.002, False),  # never below 5 %
    (14.0, 0.05, True),  # never above 12 %
    (30.0, 0.06, False),  # with this variation a drift cannot be seen
])  # fmt: skip
def test_the_threshold_is_three_spreads_within_bounds(percent: float, cv: float, announced: bool):
    assert bool(heard("cadence_drift", creep(percent, cv))) == announced


def test_it_names_the_rate_and_the_runners_own():
    _, said = proposed("cadence_drift", creep(10.0))[-1]
    assert (said.because["cadence_spm"], said.because["own_spm"]) == (
        pytest.approx(90.9, abs=0.2),
        100,
    )


def test_in_the_carry_and_against_other_speeds_it_says_nothing():
    assert heard("cadence_drift", creep(10.0, fitted=True)) == []
    assert heard("cadence_drift", [step(t, judged=None) for t in range(200)]) == []
