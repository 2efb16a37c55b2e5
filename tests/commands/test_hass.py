"""Removal of a station from a broker and from Home Assistant by one command."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cued import __main__ as cued
from tests.helpers.far_end import running, watching
from tests.helpers.world import Mosquitto

TOPIC = "homeassistant/device/cued_test/config"


def test_an_impossible_station_name_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cued.toml"
    file.write_text("[sinks.mqtt]\n")
    assert cued.main(["hass", "--remove", "--station", "gym #", "--config", str(file)]) == 78
    assert "--station" in capsys.readouterr().err


async def test_one_command_removes_everything(
    broker: Mosquitto, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with watching(broker.port) as far:
        async with running(broker.config(), tmp_path):
            await far.wait_for("test/state")
        file = tmp_path / "cued.toml"
        file.write_text(
            f'[station]\nname = "test"\n[sinks.mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\n'
        )
        arguments = ["hass", "--remove", "--config", str(file)]
        assert await asyncio.to_thread(cued.main, arguments) == 0
        assert TOPIC in capsys.readouterr().out
        async with watching(broker.port) as late:
            await late.client.publish("end", b"1")
            await late.wait_for("end")
            assert [topic for topic, _, retain in late.seen if retain] == []


async def test_a_forgotten_runner_is_removed_from_retained_messages(broker, tmp_path, capsys):
    (tmp_path / "sessions").mkdir()
    file = tmp_path / "cued.toml"
    file.write_text(
        f'[station]\nname = "test"\nstate = "{tmp_path}"\n'
        f'[sinks.mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\n'
    )
    arguments = ["sessions", "forget", "anna", "--yes", "--config", str(file)]
    async with watching(broker.port) as owner:
        await owner.client.publish("cued/test/session", b'{"runner":"anna"}', 1, retain=True)
        await owner.client.publish("cued/test/state", b'{"runner":"joanna"}', 1, retain=True)
        assert await asyncio.to_thread(cued.main, arguments) == 0
        assert "--retained clears it" in capsys.readouterr().out
        assert await asyncio.to_thread(cued.main, [*arguments, "--retained"]) == 0
        assert "cleared on the MQTT broker: cued/test/session\n" in capsys.readouterr().out
    async with watching(broker.port) as late:
        await late.client.publish("end", b"1")
        await late.wait_for("end")
        assert [topic for topic, _, retain in late.seen if retain] == ["cued/test/state"]
    broker.kill()
    assert await asyncio.to_thread(cued.main, [*arguments, "--retained"]) == 0
    assert "not cleared" in capsys.readouterr().err
