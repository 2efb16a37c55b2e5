"""A typed belt speed: corrected in steps of the console, and never a wish to a treadmill."""

from __future__ import annotations

import asyncio

import pytest

from cued.coach.commands import TYPED_STEP
from cued.config import Site
from cued.model import Belt, BeltRequest
from cued.sources import belt_by_hand


async def typed(speed_m_s: float, *steps_m_s: float) -> Belt:
    """The belt after these corrections."""
    source = belt_by_hand.BeltByHand(belt_by_hand.Config(speed_m_s=speed_m_s), Site())
    heard: list[Belt] = []
    task = asyncio.create_task(source.run(heard.append, lambda: None))  # type: ignore[arg-type]
    for step in steps_m_s:
        assert await source.request(BeltRequest(t=0.0, typed_step_m_s=step)) == ""
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return heard[-1]


@pytest.mark.parametrize("unit", TYPED_STEP)
async def test_a_key_changes_the_typed_speed_by_a_tenth_on_the_grid_of_the_console(unit):
    step = TYPED_STEP[unit]
    for typed_first, tenths in ((40.0, 40), (40.3, 40)):
        found = await typed(typed_first * step, step, step, -step)
        assert found.speed_m_s == pytest.approx((tenths + 1) * step)


async def test_no_key_types_a_speed_below_zero_or_beyond_any_runner():
    step = TYPED_STEP["km/h"]
    assert (await typed(step, -step, -step, -step)).speed_m_s == 0.0
    assert (await typed(6.99, step, step)).speed_m_s == 7.0
