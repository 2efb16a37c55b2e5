"""What is known of a station, as every sink shows it."""

from __future__ import annotations

import pytest

from cued.model import (
    Band,
    Battery,
    BeltRequest,
    Command,
    CommandResult,
    Fall,
    Link,
    Measurement,
    Mounting,
    Notice,
    Tick,
)
from cued.sinks._session_state import POSSIBLE_LASTS_S, SessionState


def measured(value: float | None) -> Measurement:
    return Measurement(t=1.0, name="cadence_spm", value=value, unit="spm", strides=5)


def test_a_value_stays_until_it_ends():
    state = SessionState()
    state.take(measured(112.0))
    assert state.value("cadence_spm") == 112.0
    state.take(measured(None))
    assert state.value("cadence_spm") is None


def test_a_possible_fall_expires_and_a_confirmed_one_does_not():
    state = SessionState()
    state.take(Fall(t=10.0, stage="possible"))
    assert state.alarm == "possible"
    state.watch(Tick(10.0 + POSSIBLE_LASTS_S + 0.1))
    assert state.alarm == ""
    state.take(Fall(t=20.0, stage="confirmed"))
    state.take(Fall(t=21.0, stage="possible"))
    state.watch(Tick(500.0))
    assert state.alarm == "confirmed"
    state.take(Notice(t=501.0, level="info", code="fall_acknowledged", text=""))
    assert state.alarm == ""


def test_a_runner_is_chosen_when_the_command_is_answered():
    state = SessionState("anna")
    state.watch(Command(1.0, "runner", " bea "))
    assert state.shown_runner() == "anna"
    state.take(CommandResult(t=1.1, name="runner", ok=True))
    assert state.shown_runner() == "bea"


@pytest.mark.parametrize(("low", "high", "band"), [(1.4, 1.6, (1.4, 1.6)), (None, None, None)])
def test_the_band_has_both_ends_or_none(low, high, band):
    state = SessionState()
    state.take(Band(t=1.0, low_m=low, high_m=high))
    assert state.band_m == band


def test_sensors_have_a_link_a_battery_and_a_front_once_it_is_known():
    state = SessionState()
    state.take(Link(t=1.0, sensor="back", state="late", age_s=0.6))
    state.watch(Battery(1.0, "back", 80.0))
    state.take(Mounting(t=1.0, sensor="back", state="known", front="bow"))
    assert (state.links, state.batteries, state.fronts) == (
        {"back": "late"}, {"back": 80.0}, {"back": "bow"},
    )  # fmt: skip
    state.take(Mounting(t=2.0, sensor="back", state="doubtful", front="bow"))
    assert state.fronts == {"back": "unknown"}


def test_a_typed_speed_step_is_no_requested_speed():
    state = SessionState()
    state.take(BeltRequest(t=1.0, speed_m_s=0.8))
    state.take(BeltRequest(t=2.0, typed_step_m_s=0.03))
    assert state.asked_m_s == 0.8
