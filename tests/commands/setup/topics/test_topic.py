"""What all topics of set-up share: questions until an answer fits, keys and switches."""

from __future__ import annotations

import pytest

from cued.commands._setup.answers import Answers
from cued.commands._setup.topics.topic import Topic, number, switch, unit_of
from cued.model import ConfigError
from tests.commands.setup.talking import Answering, Machine, talked


def test_an_invalid_answer_is_asked_again():
    person = Answering(
        treadmill=["My Mill", "mill"], broker=["mq:http", "mq"], belt=["n", "n", "fast", "99", "9"]
    )
    made = talked({}, person, Machine())
    assert made["station"]["name"] == "mill"
    assert made["sinks"]["mqtt"]["host"] == "mq"
    assert made["sources"]["belt_by_hand"]["speed_m_s"] == 2.5
    assert [t for t in person.lines if "a-z" in t]


def test_numbers_may_have_a_point_or_a_comma():
    assert (number("4,5"), number("4.5"), number("-1")) == (4.5, 4.5, -1.0)
    with pytest.raises(ConfigError, match="fast is not a number"):
        number("fast")


def test_a_part_is_added_removed_or_left_and_its_options_stay():
    out = {"sinks": {"light": {"pin": 5}}}
    switch(out, "sinks", "light", on=True)
    switch(out, "sinks", "live", on=None)
    assert out == {"sinks": {"light": {"pin": 5}}}
    switch(out, "sinks", "light", on=False)
    switch(out, "sources", "buttons", on=False)
    switch(out, "sources", "ble", on=True)
    assert out == {"sinks": {}, "sources": {"ble": {}}}


def test_simple_fields_are_read_and_written_where_the_topic_says():
    topic = Topic(
        keys={"station": ("station", "name", "treadmill")},
        switches={"light": ("sinks", "light")},
        fields=("volume",),
        shown=lambda _: {"volume": 0.8},
    )
    assert topic.asked() == ("station", "light", "volume")
    assert topic.configured({}) == {"station": "treadmill", "light": False, "volume": 0.8}
    out = {}
    topic.write(out, Answers(station="hall", light=True, volume=0.1))
    assert out == {"station": {"name": "hall"}, "sinks": {"light": {}}}
    assert topic.configured(out) == {"station": "hall", "light": True, "volume": 0.8}
    topic.write(out, Answers())  # nothing was asked
    assert topic.configured(out)["station"] == "hall"


def test_the_unit_of_speeds_is_kilometres_unless_configured():
    assert unit_of({}) == "km/h"
    assert unit_of({"coach": {"speed_unit": "mph"}}) == "mph"
