"""Publishing and commands over a broker that may be away, freeze or flap, or be flooded."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import tracemalloc
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from cued.model import (
    Cue,
    Footfall,
    Measurement,
    Stride,
    Stumble,
    Summary,
)
from cued.runtime.supervise import until
from cued.sinks import _mqtt_client as client
from cued.sinks import mqtt
from cued.sinks.mqtt import V5, V311, Config, Mqtt
from tests.helpers.brokers import Start
from tests.helpers.far_end import Daemon, running, site, watching
from tests.helpers.world import Mosquitto, free_port
from tests.sinks.described import TOPIC, described
from tests.sinks.home_assistant import faults
from tests.sinks.rubbish import RUBBISH

DAY_S = 24 * 3600


def summary(strides: int) -> Summary:
    return Summary(
        t=9.0, started_t=0.0, duration_s=9.0, strides=strides, backward_s=3.0, cues=1, stumbles=1
    )


async def at_once(_wait_s: float) -> None:
    await asyncio.sleep(0.01)


@pytest.mark.alone
async def test_a_late_broker_gets_what_has_waited(mosquitto: Start, tmp_path: Path) -> None:
    broker = mosquitto()
    async with running(broker.config(), tmp_path, sleep=at_once) as sink:
        sink.take(Stumble(t=1.0, score=1.5))
        sink.take(summary(7))
        broker.start()
        async with watching(broker.port) as far:
            assert (await far.wait_for("test/session"))["strides"] == 7
            assert await far.wait_for("test/availability") == "online"


@pytest.mark.alone
async def test_a_broker_killed_in_the_middle_is_reconnected(
    mosquitto: Start, tmp_path: Path
) -> None:
    first = mosquitto()
    first.start()
    async with running(first.config(), tmp_path, sleep=at_once) as sink:
        async with watching(first.port) as far:
            await far.wait_for("test/state")
            first.kill()
        sink.take(Stumble(t=5.0, score=2.0))
        sink.take(summary(8))
        second = mosquitto(port=first.port)
        second.start()
        async with watching(second.port) as far:
            await far.wait_for("test/session")
            await far.wait_for("test/state")
            await far.client.publish("cued/test/command", b'{"command": "pause"}')
            assert (await far.wait_for("test/command/result"))["ok"]


@pytest.mark.alone
async def test_a_summary_nobody_took_is_sent_by_the_next_run(
    mosquitto: Start, tmp_path: Path
) -> None:
    broker = mosquitto()
    config = broker.config()
    async with running(config, tmp_path) as sink:
        sink.take(summary(11))
    broker.start()
    async with watching(broker.port) as far, running(config, tmp_path):
        assert (await far.wait_for("test/session"))["strides"] == 11
    assert not list((tmp_path / "state" / "mqtt").iterdir())


@pytest.mark.alone
async def test_a_frozen_broker_holds_up_neither_events_nor_leaving(
    broker: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ANSWER_S", 0.2)
    loop = asyncio.get_running_loop()
    async with (
        watching(broker.port) as far,
        running(broker.config(), tmp_path) as sink,
    ):
        await far.wait_for("test/state")
        broker.process.send_signal(signal.SIGSTOP)
        started = loop.time()
        for n in range(2000):
            sink.take(Stumble(t=float(n), score=2.0))
        assert loop.time() - started < 0.5  # taking never blocks: 0.02 ms each, not 2 s
        left = loop.time()
    assert loop.time() - left < 2 * mqtt.FLUSH_S + 1.0
    broker.process.send_signal(signal.SIGCONT)


@pytest.mark.alone
async def test_a_day_without_a_broker_costs_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "QUEUE", 200)
    now = 0.0
    daemon = Daemon()
    config = Config(host="127.0.0.1", port=free_port())
    async with Mqtt(config, site(tmp_path), daemon.ask, clock=lambda: now) as sink:
        daemon.sink = sink
        tracemalloc.start()
        sizes: list[int] = []
        for n in range(DAY_S // 2):  # a stride every two seconds, a cue every ten
            now = 2.0 * n
            sink.take(Footfall(t=now, side="left", sensor="back"))
            sink.take(Stride(t=now, side="left", duration_s=2, length_m=None, speed_m_s=None))
            sink.take(Measurement(t=now, name="cadence_spm", value=60.0, unit="spm", strides=4))
            if n % 5 == 0:
                sink.take(
                    Cue(t=now, key="k", text="x", pattern="notice", priority=1, verdict="given")
                )
            if n in (3600, DAY_S // 2 - 1):
                sizes.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        assert sizes[1] - sizes[0] < 100_000  # after two hours and after a day: the same
        assert sink.dropped == DAY_S // 10 - 200
    assert sink.dropped == DAY_S // 10  # the rest was not fetched either, and that is logged


@pytest.mark.alone
async def test_retries_become_rarer_and_only_the_first_failure_is_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now, waits = 0.0, []
    enough = asyncio.Event()

    async def sleep(wait_s: float) -> None:
        nonlocal now
        now += wait_s
        waits.append(wait_s)
        if now > DAY_S:
            enough.set()
            await asyncio.Event().wait()

    caplog.set_level(logging.DEBUG, "cued")
    config = Config(host="127.0.0.1", port=free_port())
    given = {"clock": lambda: now, "sleep": sleep, "chance": lambda: 0.5}
    async with running(config, tmp_path, **given):
        await enough.wait()
    assert waits[:4] == [0.5, 1.0, 2.0, 4.0]
    assert max(waits) == mqtt.LONGEST_S
    assert len(waits) < 1500  # in a day
    refused = [r.levelname for r in caplog.records if "refused" in r.getMessage()]
    assert len(refused) > 1400
    assert set(refused[1:]) == {"DEBUG"}
    assert refused[0] == "WARNING"


@pytest.mark.alone
async def test_each_reason_is_a_warning_once(
    mosquitto: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As at a start: the broker is not up yet, and then does not know us."""
    strict = mosquitto("listener PORT 127.0.0.1", "allow_anonymous false")
    tries = 0
    enough = asyncio.Event()

    async def sleep(_wait_s: float) -> None:
        nonlocal tries
        tries += 1
        if tries == 3:
            strict.start()
        if tries == 6:
            enough.set()
            await asyncio.Event().wait()

    async with running(strict.config(), tmp_path, sleep=sleep):
        async with asyncio.timeout(10):
            await enough.wait()
    said = [r.message for r in caplog.records if r.levelname == "WARNING"]
    assert len(said) == 2
    assert "refused" in said[0]
    assert "uthori" in said[1]


