"""A simulation to look at: free ports whatever else runs, to look at only, one line otherwise."""

from __future__ import annotations

import logging
import socket
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from cued import config
from cued.commands.simulate import shown
from cued.config import Site
from cued.sinks import _hosts, broker, live
from cued.sinks._hosts import qr_code
from tests.helpers.home import HOME

DEMO = HOME / "config" / "demo.toml"


@contextmanager
def taken():
    """Listen on some port, as a program of somebody else."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


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


def test_a_taken_port_is_one_line_with_the_option_to_change():
    with taken() as port:
        message = _hosts.whose_port("[sinks.live]", "127.0.0.1", port, "port")
    assert message == (
        f"[sinks.live] cannot listen on 127.0.0.1, port {port}: another program has it; "
        "set port to a free one"
    )
    assert _hosts.whose_port("[sinks.live]", "127.0.0.1", port, "port") == ""


@pytest.mark.parametrize("key", ["port", "websocket_port"])
async def test_a_broker_whose_port_is_taken_says_so_once(key, caplog):
    pytest.importorskip("amqtt")
    with taken() as port, taken() as free:
        pass
    other = {"port": "websocket_port", "websocket_port": "port"}[key]
    with taken() as port:
        options = broker.Config(**{key: port, other: free})
        with caplog.at_level(logging.WARNING):
            async with broker.Broker(options, Site(), print) as made:
                assert made._process
                await made._process.wait()
                await made._start()
        warned = [r.getMessage() for r in caplog.records if r.name == broker.__name__]
        assert len(warned) == 1, warned
        assert f"port {port}: another program has it; set {key}" in warned[0]


async def test_the_address_is_printed_only_when_it_listens(caplog):
    pytest.importorskip("aiohttp")
    with taken() as port, caplog.at_level(logging.INFO):
        async with live.Live(live.Config(port=port), Site(), print) as page:
            assert "live page is at" not in caplog.text
            assert "set port to a free one" in caplog.text
            assert page.address == f"http://127.0.0.1:{port}/"


async def test_the_network_address_is_shown_as_a_qr_code(monkeypatch, caplog, capsys):
    pytest.importorskip("aiohttp")
    monkeypatch.setattr(live, "own_address", lambda: "192.0.2.7")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with caplog.at_level(logging.INFO):
        async with live.Live(live.Config(host="0.0.0.0", port=0, qr_code=True), Site(), print) as p:
            port = p.address.rsplit(":", 1)[1]
    assert f"http://192.0.2.7:{port}" in caplog.text
    assert capsys.readouterr().err.strip() == qr_code(f"http://192.0.2.7:{port}").strip()


def test_the_qr_code_fits_a_terminal():
    lines = qr_code("http://192.168.178.123:50000/").splitlines()
    assert len(lines) <= 20
    assert all(len(line) < 80 + 40 for line in lines)  # escapes included


def test_our_own_address_is_found_or_none():
    own = _hosts.own_address()
    assert own == "" or socket.inet_aton(own)
