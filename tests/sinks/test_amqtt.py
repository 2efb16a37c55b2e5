"""Rights at the embedded broker: guests read, users write."""

from __future__ import annotations

from pathlib import Path

import aiomqtt
import pytest

from cued.sinks import broker
from cued.sinks.mqtt import Config
from tests.helpers.far_end import Daemon, running, watching
from tests.helpers.world import free_port
from tests.sinks.embedded import embedded


async def test_guests_can_read_and_only_users_write(tmp_path: Path) -> None:
    port = free_port()
    file = tmp_path / "broker.password"
    file.write_text("sesame")
    file.chmod(0o600)
    who = {"port": port, "user": "coach", "password_file": str(file)}
    daemon = Daemon()
    config = Config(host="127.0.0.1", **who)
    order = b'{"command": "pause"}'
    async with embedded(tmp_path, guests_read=True, **who), running(config, tmp_path, daemon):
        async with watching(port) as guest:
            await guest.wait_for("test/state")
            await guest.client.publish("cued/test/command", order, qos=1)
            async with watching(port, username="coach", password="sesame") as user:
                await user.client.publish("cued/test/command", b'{"command": "skip"}', qos=1)
                await user.wait_for("command/result")
        assert [c.name for c in daemon.commands] == ["skip"]
        will = aiomqtt.Will("cued/test/command", order)
        with pytest.raises(aiomqtt.MqttError):
            async with aiomqtt.Client("127.0.0.1", port, will=will, timeout=5):
                pass
        with pytest.raises(aiomqtt.MqttError):
            async with aiomqtt.Client("127.0.0.1", port, username="coach", password="x", timeout=5):
                pass


def test_it_listens_where_it_is_told_also_by_ipv6() -> None:
    from cued.sinks import _amqtt  # only now, as the extra may be missing

    options = broker.Config(address="::1", port=1884, websocket_port=9002)
    made = _amqtt.configured(broker.Orders(options, "")).listeners
    assert [made[name].bind for name in ("default", "websocket")] == ["[::1]:1884", "[::1]:9002"]
