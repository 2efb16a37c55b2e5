"""What is wished of the belt, on its way to the sources."""

from __future__ import annotations

import asyncio

import pytest

from cued.model import BeltRequest
from cued.runtime.belt_wishes import MOST_WAITING, BeltWishes


class Slow:
    """A source that answers when it is let go on."""

    def __init__(self) -> None:
        self.asked = []
        self.go_on = asyncio.Event()

    async def request(self, wish):
        self.asked.append(wish.speed_m_s)
        if wish.speed_m_s != 0:
            await self.go_on.wait()
        return ""


def wish(speed):
    return BeltRequest(t=0.0, speed_m_s=speed)


@pytest.fixture
async def slow():
    source = Slow()
    source.wishes = BeltWishes([source], pytest.fail, pytest.fail)
    running = asyncio.create_task(source.wishes.run())
    yield source
    running.cancel()
    await asyncio.wait([running])


async def settled():
    for _ in range(100):  # turns of the loop, more than any of this takes
        await asyncio.sleep(0)


async def test_a_stop_waits_for_no_wish_and_none_of_before_comes_true_after_it(slow):
    for speed in (1.0, 1.5, 0.0):
        slow.wishes.add(wish(speed))
        await settled()
    assert slow.asked == [1.0, 0.0]
    slow.wishes.add(wish(0.8))
    slow.go_on.set()
    await settled()
    assert slow.asked == [1.0, 0.0, 0.8]


async def test_of_too_many_the_oldest_is_no_longer_wished_for(slow):
    slow.wishes.add(wish(1.0))
    await settled()
    for n in range(MOST_WAITING + 1):
        slow.wishes.add(wish(2.0 + n))
    slow.go_on.set()
    await settled()
    assert slow.asked == [1.0, *(3.0 + n for n in range(MOST_WAITING))]
