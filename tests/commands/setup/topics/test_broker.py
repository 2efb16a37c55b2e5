"""The broker and the live page: where they are, and a password that is not written."""

from __future__ import annotations

from cued.commands._setup.answers import CREDENTIAL
from tests.commands.setup.talking import Answering, Machine, flags, talked


def test_host_port_and_user_are_written_and_the_password_is_only_named():
    person = Answering(**{"mqtt broker": "mq:1884", "mqtt user": "me"})
    made = talked({}, person, Machine())
    assert made["sinks"]["mqtt"] == {
        "host": "mq", "port": 1884, "user": "me", "credential": CREDENTIAL,
    }  # fmt: skip
    again = Answering()
    assert talked(made, again, Machine())["sinks"]["mqtt"]["port"] == 1884  # it was offered
    gone = talked(made, Answering(**{"mqtt broker": "-"}), Machine())
    assert "mqtt" not in gone.get("sinks", {})


def test_a_port_that_is_left_out_leaves_the_configured_one():
    raw = {"sinks": {"mqtt": {"host": "old", "port": 1884}}}
    made = talked(raw, Answering(), Machine(), "--mqtt", "new")
    assert made["sinks"]["mqtt"]["host"] == "new"
    assert flags("--mqtt", "").mqtt == ""


def test_the_live_page_is_shown_to_the_network_unless_a_host_is_configured():
    yes = Answering(**{"live page": "y"})
    assert talked({}, yes, Machine())["sinks"]["live"] == {"host": "0.0.0.0"}
    raw = {"sinks": {"live": {"host": "127.0.0.1"}}}
    assert talked(raw, Answering(), Machine())["sinks"]["live"] == {"host": "127.0.0.1"}
