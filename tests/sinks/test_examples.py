"""The examples under config/ do what docs/mqtt.md says."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from cued.model import Stride
from cued.sinks._topics import Topics
from tests.helpers.brokers import Start
from tests.helpers.far_end import METRICS, watching
from tests.helpers.home import HOME
from tests.helpers.world import free_port

CONFIG = HOME / "config"
USERS = ("cued", "coach", "home")


def example(folder: Path, port: int, websocket: int) -> list[str]:
    """Return the example with ports and files for a test."""
    passwords = folder / "cued.passwd"
    passwords.touch()
    for user in USERS:
        subprocess.run(["mosquitto_passwd", "-b", str(passwords), user, user], check=True)
    passwords.chmod(0o644)
    acl = folder / "cued.acl"
    acl.write_text((CONFIG / "mosquitto.acl").read_text())
    acl.chmod(0o644)
    text = (CONFIG / "mosquitto.conf").read_text()
    for old, new in {
        "listener 1883": f"listener {port}",
        "listener 9001": f"listener {websocket}",
        "/etc/mosquitto/": f"{folder}/",
        "persistence true": "persistence false",
    }.items():
        assert old in text
        text = text.replace(old, new)
    return text.splitlines()


async def test_dashboards_read_and_commands_need_a_user(mosquitto: Start, tmp_path: Path) -> None:
    port, websocket = free_port(), free_port()
    broker = mosquitto(*example(tmp_path, port, websocket))
    broker.start()
    page = watching(websocket, "cued/#", transport="websockets", websocket_path="/mqtt")
    async with page as far, watching(port, "cued/#", username="cued", password="cued") as daemon:
        await daemon.client.publish("cued/test/state", b'{"phase": "idle"}', 1, retain=True)
        assert await far.wait_for("test/state")
        await far.client.publish("cued/test/command", b'{"command": "stop"}', 1)
        await far.client.publish("cued/test/state", b'"forged"', 1)
        async with aiomqtt.Client("127.0.0.1", port, username="coach", password="coach") as coach:
            await coach.publish("cued/test/state", b'"forged"', 1)
            await coach.publish("cued/test/command", b'{"command": "pause"}', 1)
        await daemon.wait_for("test/command", lambda c: c["command"] == "pause")
        assert daemon.of("test/command") == [{"command": "pause"}]
        assert "forged" not in daemon.of("test/state")
        with pytest.raises(aiomqtt.MqttError):
            async with aiomqtt.Client("127.0.0.1", port, username="coach", password="wrong"):
                pass


def listeners(*ports: int) -> set[str]:
    """Return the addresses, as Linux lists them, that listen on these ports."""
    rows = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    found = (row.split()[1] for row in rows.splitlines() if " 0A " in row)  # 0A is listening
    return {address for address in found if int(address.rsplit(":", 1)[1], 16) in ports}


async def test_the_example_listens_only_on_the_loopback(mosquitto: Start, tmp_path: Path) -> None:
    port, websocket = free_port(), free_port()
    broker = mosquitto(*example(tmp_path, port, websocket))
    broker.start()
    listening = listeners(port, websocket)
    loopback = "0100007F"
    assert {f"{loopback}:{port:04X}", f"{loopback}:{websocket:04X}"} <= listening
    assert all(address.startswith(loopback) for address in listening)


def telegraf() -> dict[str, Any]:
    return tomllib.loads((CONFIG / "grafana" / "telegraf.conf").read_text())


def test_telegraf_reads_topics_that_exist() -> None:
    wanted = {t for i in telegraf()["inputs"]["mqtt_consumer"] for t in i["topics"]}
    assert wanted == {f"cued/+/{kind}" for kind in ("metrics", "cue", "event", "session")}


def test_grafana_draws_what_telegraf_stores_and_the_sink_sends() -> None:
    board = json.loads((CONFIG / "grafana" / "dashboard.json").read_text())
    queries = [t["query"] for panel in board["panels"] for t in panel["targets"]]
    stored = {i["json_v2"][0]["measurement_name"] for i in telegraf()["inputs"]["mqtt_consumer"]}
    assert {m for q in queries for m in re.findall(r'_measurement == "(\w+)"', q)} <= stored
    topics = Topics(METRICS, (), 10)
    topics.take(Stride(t=0, side="left", duration_s=1, length_m=1, speed_m_s=1), 0.0)
    sent = {}
    while message := topics.due(0.0, 0.0):
        if message.topic == "metrics":
            sent = json.loads(message.payload)
    drawn = {f for q in queries for f in re.findall(r'_field == "(\w+)"', q)}
    assert drawn
    assert drawn <= sent.keys()
