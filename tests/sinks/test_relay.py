"""The relay: one short pulse per confirmed fall, and off whatever happens."""

from __future__ import annotations

import pytest

from cued.config import Site
from cued.model import Fall, Phase
from cued.sinks.relay import Config, Relay
from tests.helpers.until import until


def made(tmp_path):
    site = Site(runtime=str(tmp_path), hardware=False)
    return Relay(Config(), site, lambda _command: None)


def fall(stage):
    return Fall(t=1.0, stage=stage)


async def test_a_possible_fall_leaves_the_safety_key_closed(tmp_path):
    async with made(tmp_path) as relay:
        relay.take(fall("possible"))
        assert not relay.energised


async def test_a_confirmed_fall_opens_it_once_until_the_fall_is_over(tmp_path):
    async with made(tmp_path) as relay:
        relay.take(fall("confirmed"))
        assert relay.energised
        await until(lambda: not relay.energised)
        relay.take(fall("confirmed"))
        assert not relay.energised
        relay.take(Phase(t=2.0, name="carry", from_="fallen", why="acknowledge"))
        relay.take(fall("confirmed"))
        assert relay.energised
        await until(lambda: not relay.energised)


async def test_ending_in_the_middle_of_a_pulse_switches_it_off(tmp_path):
    relay = made(tmp_path)
    with pytest.raises(ZeroDivisionError):
        await stumble_over(relay)
    assert not relay.energised


async def stumble_over(relay):
    async with relay:
        relay.take(fall("confirmed"))
        raise ZeroDivisionError
