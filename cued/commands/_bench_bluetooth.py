"""The cost of four sensors at 100 Hz over Bluetooth, in CPU time and delay, without a radio.

A separate process simulates four pods behind a stand-in for BlueZ (``cued/standin``). Each sends 50
notifications of two samples a second that carry the time at which they were due. This process is
measured: its CPU time, and the delay from that time until a notification enters cued. Between them
lie the other process's timer, dbus-daemon, dbus-fast and bleak, but no radio and no kernel's
Bluetooth. A busy machine shows in the delay.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping

import numpy as np
from msgspec import Struct

from cued import app
from cued.config import Config, Sensor, Site
from cued.engine import Worn
from cued.model import CuedError, Input, Notification, Packet, Placement
from cued.runtime.supervise import ignore, meanwhile, until
from cued.sources import ble
from cued.sources.source import spread
from cued.standin import load
from cued.standin.bus import private_bus

PLACES: tuple[Placement, ...] = ("foot_left", "foot_right", "lower_back", "chest")
CONNECT_WITHIN_S, SETTLE_S, END_WITHIN_S = 30.0, 1.0, 5.0  # chosen: a slow discovery fits in
MOST_MISSED = 0.05  # chosen: the share of samples that may be missing
WHAT = "four sensors at 100 Hz through bleak"


class Cost(Struct, frozen=True):
    """CPU as a share of one core; delays, ms, one for each notification."""

    share: float
    delays: list[float]

    @property
    def p99_ms(self) -> float:
        """The delay that one in a hundred exceeds, ms."""
        return float(np.percentile(self.delays, 99))


def figures(chosen: Config, seconds: float) -> Mapping[str, float | str]:
    """Measure reception up to the decoders alone, then with the engine and coach."""
    try:
        with far_end():
            path = asyncio.run(cost(seconds))
            engine = app.engine(chosen, {n: Worn(p) for n, p in worn().items()})
            whole = asyncio.run(cost(seconds, engine.feed))
    except CuedError as error:
        return {WHAT: f"not measured: {error}"}
    return {
        f"{WHAT}: % of one core": 100 * path.share,
        f"{WHAT}: added delay, ms, p99": path.p99_ms,
        f"{WHAT}, engine, coach: % of one core": 100 * whole.share,
        f"{WHAT}, engine, coach: added delay, ms, p99": whole.p99_ms,
    }


@contextlib.contextmanager
def far_end() -> Generator[None]:
    """Run the pods on a private bus. Raises CuedError where that is impossible."""
    command = [sys.executable, "-m", load.__name__]
    with (
        private_bus(),
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C does not reach it: it ends with its input
        ) as far,
    ):
        assert far.stdin
        assert far.stdout
        try:
            if not far.stdout.readline():
                raise CuedError("the simulated sensors do not start")
            yield
        finally:
            far.stdin.close()
            try:
                far.wait(END_WITHIN_S)
            except subprocess.TimeoutExpired:
                far.kill()


def worn() -> dict[str, Placement]:
    """Name the four sensors."""
    return {f"pod{n}": place for n, place in enumerate(PLACES, 1)}


async def cost(seconds: float, think: Callable[[Input], object] | None = None) -> Cost:
    """Measure some seconds of listening to the four; ``think`` gets everything they send."""
    places = worn()
    came = dict.fromkeys(places, 0)
    delays: list[float] = []

    def emit(item: Input) -> None:
        if isinstance(item, Notification) and item.char == load.POD_DATA:
            delays.append(load.age_ms(item.t, item.data))
        for one in spread(item):
            if isinstance(one, Packet):
                came[one.sensor] += 1
            if think:
                think(one)

    sensors = {
        name: Sensor(device=load.NAME, placement=place, address=address)
        for (name, place), address in zip(places.items(), load.ADDRESSES, strict=True)
    }
    source = ble.Ble(ble.Config(), Site(sensors=sensors))
    async with meanwhile(source.run(emit, ignore)):
        try:
            await until(lambda: all(came.values()), CONNECT_WITHIN_S)
        except TimeoutError:
            raise CuedError("the simulated sensors were not connected") from None
        await asyncio.sleep(SETTLE_S)
        gc.collect()
        delays.clear()
        came.update(dict.fromkeys(came, 0))
        cpu, wall = time.process_time(), time.monotonic()
        await asyncio.sleep(seconds)
        cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    due, taken = load.NOTIFICATIONS_HZ * len(places) * wall, sum(came.values())
    if taken < (1 - MOST_MISSED) * due:
        raise CuedError(f"only {taken} of {due:.0f} notifications arrived")
    return Cost(cpu / wall, delays)
