"""Links to a broker: TLS, passwords that leave no trace, and a broker that says nothing."""

from __future__ import annotations

import asyncio
import gc
import logging
import subprocess
import warnings
from pathlib import Path

import aiomqtt
import pytest

from cued.model import ConfigError, Stumble
from cued.sinks import _mqtt_client as client
from cued.sinks.mqtt import Config, Mqtt
from tests.helpers.brokers import Start
from tests.helpers.far_end import Daemon, running, site, watching
from tests.helpers.world import free_port

SECRET = "correct horse"
TLS = (
    "listener PORT 127.0.0.1",
    "allow_anonymous true",
    "cafile DIR/ca.crt",
    "certfile DIR/server.crt",
    "keyfile DIR/server.key",
)


def secret_file(folder: Path, text: str = SECRET) -> str:
    path = folder / "password"
    path.write_text(text + "\n")
    path.chmod(0o600)
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


@pytest.mark.alone
async def test_a_broker_that_never_answers_leaves_no_open_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ANSWER_S", 0.1)
    ended: list[asyncio.Task[bytes]] = []

    async def stare(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ended.append(asyncio.create_task(reader.read()))
        await ended[-1]
        writer.close()

    enough = asyncio.Event()

    async def sleep(_wait_s: float) -> None:
        if len(ended) >= 3:
            enough.set()
            await asyncio.Event().wait()

    server = await asyncio.start_server(stare, "127.0.0.1", 0)
    async with server:
        config = Config(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
        async with running(config, tmp_path, sleep=sleep):
            async with asyncio.timeout(20):
                await enough.wait()
            async with asyncio.timeout(5):
                await asyncio.gather(*ended)  # each connection was closed


@pytest.mark.alone
async def test_a_message_that_cannot_be_read_ends_the_link() -> None:
    """Otherwise its socket stays readable, and the loop spins on it for ever."""

    async def garble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x20\x03\x00\x00\x00")  # CONNACK, accepted
        await reader.readuntil(b"hello")
        writer.write(b"\x30\x06\x00\x03a/+\x00")  # PUBLISH on a topic with a wildcard
        writer.close()

    server = await asyncio.start_server(garble, "127.0.0.1", 0)
    async with server:
        config = Config(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
        made = client.make_client(config, "one", client.proof(config), version=client.V5)
        async with made, asyncio.timeout(5):
            await made.publish("far", b"hello", 0)
            with pytest.raises(client.MqttError) as ended:
                await anext(made.messages)
    assert "Protocol error" in client.reason(ended.value)
