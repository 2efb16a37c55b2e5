"""One-to-one matching of two lists of times: the most pairs within a tolerance, then the nearest.

Optimal, not greedy. Two pairs that cross can always be uncrossed without leaving the tolerance or
adding distance, so an alignment of the two sorted lists contains an optimum. Lists are cut wherever
neighbours are further apart than the tolerance, so the cost grows with the length, not its square.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Pair = tuple[int, int]
_SLACK_S = 1e-9  # so that 0.1 s is within 0.1 s whatever the last bit says


def match(a: Sequence[float], b: Sequence[float], within: float) -> list[Pair]:
    """Pair indices of ``a`` with indices of ``b``, in order of time. Neither need be sorted."""
    order_a = sorted(range(len(a)), key=a.__getitem__)
    order_b = sorted(range(len(b)), key=b.__getitem__)
    pairs: list[Pair] = []
    for part_a, part_b in _clusters(a, b, order_a, order_b, within + _SLACK_S):
        times_a, times_b = [a[i] for i in part_a], [b[j] for j in part_b]
        found = _align(times_a, times_b, within + _SLACK_S)
        pairs += [(part_a[i], part_b[j]) for i, j in found]
    return pairs


def _clusters(
    a: Sequence[float],
    b: Sequence[float],
    order_a: Sequence[int],
    order_b: Sequence[int],
    within: float,
) -> Iterator[tuple[list[int], list[int]]]:
    """Cut both lists at gaps that no pair can span."""
    merged = [(a[i], 0, i) for i in order_a] + [(b[j], 1, j) for j in order_b]
    merged.sort()
    part: tuple[list[int], list[int]] = ([], [])
    last = float("-inf")
    for t, which, index in merged:
        if t - last > within:
            if part[0] and part[1]:
                yield part
            part = ([], [])
        part[which].append(index)
        last = t
    if part[0] and part[1]:
        yield part


def _align(a: Sequence[float], b: Sequence[float], within: float) -> list[Pair]:
    """Align two short sorted lists: ``best[i][j]`` is (pairs, -distance) of a[i:] with b[j:]."""
    n, m = len(a), len(b)
    best = [[(0, 0.0)] * (m + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1])
            distance = abs(a[i] - b[j])
            if distance <= within:
                count, cost = best[i + 1][j + 1]
                best[i][j] = max(best[i][j], (count + 1, cost - distance))
    pairs: list[Pair] = []
    i = j = 0
    while i < n and j < m:
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return pairs
