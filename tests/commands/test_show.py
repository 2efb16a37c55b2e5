"""A simulation to look at: free ports whatever else runs, to look at only, one line otherwise."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from cued import config
from cued.commands.simulate import shown
from tests.helpers.home import HOME
from tests.helpers.world import taken

DEMO = HOME / "config" / "demo.toml"


def test_page_and_broker_avoid_taken_ports():
    with ExitStack() as stack:
        ports = [stack.enter_context(taken()) for _ in range(3)]
        keys = ("sinks.broker.port", "sinks.broker.websocket_port", "sinks.live.port")
        settings = {k: str(p) for k, p in zip(keys, ports, strict=True)}
        with shown(config.load(DEMO, settings)) as moved:
            sinks = moved.parts["sinks"]
            chosen = {sinks["broker"].port, sinks["broker"].websocket_port, sinks["live"].port}
            assert not chosen & set(ports)
            assert len(chosen) == 3
            assert sinks["mqtt"].port == sinks["broker"].port
            assert sinks["live"].broker_port == sinks["broker"].websocket_port


def test_watching_needs_no_password_and_allows_no_command():
    with shown(config.load(DEMO)) as moved:
        sinks = moved.parts["sinks"]
        assert sinks["broker"].guests_read
        assert sinks["broker"].user == sinks["mqtt"].user != ""
        file = Path(sinks["broker"].password_file)
        assert file.stat().st_mode & 0o077 == 0
        assert len(file.read_text()) >= 8
    assert not file.exists()


def test_a_configuration_without_page_and_broker_is_unchanged():
    plain = config.convert({})
    with shown(plain) as moved:
        assert moved == plain
