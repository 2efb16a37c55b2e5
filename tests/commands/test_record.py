"""cued record --raw against a stand-in for bluetoothd."""

from __future__ import annotations

import asyncio
import json

import pytest

from cued.commands import replay
from cued.devices import pod
from cued.devices._gatt import sig
from cued.model import Packet
from cued.recording.sessions.session import RecordedSession
from cued.sources import _ble_raw
from cued.standin.peripheral import Char, Peripheral
from tests.helpers.pods import Pod, cued, frame, numbers, play

pytestmark = pytest.mark.usefixtures("bus")


async def test_a_recording_of_configured_sensors_is_decoded_again(bluez, tmp_path):
    device = bluez.add(Pod(bluez))
    config = tmp_path / "cued.toml"
    config.write_text(
        f'[sources.ble]\n[sensors.left]\ndevice = "pod"\nplacement = "foot_left"\n'
        f'address = "{device.address}"\n'
    )
    log = tmp_path / "left.mcap"
    streaming = asyncio.create_task(play([device], 50, 500))
    args = ("--raw", str(log), "--config", str(config), "--seconds", "1.5")
    assert await cued("record", *args) == 0
    streaming.cancel()
    session = RecordedSession(log)
    (part,) = session.parts
    assert device.address not in repr((part.opening, *session.recorded(part)))
    packets = [i for i in session.inputs(part) if isinstance(i, Packet)]
    assert len(packets) > 20
    assert all(b - a == 1 for a, b in zip(numbers(packets), numbers(packets)[1:], strict=False))


async def test_an_unknown_device_is_recorded_with_its_services(bluez, tmp_path, capsys):
    stream = Char(["notify"])
    stranger = bluez.add(
        Peripheral(
            "C0:DE:00:00:00:99",
            "Stranger",
            {
                sig(0x180A): {
                    sig(0x2A24): Char(["read"], read=lambda: b"Model 7"),
                    sig(0x2A25): Char(["read"], read=lambda: b"SERIAL"),
                },
                "12345678-0000-0000-0000-000000000000": {
                    "12345678-0000-0000-0000-000000000001": stream
                },
            },
        )
    )
    log = tmp_path / "stranger.mcap"

    async def talk():
        for i in range(200):
            uuid = "12345678-0000-0000-0000-000000000001"
            bluez.notify(stranger, uuid, bytes([i % 256]))
            await asyncio.sleep(0.02)

    talking = asyncio.create_task(talk())
    args = ("--raw", str(log), "--address", stranger.address.lower(), "--seconds", "1")
    assert await cued("record", *args) == 0
    talking.cancel()
    session = RecordedSession(log)
    link, *arrivals = session.recorded(session.parts[0])
    about = json.loads(link.why)
    assert (about["name"], about["model"]) == ("Stranger", "Model 7")
    assert "SERIAL" not in link.why
    assert about["services"]["12345678-0000-0000-0000-000000000000"]
    assert len(arrivals) > 20
    assert len(list(replay.raw_lines(session))) == len(arrivals) + 1
    assert not stranger.connected
    assert "messages in" in capsys.readouterr().out
    assert await cued("record", *args) == 1  # never over an existing log


async def test_a_recording_that_fails_leaves_no_empty_log(bluez, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(_ble_raw, "FIND_WITHIN_S", 0.5)
    log = tmp_path / "nobody.mcap"
    args = ("--raw", str(log), "--address", "C0:00:00:00:00:99", "--seconds", "1")
    assert await cued("record", *args) == 1
    assert "was not heard" in capsys.readouterr().err
    assert not log.exists()


async def test_frames_match_the_pod_document():
    assert pod.decode(frame(3)).counter == 3
