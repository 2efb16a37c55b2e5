"""Access to the broker, accepted commands, and secrets that leave no trace."""

from __future__ import annotations

import asyncio
import gc
import logging
import subprocess
import tracemalloc
import warnings
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from cued import __main__
from cued.model import ConfigError, OutOfReach, Stumble
from cued.reading import convert
from cued.sinks import mqtt
from cued.sinks._requests import Gate, RequestRefused
from cued.sinks.mqtt import V5, V311, Config, Mqtt
from tests.helpers.brokers import Start
from tests.helpers.far_end import Daemon, running, site, watching
from tests.helpers.world import Mosquitto, free_port

SECRET = "correct horse"
TLS = (
    "listener PORT 127.0.0.1",
    "allow_anonymous true",
    "cafile DIR/ca.crt",
    "certfile DIR/server.crt",
    "keyfile DIR/server.key",
)


def secret_file(folder: Path, text: str = SECRET, mode: int = 0o600) -> str:
    path = folder / "password"
    path.write_text(text + "\n")
    path.chmod(mode)
    return str(path)


def passwords(folder: Path) -> str:
    """Write a password file for mosquitto with the user ``cued``."""
    path = folder / "mosquitto.passwd"
    subprocess.run(
        ["mosquitto_passwd", "-b", "-c", str(path), "cued", SECRET], check=True, capture_output=True
    )
    path.chmod(0o644)  # mosquitto drops its rights before it reads
    return str(path)


def tls(certificates: Path, *more: str) -> list[str]:
    return [line.replace("DIR", str(certificates)) for line in (*TLS, *more)]


async def failure(config: Config, folder: Path, caplog: pytest.LogCaptureFixture) -> str:
    """Run until the first attempt has failed; return the log."""
    failed = asyncio.Event()

    async def sleep(_wait_s: float) -> None:
        failed.set()
        await asyncio.Event().wait()

    caplog.set_level(logging.DEBUG)
    async with running(config, folder, sleep=sleep):
        async with asyncio.timeout(10):
            await failed.wait()
    with warnings.catch_warnings():
        # paho leaves a socket whose handshake failed to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    return caplog.text


