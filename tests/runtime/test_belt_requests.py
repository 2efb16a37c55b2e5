"""Requests for the belt, on their way to the sources."""

from __future__ import annotations

import asyncio

import pytest

from cued.model import BeltRequest
from cued.runtime.belt_requests import MOST_WAITING, BeltRequests


class Slow:
    """A source that answers a request other than a stop once released."""

    def __init__(self) -> None:
        self.asked = []
        self.go_on = asyncio.Event()

    async def request(self, request):
        self.asked.append(request.speed_m_s)
        if request.speed_m_s != 0:
            await self.go_on.wait()
        return ""


def request(speed):
    return BeltRequest(t=0.0, speed_m_s=speed)


@pytest.fixture
async def slow():
    source = Slow()
    source.requests = BeltRequests([source], pytest.fail, pytest.fail)
    running = asyncio.create_task(source.requests.run())
    yield source
    running.cancel()
    await asyncio.wait([running])


async def settled():
    for _ in range(100):  # turns of the loop, more than any of this takes
        await asyncio.sleep(0)


async def test_a_stop_waits_for_no_request_and_drops_those_before_it(slow):
    for speed in (1.0, 1.5, 0.0):
        slow.requests.add(request(speed))
        await settled()
    assert slow.asked == [1.0, 0.0]
    slow.requests.add(request(0.8))
    slow.go_on.set()
    await settled()
    assert slow.asked == [1.0, 0.0, 0.8]


async def test_the_oldest_of_too_many_requests_is_dropped(slow):
    slow.requests.add(request(1.0))
    await settled()
    for n in range(MOST_WAITING + 1):
        slow.requests.add(request(2.0 + n))
    slow.go_on.set()
    await settled()
    assert slow.asked == [1.0, *(3.0 + n for n in range(MOST_WAITING))]
