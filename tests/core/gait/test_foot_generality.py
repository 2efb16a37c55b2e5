"""A foot in backward and forward walking as other wearers, paces and mountings would show it.

The recordings of one person (gottlieb) are turned, slowed, quickened and made larger or smaller, so
that nothing which was fitted to that person's placement or pace can pass. Not other people: shoes
and gaits differ in more ways than these. Contacts and lifts within 50 ms, less a constant offset.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cued.frames import GRAVITY_M_S2, sizes
from cued.gait.finding import Contact, LiftOff
from cued.gait.foot.chain import Foot
from cued.model import Block, Floats
from cued.signal.grid import DT_S, Grid
from tests.core.gait.foot_recordings import Trial, paired, trials

pytestmark = pytest.mark.data

Change = Callable[[Trial], Trial]
LEAST_F1 = 0.9


def changed(trial: Trial, t: Floats, acc: Floats, gyr: Floats, rate: float, slower: float) -> Trial:
    grid = Grid(rate, 6).feed(t, np.concatenate((acc, gyr), axis=1), np.ones(len(t), dtype=bool))
    first = trial.blocks[0]
    blocks = [
        Block(
            sensor=first.sensor,
            placement=first.placement,
            t=at,
            acc=x[:, :3],
            gyr=x[:, 3:],
            ok=ok,
            oriented=True,
            fresh=fresh,
        )
        for at, x, ok, fresh in grid
    ]
    truth = [(slower * at, kind, side, value) for at, kind, side, value in trial.truth]
    return replace(trial, blocks=blocks, truth=truth)


def samples(trial: Trial) -> tuple[Floats, Floats, Floats]:
    gyr = [b.gyr for b in trial.blocks if b.gyr is not None]
    t, acc = [b.t for b in trial.blocks], [b.acc for b in trial.blocks]
    return np.concatenate(t), np.concatenate(acc), np.concatenate(gyr)


def gravity(acc: Floats, gyr: Floats) -> Floats:
    """Follow gravity's reaction with the turn rates, set right wherever the foot is quiet."""
    up = acc[int(sizes(gyr)[:300].argmin())]
    out = np.empty_like(acc)
    for i, (a, w) in enumerate(zip(acc, gyr, strict=True)):
        up = up - np.cross(w * DT_S, up)
        if np.linalg.norm(w) < 1.0 and abs(np.linalg.norm(a) - GRAVITY_M_S2) < 2.0:
            up = up + 0.2 * (a - up)
        up = up * GRAVITY_M_S2 / np.linalg.norm(up)
        out[i] = up
    return out


def slower(by: float) -> Change:
    def change(trial: Trial) -> Trial:
        t, acc, gyr = samples(trial)
        g = gravity(acc, gyr)
        return changed(trial, by * t, g + (acc - g) / by**2, gyr / by, 1 / DT_S / by, by)

    return change


def larger(by: float) -> Change:
    def change(trial: Trial) -> Trial:
        t, acc, gyr = samples(trial)
        g = gravity(acc, gyr)
        return changed(trial, t, g + by * (acc - g), by * gyr, 1 / DT_S, 1.0)

    return change


def turned(about: int, degrees: float) -> Change:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    j, k = (about + 1) % 3, (about + 2) % 3
    m = np.eye(3)
    m[j, j], m[k, k], m[j, k], m[k, j] = c, c, -s, s

    def change(trial: Trial) -> Trial:
        t, acc, gyr = samples(trial)
        return changed(trial, t, acc @ m.T, gyr @ m.T, 1 / DT_S, 1.0)

    return change


CHANGES = {
    **{f"time x{by}": slower(by) for by in (0.8, 1.3, 1.6, 2.0)},
    **{f"amplitude x{by}": larger(by) for by in (0.7, 1.3)},
    **{f"turned {d:+d} about {'xyz'[i]}": turned(i, d) for i in range(3) for d in (-30, 30)},
}


def f1(true: list[float], found: list[float]) -> float:
    shift = float(np.median([f - t for t, f in paired(true, found, 0.25)]))
    pairs = {t for t, _ in paired(true, [f - shift for f in found], 0.05)}
    steady = true[2:-2]
    around = [f for f in found if steady[0] - 0.3 < f - shift < steady[-1] + 0.3]
    return 2 * len(pairs & set(steady)) / (len(steady) + len(around))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("way", ["backward", "forward"])
def test_contacts_and_lifts_do_not_depend_on_pace_size_or_mounting(
    data: Path, way: str, change: Change
):
    for trial in trials(data, f"treadmill_walk_{way}/gottlieb-*"):
        other = change(trial)
        chain = Foot(other.sensor, other.side)
        found = [f for block in other.blocks for f in chain.feed(block)]
        contacts = [f.t for f in found if isinstance(f, Contact)]
        assert f1(other.times("contact"), contacts) >= LEAST_F1
        assert f1(other.times("lift"), [f.t for f in found if isinstance(f, LiftOff)]) >= LEAST_F1