async def test_tls_with_client_certificate_and_password(
    mosquitto: Start, certificates: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    lines = tls(certificates, "require_certificate true")
    lines[1:2] = ["allow_anonymous false", f"password_file {passwords(tmp_path)}"]
    broker = mosquitto(*lines)
    broker.start()
    config = Config(
        host="localhost",
        port=broker.port,
        tls=True,
        ca=str(certificates / "ca.crt"),
        certificate=str(certificates / "client.crt"),
        key=str(certificates / "client.key"),
        user="cued",
        password_file=secret_file(tmp_path),
    )
    daemon = Daemon()
    async with running(config, tmp_path, daemon) as sink:
        sink.take(Stumble(t=1.0, score=1.0))
        files = aiomqtt.TLSParameters(config.ca, config.certificate, config.key)
        far_end = aiomqtt.Client(
            "localhost", broker.port, username="cued", password=SECRET, tls_params=files
        )
        async with far_end as far, asyncio.timeout(10):
            await far.subscribe("cued/test/availability")
            assert (await anext(aiter(far.messages))).payload == b"online"
    assert SECRET not in caplog.text


async def test_over_websocket(mosquitto: Start, tmp_path: Path) -> None:
    plain = free_port()  # mosquitto 2.0 does not start with a WebSocket alone (mosquitto#2284)
    broker = mosquitto(
        f"listener {plain} 127.0.0.1",
        "listener PORT 127.0.0.1",
        "socket_domain ipv4",
        "protocol websockets",
        "allow_anonymous true",
    )
    broker.start()
    async with watching(plain) as far, running(broker.config(transport="websockets"), tmp_path):
        assert await far.wait_for("test/availability") == "online"


async def test_a_certificate_of_a_stranger_is_refused(
    mosquitto: Start, certificates: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broker = mosquitto(*tls(certificates))
    broker.start()
    ca = str(certificates / "stranger.crt")
    config = Config(host="localhost", port=broker.port, tls=True, ca=ca)
    assert "certificate verify failed" in await failure(config, tmp_path, caplog)


async def test_a_certificate_for_another_name_is_refused(
    mosquitto: Start, certificates: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ca = str(certificates / "ca.crt")
    broker = mosquitto(*[line.replace("127.0.0.1", "127.0.0.2") for line in tls(certificates)])
    broker.start()
    config = Config(host="127.0.0.2", port=broker.port, tls=True, ca=ca)
    assert "IP address mismatch" in await failure(config, tmp_path, caplog)


async def test_a_wrong_password_is_reported_without_the_password(
    mosquitto: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broker = mosquitto("listener PORT 127.0.0.1", f"password_file {passwords(tmp_path)}")
    broker.start()
    file = secret_file(tmp_path, "wrong horse")
    said = await failure(broker.config(user="cued", password_file=file), tmp_path, caplog)
    assert "authori" in said.lower()
    assert "horse" not in said


def made(config: Config, folder: Path) -> Mqtt:
    return Mqtt(config, site(folder), Daemon().ask)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_password_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    config = Config(user="cued", password_file=secret_file(tmp_path, mode=mode))
    with pytest.raises(ConfigError, match="chmod 600") as refused:
        made(config, tmp_path)
    assert SECRET not in str(refused.value)


def test_a_missing_password_file_is_refused_when_the_sink_is_made(tmp_path: Path) -> None:
    config = Config(user="cued", password_file=str(tmp_path / "absent"))
    with pytest.raises(ConfigError, match="No such file"):
        made(config, tmp_path)


def test_an_invalid_ca_is_refused_when_the_sink_is_made(tmp_path: Path) -> None:
    config = Config(tls=True, ca=secret_file(tmp_path, "no certificate"))
    with pytest.raises(ConfigError, match=r"^\[sinks\.mqtt\] ca: "):
        made(config, tmp_path)
    with pytest.raises(ConfigError, match=r"ca: /nowhere\.pem: No such file or directory"):
        made(Config(tls=True, ca="/nowhere.pem"), tmp_path)


async def test_the_systemd_credential_takes_precedence(
    mosquitto: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = mosquitto("listener PORT 127.0.0.1", f"password_file {passwords(tmp_path)}")
    broker.start()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "mqtt").write_text(SECRET)
    far_end = watching(broker.port, username="cued", password=SECRET)
    async with far_end as far, running(broker.config(user="cued", credential="mqtt"), tmp_path):
        assert await far.wait_for("test/availability") == "online"


@pytest.mark.parametrize("folder", [None, "/nonexistent"])
def test_a_credential_that_was_not_passed_on_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str | None
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    if folder:
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", folder)
    with pytest.raises(ConfigError, match="LoadCredential=mqtt") as refused:
        made(Config(user="cued", credential="mqtt"), tmp_path)
    assert isinstance(refused.value, OutOfReach) == (folder is None)


def test_a_manual_check_names_secrets_only_the_service_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    path = tmp_path / "cued.toml"
    belt = "[sources.belt_by_hand]\nspeed_m_s = 1.0\n"
    path.write_text(belt + '[sinks.mqtt]\nuser = "cued"\ncredential = "mqtt"\n')
    assert __main__.main(["check", "--config", str(path)]) == 0
    assert "not checked: [sinks.mqtt] credential" in capsys.readouterr().out
    path.write_text(belt + '[sinks.mqtt]\nuser = "cued"\npassword_file = "/nonexistent"\n')
    assert __main__.main(["check", "--config", str(path)]) == 78


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"commands": ["pauze"]}, "did you mean pause"),
        ({"certificate": "a", "tls": True}, "certificate and key belong together"),
        ({"ca": "a"}, "without tls"),
        ({"password_file": "a"}, "without user"),
        ({"password": "hunter2"}, "password"),
    ],
)
def test_a_mistake_in_the_configuration_is_one_line(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        convert(options, Config, "[sinks.mqtt]")


# --- commands ------------------------------------------------------------------------------------

RUBBISH = [
    b"",
    b"pause",
    b"{",
    b"[]",
    b"null",
    b'"pause"',
    b"\xff\xfe\x00",
    b"[" * 900,
    b'{"command": ' + b"[" * 800,
    b'{"command": 7}',
    b'{"command": null}',
    b'{"command": "pause", "value": {"a": 1}}',
    b'{"command": "pause", "value": true}',
    b'{"command": "pause", "value": [1]}',
    b'{"command": "pause", "more": 1}',
    b'{"command": "explode"}',
    b'{"command": "set_speed", "value": 7}',  # existing, but not allowed here
    b'{"command": "set_incline", "value": 1e999}',
    b'{"command": "mark", "value": NaN}',
    b'{"command": "mark", "value": "' + b"x" * 81 + b'"}',
    b'{"command": "mark", "value": "\\u0007\\u001b[2J"}',
    b'{"command": "mark", "id": "' + b"x" * 65 + b'"}',
    b'{"command": "mark", "value": "' + b"x" * 5000 + b'"}',
    b'{"command": "pause"}' * 2,
]


@pytest.mark.parametrize("payload", RUBBISH, ids=range(len(RUBBISH)))
def test_rubbish_is_refused_with_a_reason(payload: bytes) -> None:
    gate = Gate(Config().commands)
    with pytest.raises(RequestRefused) as refused:
        gate.check(payload, 0.0)
    assert str(refused.value)
    assert len(str(refused.value)) < 400


async def test_a_flood_of_hostile_messages_changes_nothing(
    broker: Mosquitto, tmp_path: Path
) -> None:
    daemon = Daemon()
    now = 0.0
    async with (
        watching(broker.port, "cued/#") as far,
        running(broker.config(), tmp_path, daemon, clock=lambda: now),
    ):
        await far.wait_for("test/state")
        for n in range(5000):
            await far.client.publish("cued/test/command", RUBBISH[n % len(RUBBISH)])
        await far.client.publish("end", b"1")
        # The flood is over once a fresh command is heard again.
        answered: list[Any] = []
        async with asyncio.timeout(10):
            while not answered:
                now += 1.0
                await far.client.publish("cued/test/command", b'{"command": "skip"}')
                await asyncio.sleep(0.01)
                answered = [a for a in far.of("command/result") if a["ok"]]
        assert {c.name for c in daemon.commands} == {"skip"}
        refusals = [a for a in far.of("command/result") if not a["ok"]]
        assert 1 <= len(refusals) <= 25  # a flood does not get a flood of answers


async def test_a_retained_command_is_ignored(broker: Mosquitto, tmp_path: Path) -> None:
    daemon = Daemon()
    config = broker.config()
    async with watching(broker.port) as far:
        await far.client.publish("cued/test/command", b'{"command": "stop"}', retain=True)
        await far.client.publish("homeassistant/device/cued_test/config", b"[{", retain=True)
        async with running(config, tmp_path, daemon):
            await far.wait_for("test/state")
            await far.client.publish("cued/test/command", b'{"command": "pause"}')
            await far.wait_for("command/result")
    assert [c.name for c in daemon.commands] == ["pause"]


async def test_a_command_retained_while_the_station_runs_is_ignored_too(
    broker: Mosquitto, tmp_path: Path
) -> None:
    daemon = Daemon()
    async with watching(broker.port) as far, running(broker.config(), tmp_path, daemon):
        await far.wait_for("test/state")
        await far.client.publish("cued/test/command", b'{"command": "stop"}', retain=True)
        await far.client.publish("cued/test/command", b'{"command": "pause"}')
        await far.wait_for("command/result")
    assert [c.name for c in daemon.commands] == ["pause"]


@pytest.mark.parametrize("version", [V5, V311])
async def test_a_large_message_is_not_read(
    broker: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: Any
) -> None:
    monkeypatch.setattr(mqtt, "V5", version)
    daemon = Daemon()
    tracemalloc.start()
    async with (
        watching(broker.port, "cued/#") as far,
        running(broker.config(), tmp_path, daemon) as sink,
    ):
        await far.wait_for("test/state")
        async with aiomqtt.Client("127.0.0.1", broker.port) as stranger:
            await stranger.publish("homeassistant/status", bytes(30_000_000), qos=1)
        tracemalloc.reset_peak()
        while not far.of("command/result"):  # a command on the way to a lost link is lost with it
            await far.client.publish("cued/test/command", b'{"command": "pause"}', qos=1)
            await asyncio.sleep(0.5)
        assert sink.connected
        peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert {c.name for c in daemon.commands} == {"pause"}
    assert peak < 20_000_000


def test_five_commands_a_second_are_accepted() -> None:
    gate = Gate(Config().commands)
    heard = 0
    for n in range(1000):  # ten seconds of a hundred a second
        try:
            gate.check(b'{"command": "pause"}', n / 100)
            heard += 1
        except RequestRefused:
            pass
    assert heard == pytest.approx(60, abs=1)  # ten at once, and five a second from then on


def test_a_belt_moves_only_where_allowed() -> None:
    order = b'{"command": "set_speed", "value": 0.8}'
    with pytest.raises(RequestRefused, match="not allowed"):
        Gate(Config().commands).check(order, 0.0)
    assert Gate(Config(commands=("set_speed",)).commands).check(order, 0.0).value == 0.8
