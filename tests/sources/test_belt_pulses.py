"""Edges of a pin become the belt's speed, on gpiozero's mock pins and on times of one's own."""

from __future__ import annotations

import asyncio
from statistics import median

import pytest

from cued.config import Site
from cued.model import Belt, LinkLost
from cued.sources.belt_pulses import BeltPulses, Config, KernelTime

SITE = Site(hardware=False)


def sensor(**options) -> tuple[BeltPulses, list[Belt]]:
    source = BeltPulses(Config(**{"length_m": 3.0, "marks": 8, **options}), SITE)
    heard: list[Belt] = []
    source._emit = heard.append  # type: ignore[assignment]
    return source, heard


def test_evenly_spaced_marks_give_a_speed_with_its_source():
    source, heard = sensor()
    for i in range(40):
        source.pulse(1000.0 + i * 0.3, 50.0 + i * 0.3 + 0.002)
    assert heard[-1].speed_m_s == pytest.approx(3.0 / 8 / 0.3, rel=0.002)
    assert heard[-1].source == "belt_pulses"


def test_a_busy_machine_does_not_change_the_times_between_marks():
    source, heard = sensor()
    for i in range(60):
        late = 0.02 if i % 7 == 3 else 0.001
        source.pulse(1000.0 + i * 0.3, 50.0 + i * 0.3 + late)
    assert heard[-1].speed_m_s == pytest.approx(1.25, rel=0.002)


def test_standing_is_reported_once():
    source, heard = sensor()
    for i in range(20):
        source.pulse(i * 0.3, i * 0.3)
    for tenths in range(60, 120):
        source.look(tenths / 10)
    stands = [b for b in heard if b.speed_m_s == 0.0]
    assert len(stands) == 1
    assert stands[0].t == pytest.approx(19 * 0.3 + 1.5, abs=0.15)


def test_a_change_of_the_kernel_clock_is_followed():
    time = KernelTime()
    assert time.on_loop(100.0, 5.0) == 5.0
    assert time.on_loop(101.0, 6.5) == 6.0  # handled late
    assert time.on_loop(5000.0, 8.0) == 8.0


@pytest.mark.alone
async def test_edges_of_a_pin_are_received():
    source = BeltPulses(Config(length_m=0.16, marks=1), SITE)
    heard: list[Belt] = []
    task = asyncio.create_task(source.run(heard.append, lambda: None))  # type: ignore[arg-type]
    await asyncio.sleep(0.02)
    pin = source.opened.pin
    for _ in range(8):
        pin.drive_low()
        await asyncio.sleep(0.02)
        pin.drive_high()
        await asyncio.sleep(0.03)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    # 3.2 m/s; a busy machine delays single edges.
    assert 1.0 < median(belt.speed_m_s for belt in heard) < 4.0


async def test_without_pins_the_link_is_lost():
    source = BeltPulses(Config(length_m=3.0), Site(hardware=True, chip=4095))
    with pytest.raises(LinkLost, match="no belt sensor"):
        await source.run(lambda _: None, lambda: None)
