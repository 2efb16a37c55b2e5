"""What every source has: notifications spread into inputs, requests refused, faults kept."""

from __future__ import annotations

import pytest

from cued.model import Battery, BeltRequest, ConfigError, HeartRate, Notification
from cued.sources.source import Unmade, spread


def test_a_notification_is_spread_into_its_inputs_and_others_stay():
    inputs = (HeartRate(1.0, "strap", 70.0), Battery(1.0, "strap", 80.0))
    assert spread(Notification(1.0, "strap", "c", b"x", inputs)) == inputs
    assert spread(Notification(1.0, "strap", "c", b"x")) == ()
    assert spread(inputs[0]) == inputs[:1]


async def test_a_source_that_could_not_be_made_fails_when_it_runs():
    fault = ConfigError("no such scenario")
    with pytest.raises(ConfigError) as raised:
        await Unmade(fault).run(lambda _item: None, lambda: None)
    assert raised.value is fault


async def test_a_source_without_a_treadmill_refuses_requests():
    answer = await Unmade(ConfigError("")).request(BeltRequest(t=1.0, speed_m_s=0.0))
    assert answer == "no treadmill is connected"