@pytest.mark.alone
async def test_two_stations_of_one_name_do_not_disconnect_each_other_and_are_reported(
    broker: Mosquitto, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = broker.config()
    async with watching(broker.port) as far, running(config, tmp_path / "a") as one:
        await far.wait_for("test/state")
        async with running(config, tmp_path / "b"):
            await far.wait_for("test/availability", lambda _: len(far.of("test/availability")) > 1)
            assert one.connected
        # The second has left and published so; the first corrects it.
        await far.wait_for("test/availability", lambda said: said == "offline")
        await far.wait_for(
            "test/availability", lambda _: far.of("test/availability")[-1] == "online"
        )
    assert "does a second station have this name?" in caplog.text


@pytest.mark.alone
async def test_nobody_can_disconnect_the_station_by_its_name(
    broker: Mosquitto, tmp_path: Path
) -> None:
    async with watching(broker.port) as far, running(broker.config(), tmp_path):
        await far.wait_for("test/state")
        for name in ("cued-test", "cued/test", "test"):
            async with watching(broker.port, identifier=name) as guest:
                await guest.wait_for("test/availability")
        assert far.of("test/availability") == ["online"]


@pytest.mark.alone
async def test_a_flapping_broker_is_not_flooded_with_attempts(
    mosquitto: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker that accepts and leaves at once is retried less and less often."""

    async def cut(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x20\x02\x00\x00")  # CONNACK, accepted
        await writer.drain()
        writer.close()

    monkeypatch.setattr(client, "ANSWER_S", 0.2)
    waits: list[float] = []
    enough = asyncio.Event()

    async def sleep(wait_s: float) -> None:
        waits.append(wait_s)
        if len(waits) == 6:
            enough.set()
            await asyncio.Event().wait()

    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        config = Config(host="127.0.0.1", port=port)
        async with running(config, tmp_path, sleep=sleep, chance=lambda: 0.5):
            async with asyncio.timeout(10):
                await enough.wait()
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0]


@pytest.mark.alone
async def test_a_refusal_of_the_broker_is_logged_once_and_a_summary_is_kept(
    mosquitto: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rules = tmp_path / "rules"
    rules.write_text("topic read #\ntopic write cued/test/state\n")
    broker = mosquitto("listener PORT 127.0.0.1", "allow_anonymous true", f"acl_file {rules}")
    broker.start()
    async with (
        watching(broker.port) as far,
        running(broker.config(discovery=False), tmp_path) as sink,
    ):
        sink.take(summary(7))
        await far.wait_for("test/state")
        await until(lambda: "test/session: Not authorized" in caplog.text, 5.0)
        assert sink.undelivered == 1
    assert caplog.text.count("test/availability: Not authorized") == 1


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
        # A flood does not get a flood of answers: ten at once, and five for each second passed.
        assert 1 <= len(refusals) <= 10 + 5 * now


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


async def test_an_orderly_end_says_offline(broker: Mosquitto, tmp_path: Path) -> None:
    async with watching(broker.port) as far:
        async with running(broker.config(), tmp_path) as sink:
            await far.wait_for("test/availability", lambda s: s == "online")
            sink.take(Stumble(t=1.0, score=1.0))
        await far.wait_for("test/event")  # flushed by leaving
        await far.wait_for("test/availability", lambda s: s == "offline")


async def test_mute_shows_in_the_state_and_every_command_is_answered(
    broker: Mosquitto, tmp_path: Path
) -> None:
    daemon = Daemon()
    async with watching(broker.port) as far, running(broker.config(), tmp_path, daemon):
        await far.wait_for("test/state")
        await far.client.publish("cued/test/command", b'{"command": "mute", "id": "a1"}')
        answer = await far.wait_for("test/command/result")
        assert (answer["command"], answer["ok"], answer["id"]) == ("mute", True, "a1")
        await far.wait_for("test/state", lambda s: s["muted"])
        assert [(c.name, c.source) for c in daemon.commands] == [("mute", "mqtt")]


async def test_a_crash_leaves_offline_behind(broker: Mosquitto, tmp_path: Path) -> None:
    async with watching(broker.port) as far, running(broker.config(), tmp_path) as sink:
        await far.wait_for("test/availability", lambda s: s == "online")
        # A broker disconnects a client whose name another one takes, and publishes its will.
        async with aiomqtt.Client("127.0.0.1", broker.port, identifier=sink._own):
            await far.wait_for("test/availability", lambda s: s == "offline")


async def test_it_is_retained_and_published_again_at_home_assistants_birth(
    broker: Mosquitto, tmp_path: Path
) -> None:
    async with watching(broker.port) as far:
        async with running(broker.config(), tmp_path):
            await far.wait_for(TOPIC)
            await far.wait_for("test/state")
            before = len(far.of(TOPIC)), len(far.of("test/state"))
            await far.client.publish("cued/test/availability", b"", retain=True)
            await far.wait_for("test/availability", lambda said: said == "")
            await far.client.publish("homeassistant/status", b"online")
            await far.wait_for("test/state", lambda _: len(far.of("test/state")) > before[1])
            assert len(far.of(TOPIC)) > before[0]
            await far.wait_for(
                "test/availability", lambda _: far.of("test/availability")[-1] == "online"
            )
        async with watching(broker.port) as late:
            body = await late.wait_for(TOPIC)
            assert faults(TOPIC, json.dumps(body).encode()) == []


async def test_removed_entities_are_deleted(broker: Mosquitto, tmp_path: Path) -> None:
    old = described(tmp_path)
    old["components"]["gone"] = {"platform": "sensor", "state_topic": "x", "unique_id": "y"}
    async with watching(broker.port) as far:
        await far.client.publish(TOPIC, json.dumps(old), retain=True)
        async with running(broker.config(), tmp_path):
            removal = await far.wait_for(
                TOPIC, lambda d: d["components"].get("gone") == {"platform": "sensor"}
            )
            assert "cadence_spm" in removal["components"]
            await far.wait_for(TOPIC, lambda _: "gone" not in far.of(TOPIC)[-1]["components"])
