"""One footfall for each contact, whichever sensors are worn."""

from __future__ import annotations

from cued.gait.fusion.footfalls import Footfalls
from tests.gait.cycles import contact

ALL = {"trunk": "lower_back", "left": "foot_left", "right": "foot_right"}


def test_feet_take_precedence_and_each_contact_is_reported_once():
    choice = Footfalls(ALL)
    for sensor in ALL:
        choice.heard(sensor, 10.0)
    assert choice.feed(contact(9.50, "trunk", "left")) is None
    assert choice.feed(contact(9.48, "left", "left")).sensor == "left"
    assert choice.feed(contact(9.50, "left", "left")) is None


def test_the_trunk_takes_over_when_a_foot_goes_quiet():
    choice = Footfalls(ALL)
    choice.heard("left", 5.0)
    choice.heard("right", 10.0)
    choice.heard("trunk", 10.0)
    assert choice.feed(contact(9.5, "trunk", "left")).sensor == "trunk"
    assert choice.feed(contact(9.9, "trunk", "right")) is None


def test_the_trunk_takes_over_from_a_foot_that_finds_nothing():
    choice = Footfalls({"trunk": "waist", "left": "foot_left"})
    reported = []
    for k in range(8):
        t = 1.0 + 1.1 * k
        choice.heard("left", t)
        choice.heard("trunk", t)
        reported.append(choice.feed(contact(t, "trunk", "left")))
    assert reported[:3] == [None, None, None]
    assert all(reported[3:])


def test_one_foot_and_a_trunk_give_both_feet():
    choice = Footfalls({"trunk": "waist", "left": "foot_left"})
    choice.heard("left", 100.0)
    choice.heard("trunk", 100.0)
    sensors = [
        reported.sensor
        for k in range(4)
        for reported in (
            choice.feed(contact(99 + k * 1.0, "left", "left")),
            choice.feed(contact(99.01 + k * 1.0, "trunk", "unknown")),
            choice.feed(contact(99.5 + k * 1.0, "trunk", "unknown")),
        )
        if reported
    ]
    assert sensors == ["left", "trunk"] * 4


def test_a_trunk_without_sides_gives_every_contact():
    choice = Footfalls({"trunk": "waist"})
    reported = [choice.feed(contact(1 + 0.3 * k, "trunk", "unknown")) for k in range(10)]
    assert all(reported)


def test_a_contact_only_the_unwatched_foot_can_have_made_comes_from_the_trunk():
    choice = Footfalls({"trunk": "waist", "left": "foot_left"})
    for sensor in ("left", "trunk"):
        choice.heard(sensor, 10.0)
    choice.feed(contact(9.0, "left", "left"))
    assert choice.feed(contact(9.15, "trunk", "unknown")) is None
    assert choice.feed(contact(9.25, "trunk", "unknown")).side == "unknown"


def test_a_trunk_without_sides_gives_no_contact_where_both_feet_are_watched():
    choice = Footfalls(ALL)
    for sensor in ALL:
        choice.heard(sensor, 10.0)
    choice.feed(contact(9.0, "left", "left"))
    assert choice.feed(contact(9.5, "trunk", "unknown")) is None


def test_a_foot_that_finds_contacts_again_takes_precedence_again():
    choice = Footfalls({"trunk": "waist", "left": "foot_left"})
    for k in range(4):
        for sensor in ("left", "trunk"):
            choice.heard(sensor, 1.0 + 1.1 * k)
        reported = choice.feed(contact(1.0 + 1.1 * k, "trunk", "left"))
    assert reported.sensor == "trunk"
    assert choice.owns("left", "trunk")
    assert choice.feed(contact(5.4, "left", "left")).sensor == "left"
    assert choice.owns("left", "left")
    assert not choice.owns("left", "trunk")
    choice.heard("left", 6.5)
    assert choice.feed(contact(6.5, "trunk", "left")) is None


def test_two_feet_do_not_land_within_a_tenth_of_a_second_except_after_a_gap():
    choice = Footfalls({"left": "foot_left", "right": "foot_right"})
    choice.heard("left", 10.0)
    choice.heard("right", 10.0)
    assert choice.feed(contact(9.0, "left", "left"))
    assert choice.feed(contact(9.1, "right", "right")) is None
    assert choice.feed(contact(9.13, "right", "right"))
    choice.reset()
    assert choice.feed(contact(9.2, "left", "left"))
