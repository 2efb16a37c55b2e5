"""The sensors in range: where each is worn, what it sends, and which leg stamps."""

from __future__ import annotations

import numpy as np
import pytest

from cued.commands._setup.steps import Conversation
from cued.commands._setup.topics.sensors import bars, stamped
from cued.commands._setup.topics.topic import Nearby
from cued.model import Battery, Belt, Packet, Tick
from tests.commands.setup.talking import POD, Answering, Machine, talked, tried


def test_a_treadmill_that_does_not_identify_itself_is_chosen_by_name():
    strangers = [Nearby("MyRun 2", "C4:F2:17:1A:1D:CC", ()), Nearby("I_TL 7", "C4:1A:1D:DD", ())]
    person = Answering(**{"one of them": "myrun"})
    made = talked({}, person, Machine([POD, *strangers]))
    assert made["sensors"]["treadmill"] == {
        "device": "ftms", "placement": "treadmill", "address": "C4:F2:17:1A:1D:CC",
    }  # fmt: skip
    assert any("iFit" in line for line in person.lines)


BOTH = {
    "sensors": {
        "left": {"device": "pod", "placement": "foot_left"},
        "right": {"device": "pod", "placement": "foot_right"},
    }
}


def packets(sensor, rate_hz=100.0, seconds=10.0, peak=9.8):
    acc = np.tile([0.0, 0.0, peak], (10, 1))
    times = np.arange(1, round(seconds * rate_hz / 10) + 1) * 10 / rate_hz
    return [Packet(t, sensor, None, acc, None, 100.0) for t in times.tolist()]


@pytest.mark.parametrize(
    ("rssi", "shown"), [(None, 0), (-50, 4), (-60, 4), (-61, 3), (-80, 2), (-81, 1)]
)
def test_a_signal_has_one_to_four_bars(rssi, shown):
    assert bars(rssi) == shown


def test_each_sensor_is_told_by_what_it_sent_and_a_low_battery_too():
    heard = [*packets("left"), *packets("right", rate_hz=50.0), Battery(5.0, "left", 9.0)]
    assert tried("sensors", "data", Machine(heard=heard), BOTH) == [
        ("trial.sends", {"sensor": "left", "rate": 100}, True),
        ("trial.gaps", {"sensor": "right", "rate": 50}, False),
        ("trial.battery_low", {"sensor": "left", "percent": 9}, False),
    ]


def test_a_silent_and_a_lost_sensor_are_told_apart():
    heard = [*packets("left", seconds=2.0), Tick(10.0)]
    assert tried("sensors", "data", Machine(heard=heard), BOTH) == [
        ("trial.lost", {"sensor": "left"}, False),
        ("trial.silent", {"sensor": "right"}, False),
    ]


def test_a_treadmill_is_there_when_it_reports():
    raw = {"sensors": {"mill": {"device": "ftms", "placement": "treadmill"}}}
    reports = [Belt(1.0, 0.0, source="mill")]
    there = [("trial.there", {"sensor": "mill"}, True)]
    assert tried("sensors", "data", Machine(heard=reports), raw) == there
    silent = [("trial.silent", {"sensor": "mill"}, False)]
    assert tried("sensors", "data", Machine(heard=[]), raw) == silent


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        (40.0, 26.0, ("trial.stamp", {"sensor": "left"}, True)),
        (26.0, 40.0, ("trial.wrong_place", {"sensor": "right"}, False)),
        (20.0, 24.0, ("trial.no_stamp", {}, False)),
    ],
)
def test_the_leg_that_stamped_hardest_has_to_be_the_left(left, right, found):
    heard = [*packets("left", peak=left), *packets("right", peak=right)]
    assert tried("sensors", "stamp", Machine(heard=heard), BOTH) == [found]
    assert stamped([]) == ""


def test_two_in_one_place_are_numbered_and_options_stay_with_an_address():
    own = {"device": "movesense", "placement": "waist", "address": "C4:F2:17:1A:1D:AA"}
    talk = Conversation({"sensors": {"mine": {**own, "options": {"rate_hz": 52}}}}, "sensors")
    talk.answer({"sensors": [own, {"device": "pod", "placement": "waist"}]})
    assert talk.tables["sensors"] == {
        "waist": {**own, "options": {"rate_hz": 52}},
        "waist_2": {"device": "pod", "placement": "waist"},
    }
    assert talk.tables["sources"] == {"ble": {}}


def test_a_treadmill_that_cannot_work_is_not_listed():
    found = tried("sensors", "listen", Machine([POD, Nearby("I_TL 7", "C4:1A", ())]))
    assert [(blanks["name"], blanks["bars"]) for _, blanks, _ in found] == [("cued pod", 3)]
