"""A machine that handles messages more slowly than they come."""

from __future__ import annotations

import asyncio
import time

import pytest

from cued.model import Packet
from cued.sources._ble_watching import LONGEST_S, Turn
from tests.helpers.pods import Pod, numbers, running, sensor, site

pytestmark = [pytest.mark.usefixtures("bus"), pytest.mark.alone]

BUSY_S = 0.02  # for each packet
BURST = 150  # 3 s of work


async def test_a_turn_is_too_long_until_the_loop_continues():
    turn = Turn()
    assert not turn.is_too_long(1.0)
    assert not turn.is_too_long(1.0 + LONGEST_S)
    assert turn.is_too_long(1.1 + LONGEST_S)
    await asyncio.sleep(0)
    assert not turn.is_too_long(1.2 + LONGEST_S)


async def test_samples_that_come_too_fast_do_not_stop_the_loop(bluez):
    device = bluez.add(Pod(bluez))
    async with running(site(left=sensor(address=device.address))) as (_, heard):
        await heard.until(lambda: device.streaming)
        heard.listener = lambda item: time.sleep(BUSY_S) if isinstance(item, Packet) else None
        for _ in range(BURST):
            device.send()
        longest = await longest_turn()
        heard.listener = lambda _item: None
        before = len(heard.packets("left"))
        device.send()
        await heard.until(lambda: len(heard.packets("left")) > before)
    handled = numbers(heard.packets("left"))
    assert longest < 2 * LONGEST_S  # all of them at once: 3.5 s
    assert handled[-1] == 2 * BURST + 1  # the newest is used, even if others were dropped
    assert handled == sorted(handled)


async def longest_turn():
    """Return the longest time in which nothing else ran, s."""
    longest = 0.0
    last = end = time.monotonic()
    while last - end < 1.0:
        await asyncio.sleep(0.01)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    return longest
