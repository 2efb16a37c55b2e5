"""Times are paired one to one: the most pairs, then the nearest."""

from __future__ import annotations

from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cued.evaluation.matching import match

few = st.lists(st.integers(0, 40).map(lambda n: n / 20), max_size=6)


def brute(a: list[float], b: list[float], within: float) -> tuple[int, float]:
    """Return the most pairs, then the least distance, by trying everything."""
    best = (0, 0.0)
    for n in range(1, min(len(a), len(b)) + 1):
        for mine in combinations(a, n):
            for theirs in permutations(b, n):
                gaps = [abs(x - y) for x, y in zip(mine, theirs, strict=True)]
                if max(gaps) <= within + 1e-9:
                    best = max(best, (n, -round(sum(gaps), 9)))
    return best


def value(a: list[float], b: list[float], within: float) -> tuple[int, float]:
    pairs = match(a, b, within)
    return len(pairs), -round(sum(abs(a[i] - b[j]) for i, j in pairs), 9)


@given(a=few.filter(lambda x: len(x) <= 5), b=few.filter(lambda x: len(x) <= 5))
def test_matching_is_optimal(a: list[float], b: list[float]):
    assert value(a, b, 0.1) == brute(a, b, 0.1)


times = st.lists(st.floats(0, 20), max_size=60)


@given(a=times, b=times, within=st.floats(0.001, 1.0))
def test_matching_is_one_to_one_within_tolerance_and_symmetric(
    a: list[float], b: list[float], within: float
):
    pairs = match(a, b, within)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    assert all(abs(a[i] - b[j]) <= within + 2e-9 for i, j in pairs)
    assert value(a, b, within)[0] == value(b, a, within)[0]
    assert value(a, b, within)[1] == pytest.approx(value(b, a, within)[1], abs=1e-6)


def test_two_detections_of_one_contact_are_one_hit():
    assert match([1.0], [0.98, 1.01], 0.1) == [(0, 1)]


def test_no_pair_is_lost_by_matching_the_nearest():
    assert match([1.0, 1.09], [1.05, 1.15], 0.06) == [(0, 0), (1, 1)]
