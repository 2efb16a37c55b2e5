"""Columns of floats as columns of integers, exactly: most came out of an integer in a sensor.

A sensor's counts reach us as ``count * scale``, times as ``nanoseconds / 1e9``, a table's cells as
``digits / 1e5``. Where the numbers lie on such a grid, the counts are kept, and beside them which
of the floats are off by how many units in the last place: none or, where a device's file
multiplied twice, some by 1. Where they do not, the float's own 64 bits are taken for an integer.
So nothing is ever rounded: NaN, infinities and minus zero come back as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from cued.model import Floats
from cued.recording.sessions.integers import Ints

N = TypeVar("N", bound=np.generic)

DECIMALS = tuple(10.0**n for n in range(1, 10))
LARGEST_VALUE = 1e12  # far above any reading or time, and far from overflow when squared
LEAST_STEP = 1e-12
LARGEST_COUNT = 2.0**31
LARGEST_DECIMAL = 2.0**52
LEAST_LEVELS = 6  # fewer different values say nothing about a grid
PARTS = (1, 2, 3, 4, 5)  # of the smallest difference seen, the grid's step may be
OFF_GRID = 0.01
NEAR_ULPS = 4
MOST_OFF = 0.5  # share of values that a grid may miss by some units in the last place


class Form(Struct, frozen=True, array_like=True):
    """How integers become floats: ``count * by``, ``count / by``, or (``by`` 0) their bits.

    exact : else two columns follow, of which floats are off and by how much in the last place.
    """

    by: float = 0.0
    divides: bool = False
    exact: bool = True


BITS = Form()


def split(columns: Sequence[Floats], hint: Form = BITS) -> tuple[Form, list[Ints]]:
    """Turn columns that share a unit into integers; hint: the form that was right before."""
    values = np.concatenate(columns) if len(columns) > 1 else columns[0]
    values = np.ascontiguousarray(values, dtype=np.float64)
    form = _form(values, hint)
    if form.by == 0.0:
        return BITS, _cut(values.view(np.int64), columns)
    counts = _counts(values, form)
    off = values.view(np.int64) - _made(counts, form).view(np.int64)
    exact = not off.any()
    out = _cut(counts, columns)
    if not exact:
        where = np.flatnonzero(off)
        out += [where.astype(np.int64), off[where]]
    return Form(form.by, form.divides, exact), out


def join(form: Form, columns: Sequence[Ints]) -> list[Floats]:
    """Turn integers back into the floats they were."""
    if form.by == 0.0:
        return [c.view(np.float64) for c in columns]
    if form.exact:
        return [_made(c, form) for c in columns]
    *counts, where, off = columns
    bits = _made(np.concatenate(counts), form).view(np.int64)
    bits[where] += off
    return _cut(bits.view(np.float64), counts)


def _cut(values: NDArray[N], like: Sequence[NDArray[Any]]) -> list[NDArray[N]]:
    ends = np.cumsum([c.size for c in like])
    return np.split(values, ends[:-1])


def _form(values: Floats, hint: Form) -> Form:
    """Find the form that fits: the one that did before, a decimal, a grid, or bits."""
    if not values.size:
        return BITS
    if hint.by and _misses(values, hint) == 0.0:
        return hint
    for by in DECIMALS:
        form = Form(by, divides=True)
        if _misses(values[:64], form) == 0.0 and _misses(values, form) < 0.01:
            return form
    by = _step(values)
    if by == 0.0:
        return BITS
    forms = [hint] if hint.by else []
    forms += [Form(float(b)) for b in by + np.spacing(by) * np.arange(-NEAR_ULPS, NEAR_ULPS + 1)]
    best = min(forms, key=lambda form: _misses(values, form))
    return best if _misses(values, best) <= MOST_OFF else BITS


def _counts(values: Floats, form: Form) -> Ints:
    """Give the nearest counts; what has none gets 0."""
    with np.errstate(all="ignore"):
        counts = np.rint(values * form.by if form.divides else values / form.by)
        counts = np.where(np.abs(counts) < LARGEST_DECIMAL, counts, 0.0)
    return counts.astype(np.int64)


def _made(counts: Ints, form: Form) -> Floats:
    made: Floats = counts.astype(np.float64)
    return made / form.by if form.divides else made * form.by


def _misses(values: Floats, form: Form) -> float:
    """Give the share of values that the form does not give to the last bit."""
    made = _made(_counts(values, form), form)
    return np.count_nonzero(made.view(np.int64) != values.view(np.int64)) / values.size


def _step(values: Floats) -> float:
    """Estimate the step of the grid on which the values lie; 0 when they lie on none."""
    finite = values[np.abs(values) < LARGEST_VALUE]
    levels = np.unique(finite)
    if levels.size < LEAST_LEVELS:
        return 0.0
    gaps = np.diff(levels)
    largest = float(np.abs(levels).max())
    smallest = float(gaps[gaps > largest / LARGEST_COUNT].min(initial=np.inf))
    if not LEAST_STEP < smallest < np.inf:
        return 0.0
    found = (_refined(levels, smallest / part) for part in PARTS)
    return next((step for step in found if step), 0.0)


def _refined(levels: Floats, step: float) -> float:
    """Improve a step from small counts to large ones; 0 when values lie beside it."""
    if float(np.abs(levels).max()) / step > LARGEST_COUNT:
        return 0.0
    for most in (30.0, 500.0, 8e3, 1e5, LARGEST_COUNT):
        some = levels[np.abs(levels) < most * step]
        counts = np.rint(some / step)
        if not counts.any():
            continue
        step = float(some @ counts / (counts @ counts))
        if float(np.abs(some / step - np.rint(some / step)).max()) > OFF_GRID:
            return 0.0
    large = levels[np.abs(levels) > 0.1 * np.abs(levels).max()]
    return float(np.median(large / np.rint(large / step)))
