"""Running sums of reports agree with numpy, and show how long a value lasts."""

from __future__ import annotations

import random

import numpy as np
import pytest

from cued.belt.reports import Reports


@pytest.mark.parametrize("most", [50, 300])
def test_mean_spread_and_skewness_are_those_of_the_latest_reports(most):
    chance = random.Random(1)
    values = [1.3 + chance.expovariate(10.0) for _ in range(200)]
    reports, kept = Reports(values, most), np.array(values[-most:])
    late, before = kept[-8:], kept[:-8]
    found = reports.before(8)
    assert len(reports) == len(kept)
    assert reports.mean == pytest.approx(kept.mean())
    assert reports.late(8) == pytest.approx(late.mean())
    assert reports.last(8) == pytest.approx(list(late))
    assert (found.mean, found.deviation) == pytest.approx((before.mean(), before.std()))
    third = ((before - before.mean()) ** 3).mean()
    assert found.skewness == pytest.approx(third / before.std() ** 3, abs=1e-6)


@pytest.mark.parametrize(("copies", "least", "most"), [(1, 1.0, 1.15), (4, 2.5, 4.5)])
def test_a_value_sent_several_times_counts_for_several(copies, least, most):
    chance = random.Random(2)
    values = [v for _ in range(300 // copies) for v in [chance.gauss(1.3, 0.03)] * copies]
    stretch = Reports(values, 300).before(0)
    assert least <= stretch.run <= most
    assert stretch.scatter >= stretch.deviation


def test_one_number_again_and_again_has_no_spread():
    stretch = Reports([1.3] * 100, 300).before(20)
    assert (stretch.mean, stretch.deviation, stretch.run) == (1.3, 0.0, 1.0)


def test_the_last_reports_scatter_about_their_own_mean():
    chance = random.Random(3)
    low, high = ([v + chance.expovariate(10.0) for _ in range(40)] for v in (1.0, 2.0))
    found = Reports([*low, *high], 300).pooled(40)
    own = np.concatenate([np.array(part) - np.mean(part) for part in (low, high)])
    assert (found.mean, found.deviation) == pytest.approx((np.mean(low), own.std()))
    assert found.skewness == pytest.approx((own**3).mean() / own.std() ** 3, abs=1e-6)
    assert Reports([1.3] * 40, 300).pooled(8).deviation == 0.0
