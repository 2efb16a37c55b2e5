"""A foot in backward and forward walking, with paces, sizes and mountings other than recorded.

The recordings of one person (gottlieb) are turned, slowed, quickened and made larger or smaller, so
that rules fitted to that person's placement or pace fail. This does not stand for other people:
shoes and gaits differ in more ways. Contacts and lifts within 50 ms, less a constant offset.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from cued.evaluation.matching import match
from cued.frames import GRAVITY_M_S2, sizes
from cued.gait.finding import Contact, LiftOff
from cued.gait.foot.chain import Foot
from cued.model import Block, Floats
from cued.signal.grid import DT_S
from tests.gait.recorded import Trial, blocks, trials

pytestmark = pytest.mark.data

Signals = tuple[Floats, Floats, Floats]  # acceleration, turn rate, gravity's part of the first
Change = Callable[[Signals], tuple[Floats, Floats, float]]
LEAST_F1 = 0.9
EYE = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


@cache
def walked(data: Path, direction: str) -> list[tuple[Trial, Floats, Signals]]:
    """Return each trial with its times and signals."""
    found = trials(data, f"treadmill_walk_{direction}/gottlieb-*")
    return [(trial, *samples(trial.blocks)) for trial in found]


def samples(blocks: list[Block]) -> tuple[Floats, Signals]:
    gyr = np.concatenate([b.gyr for b in blocks if b.gyr is not None])
    acc = np.concatenate([b.acc for b in blocks])
    return np.concatenate([b.t for b in blocks]), (acc, gyr, gravity(acc, gyr))


def gravity(acc: Floats, gyr: Floats) -> Floats:
    """Follow gravity's reaction by the turn rates, corrected while the foot is quiet."""
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
    def change(signals: Signals) -> tuple[Floats, Floats, float]:
        acc, gyr, g = signals
        return g + (acc - g) / by**2, gyr / by, by

    return change


def larger(by: float) -> Change:
    def change(signals: Signals) -> tuple[Floats, Floats, float]:
        acc, gyr, g = signals
        return g + by * (acc - g), by * gyr, 1.0

    return change


def turned(about: int, degrees: float) -> Change:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    j, k = (about + 1) % 3, (about + 2) % 3
    m = np.eye(3)
    m[j, j], m[k, k], m[j, k], m[k, j] = c, c, -s, s
    return lambda signals: (signals[0] @ m.T, signals[1] @ m.T, 1.0)


CHANGES = {
    **{f"time x{by}": slower(by) for by in (0.8, 1.3, 1.6, 2.0)},
    **{f"amplitude x{by}": larger(by) for by in (0.7, 1.3)},
    **{f"turned {d:+d} about {'xyz'[i]}": turned(i, d) for i in range(3) for d in (-30, 30)},
}


def f1(true: list[float], found: list[float]) -> float:
    shift = float(np.median([found[j] - true[i] for i, j in match(true, found, 0.25)]))
    steady = true[2:-2]
    pairs = {i for i, _ in match(true, [f - shift for f in found], 0.05)}
    around = [f for f in found if steady[0] - 0.3 < f - shift < steady[-1] + 0.3]
    return 2 * len(pairs & set(range(2, len(true) - 2))) / (len(steady) + len(around))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("direction", ["backward", "forward"])
def test_contacts_and_lifts_do_not_depend_on_pace_size_or_mounting(
    data: Path, direction: str, change: Change
):
    for trial, t, signals in walked(data, direction):
        acc, gyr, longer = change(signals)
        rate = 1 / DT_S / longer
        other = replace(trial.track, t=longer * t, acc=acc, gyr=gyr, rate_hz=rate, mounting=EYE)
        chain = Foot(trial.track.name, trial.side)
        found = [f for block in blocks(other) for f in chain.feed(block)]
        for kind, name in ((Contact, "contact"), (LiftOff, "lift")):
            true = [longer * at for at in trial.times(name)]
            assert f1(true, [f.t for f in found if isinstance(f, kind)]) >= LEAST_F1
