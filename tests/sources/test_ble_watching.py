"""Dead links, recognised by their data alone, and messages that come too fast."""

from __future__ import annotations

import asyncio
import time

import numpy as np
import pytest

from cued.model import HeartRate, Packet
from cued.sources._ble_watching import LONGEST_S, Inbox, Watch
from tests.helpers.pods import Pod, numbers, play, running, sensor, site, streaming_pod

pytestmark = pytest.mark.alone


def packet(t: float, tick: float | None = None) -> Packet:
    ticks = None if tick is None else np.array([tick])
    return Packet(t, "s", ticks, np.zeros((1, 3)), None, 100.0)


def watch(placement: str = "foot_left") -> Watch:
    out = Watch(placement)
    out.begin(0.0)
    return out


def test_a_sensor_has_ten_seconds_to_begin_and_three_to_pause():
    one = watch()
    assert one.verdict(9.9) == ""
    assert "nothing" in one.verdict(10.1)
    one.note(packet(10.0))
    assert one.verdict(12.9) == ""
    assert "silent" in one.verdict(13.1)


def test_a_straps_heart_rate_does_not_vouch_for_its_motion():
    chest = watch("chest")
    chest.note(packet(1.0))
    for t in range(1, 6):
        chest.note(HeartRate(float(t), "s", 70.0))
        chest.readable(float(t))
    assert "silent" in chest.verdict(5.0)


def test_a_strap_off_the_skin_and_an_idle_treadmill_are_left_alone():
    strap = watch("heart_rate")
    for t in range(40):
        strap.readable(float(t))  # messages of 0 beats a minute become no input
    assert strap.verdict(40.0) == ""
    assert "silent" in strap.verdict(60.0)


def test_late_data_are_no_sign_of_life():
    one = watch()
    for k in range(100):
        one.note(packet(k / 10, k / 10))
    for k in range(100, 140):
        one.note(packet(k / 10 + 1.5, k / 10))
    assert "late" in one.verdict(14.0)


@pytest.mark.parametrize("ppm", [-200, 200])
def test_a_clock_that_drifts_is_not_mistaken_for_lag(ppm):
    one = watch()
    for k in range(0, 36000, 5):  # an hour
        t = k / 10
        one.note(packet(t, t * (1 + ppm * 1e-6)))
    assert one.verdict(3600.0) == ""


def test_a_device_that_restarts_its_clock_is_not_mistaken_for_lag():
    one = watch()
    for k in range(100):
        one.note(packet(k / 10, 1000 + k / 10))
    one.note(packet(10.1, 0.0))
    assert one.verdict(12.0) == ""


def test_duplicates_are_equal_bytes_at_the_same_moment():
    one = watch()
    assert not one.duplicate(1.0, "a", b"x")
    assert one.duplicate(1.001, "a", b"x")
    assert not one.duplicate(1.002, "a", b"y")
    assert not one.duplicate(2.0, "a", b"y")
    assert not one.duplicate(2.001, "b", b"y")


BUSY_S = 0.02  # for each packet


BURST = 150  # 3 s of work


@pytest.fixture
def clock(monkeypatch):
    """Return the loop's time as a list of one number that a test can move."""
    now = [100.0]

    async def begin():
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now[0])
        return now

    return begin


async def turns(n=50):
    for _ in range(n):
        await asyncio.sleep(0)


def taking(now, took_s, handled):
    """Return a maker of messages whose handling takes a while and is noted with its time."""

    def message(number):
        def handle(t):
            handled.append((number, t))
            now[0] += took_s

        return handle

    return message


async def test_a_burst_is_handled_whole_and_in_order_though_not_in_one_turn(clock):
    now = await clock()
    inbox, handled = Inbox(), list[tuple[int, float]]()
    message = taking(now, 0.06, handled)
    for number in range(12):  # 0.72 s of work, read in one go
        inbox.put(now[0], message(number))
    in_first_turn = len(handled)
    ticks = 0
    while len(handled) < 12:
        ticks += 1
        await turns(1)
    assert [number for number, _ in handled] == list(range(12))
    assert 0.06 * in_first_turn <= LONGEST_S + 0.06
    assert ticks >= 2  # the loop had its turns in between
    assert [t for _, t in handled] == pytest.approx([100.0 + 0.06 * n for n in range(12)])


async def test_what_arrives_while_others_wait_comes_after_them(clock):
    now = await clock()
    inbox, handled = Inbox(), list[tuple[int, float]]()
    message = taking(now, 0.2, handled)
    for number in range(3):
        inbox.put(now[0], message(number))
    assert [number for number, _ in handled] == [0, 1]
    inbox.put(now[0], message(3))
    await turns()
    assert [number for number, _ in handled] == [0, 1, 2, 3]


async def test_a_pause_of_the_process_before_a_burst_loses_nothing(clock):
    now = await clock()
    inbox, handled = Inbox(), list[tuple[int, float]]()
    message = taking(now, 0.0, handled)
    inbox.put(now[0], message(0))
    now[0] += 0.8  # stopped in the middle of the turn
    for number in range(1, 40):
        inbox.put(now[0], message(number))
    await turns()
    assert [number for number, _ in handled] == list(range(40))


async def test_what_has_waited_for_a_second_is_dropped_and_the_newest_is_handled(clock):
    now = await clock()
    inbox, handled = Inbox(), list[tuple[int, float]]()
    message = taking(now, 0.3, handled)
    for number in range(10):
        inbox.put(now[0], message(number))
    await turns()
    inbox.put(now[0], message(10))
    assert [number for number, _ in handled] == [0, 1, 2, 3, 4, 10]  # 4 after 0.9 s


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


async def test_a_duplicated_callback_is_taken_once(bluez):
    async with streaming_pod(bluez, doubled=True) as (device, heard):
        await play([device], 100, 30)
        await heard.until(lambda: len(heard.packets("left")) >= 30)
        await asyncio.sleep(0.05)
        assert len(heard.packets("left")) == 30


async def test_a_silent_link_is_dropped_after_3_s_and_reconnected(bluez):
    async with streaming_pod(bluez) as (device, heard):
        await play([device], 50, 25)
        last = heard.packets("left")[-1].t
        lost = await heard.until(lambda: not heard.links("left")[-1].connected, 6)
        assert 3.0 <= lost - last <= 3.6
        assert "silent" in heard.links("left")[-1].why
        await heard.until(lambda: device.streaming and device.connects == 2, 4)
        await play([device], 50, 5)
        await heard.until(lambda: len(heard.packets("left")) >= 30)


async def test_a_lagging_link_is_dropped_with_a_reason(bluez):
    async with streaming_pod(bluez) as (device, heard):
        await play([device], 50, 25)
        await asyncio.sleep(1.6)  # the link stalls; samples of that time come later
        streaming = asyncio.create_task(play([device], 50, 400))
        await heard.until(lambda: not heard.links("left")[-1].connected, 8)
        streaming.cancel()
        assert "late" in heard.links("left")[-1].why


def test_twenty_unreadable_messages_in_a_row_are_too_many():
    one = watch()
    assert [one.unreadable() for _ in range(19)] == [False] * 19
    one.readable(1.0)
    assert [one.unreadable() for _ in range(20)] == [False] * 19 + [True]


def test_a_silent_treadmill_is_checked_every_15_s_and_never_given_up():
    belt, shoe = watch("treadmill"), watch()
    belt.readable(10.0)
    assert [t for t in range(60) if belt.check_due(float(t))] == [25, 40, 55]
    assert belt.verdict(1e6) == ""
    assert not shoe.check_due(1e6)
