"""CPU and delay of four sensors at 100 Hz through bleak, as ``cued bench`` measures them.

``pytest -m slow -s`` prints the figures.
"""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from cued import app, config
from cued.commands import _bench_bluetooth as bench
from cued.engine import Worn
from cued.standin import bus

pytestmark = pytest.mark.alone

MEASURED_S = 15.0


@pytest.fixture
def far():
    try:
        with bench.far_end():
            yield
    except bus.CuedError as error:
        pytest.skip(str(error))


@pytest.mark.slow
@pytest.mark.parametrize("thinking", [False, True], ids=["path", "path-engine-and-coach"])
def test_four_sensors_cost_less_than_15_percent_of_a_core_and_15_ms(far, thinking):
    engine = app.engine(config.convert({}), {n: Worn(p) for n, p in bench.worn().items()})
    cost = asyncio.run(bench.cost(MEASURED_S, engine.feed if thinking else None))
    share, p50 = 100 * cost.share, np.median(cost.delays)
    print(f"\n{share:.1f} % of one core, delay median {p50:.2f} ms, p99 {cost.p99_ms:.2f} ms")
    assert cost.share < 0.15
    assert cost.p99_ms < 15


def test_every_pod_is_received_and_its_delay_known(far):
    cost = asyncio.run(bench.cost(0.5))
    assert len(cost.delays) > 0.5 * 4 * 50 * 0.9
    assert min(cost.delays) > 0
    assert 0 < cost.share < 1


def test_without_a_bus_the_row_says_so(monkeypatch):
    monkeypatch.setattr(bus.shutil, "which", lambda _name: None)
    ((name, value),) = bench.figures(config.convert({}), 1.0).items()
    assert "four sensors" in name
    assert "dbus-daemon is not installed" in value
