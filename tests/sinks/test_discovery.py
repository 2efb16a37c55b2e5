"""Discovery messages against Home Assistant's documented schema (``home_assistant.py``)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from cued.coach.commands import NAMES
from cued.config import Sensor
from cued.model import Measurement
from cued.sinks import _discovery
from cued.sinks._controls import BUTTONS
from cued.sinks._entities import SESSION
from cued.sinks._requests import DEFAULT, Gate
from cued.sinks._topics import Topics
from tests.helpers.far_end import METRICS, running, site, watching
from tests.helpers.languages import TRANSLATED, english_in
from tests.helpers.world import Mosquitto
from tests.sinks.home_assistant import faults

TOPIC = "homeassistant/device/cued_test/config"
BAND = {"band_from", "band_to"}
Change = Callable[[dict[str, Any]], object]


def described(folder: Path, commands: tuple[str, ...] = DEFAULT, **changes: Any) -> dict[str, Any]:
    where = structs.replace(site(folder), **changes)
    return _discovery.describe(where, "cued/test", commands)


@pytest.mark.parametrize("commands", [(), DEFAULT, NAMES])
def test_discovery_is_as_home_assistant_documents(
    tmp_path: Path, commands: tuple[str, ...]
) -> None:
    payload = json.dumps(described(tmp_path, commands)).encode()
    assert faults(_discovery.topic("homeassistant", "test"), payload) == []
    assert len(payload) < 64_000


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["origin"].pop("name"),
        lambda d: d["device"].pop("identifiers"),
        lambda d: d["components"]["cadence_spm"].pop("unique_id"),
        lambda d: d["components"]["cadence_spm"].update(unit="spm"),
        lambda d: d["components"]["cadence_spm"].update(suggested_display_precision="1"),
        lambda d: d["components"]["speed_m_s"].update(unit_of_measurement="m"),
        lambda d: d["components"]["mode"].pop("options"),
        lambda d: d["components"]["mode"].update(state_class="measurement"),
        lambda d: d["components"]["cue"].pop("event_types"),
        lambda d: d["components"]["pause"].pop("command_topic"),
        lambda d: d["components"]["pause"].update(unique_id="cued_test_stop"),
        lambda d: d["components"]["set_speed"].update(min=90),
        lambda d: d["components"]["muted"].update(state_topic="cued/+/state"),
    ],
)
def test_the_validator_sees_a_fault(tmp_path: Path, change: Change) -> None:
    body = described(tmp_path, NAMES)
    change(body)
    assert faults(TOPIC, json.dumps(body).encode())


def test_every_metric_that_is_on_appears_and_no_other(tmp_path: Path) -> None:
    entities = described(tmp_path)["components"]
    live = {k for k, e in entities.items() if e.get("state_topic") == "cued/test/metrics"}
    assert live - BAND == set(METRICS)
    only = {"cadence_spm": METRICS["cadence_spm"]}
    entities = described(tmp_path, metrics=only)["components"]
    live = {k for k, e in entities.items() if e.get("state_topic") == "cued/test/metrics"}
    assert live - BAND == {"cadence_spm"}


def test_the_first_metrics_have_every_key_the_templates_read(tmp_path: Path) -> None:
    strap = {"strap": Sensor(device="heart_rate", placement="heart_rate")}
    where = structs.replace(site(tmp_path), sensors=strap)
    topics = Topics(_discovery.units(where), (), 10)
    topics.take(Measurement(t=1.0, name="cadence_spm", value=100.0, unit="spm", strides=4), 0.0)
    sent = {m.topic: json.loads(m.payload) for _ in range(2) if (m := topics.due(1.0, 0.0))}
    read = _discovery.describe(where, "cued/test", ())["components"]
    of_metrics = {k for k, e in read.items() if e.get("state_topic") == "cued/test/metrics"}
    assert "heart_rate_bpm" in of_metrics
    assert of_metrics - BAND <= sent["metrics"].keys()
    assert "stride_band_m" in sent["metrics"]


def test_belt_controls_appear_only_with_consent(tmp_path: Path) -> None:
    assert "set_speed" not in described(tmp_path)["components"]
    assert "set_speed" in described(tmp_path, NAMES)["components"]


def test_every_button_sends_a_known_command(tmp_path: Path) -> None:
    entities = described(tmp_path, NAMES)["components"].values()
    presses = [e["payload_press"] for e in entities if e["platform"] == "button"]
    assert len(presses) == len(BUTTONS)
    for n, press in enumerate(presses):
        assert Gate(NAMES).check(press.encode(), float(n)).command in NAMES
    for entity in entities:
        if entity["platform"] == "number":
            order = re.sub(r"\{\{.*?\}\}", "0.5", entity["command_template"])
            assert Gate(NAMES).check(order.encode(), 99.0).value == 0.5


def test_values_of_the_last_session_stay_when_the_station_is_off(tmp_path: Path) -> None:
    entities = described(tmp_path)["components"]
    assert {key for key, entity in entities.items() if "availability" not in entity} == set(SESSION)


def test_every_number_has_its_decimals_and_every_name_a_capital(tmp_path: Path) -> None:
    for key, entity in described(tmp_path, NAMES)["components"].items():
        assert entity["name"][0].isupper(), key
        if entity["platform"] == "sensor" and entity.get("unit_of_measurement"):
            assert entity["suggested_display_precision"] in (0, 1, 2), key


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_contain_no_english(tmp_path: Path, language: str) -> None:
    entities = described(tmp_path, NAMES, language=language)["components"].values()
    texts = [entity["name"] for entity in entities]
    texts += [entity.get("unit_of_measurement", "") for entity in entities]
    for entity in entities:
        texts += [*entity.get("options", ()), *entity.get("event_types", ())]
    assert english_in(" ".join(texts), language) - {"back"} == set()  # named so by its owner


def test_muting_is_a_switch_where_allowed(tmp_path: Path) -> None:
    switch = described(tmp_path, NAMES)["components"]["muted"]
    assert switch["platform"] == "switch"
    for n, order in enumerate((switch["payload_on"], switch["payload_off"])):
        assert Gate(NAMES).check(order.encode(), float(n)).command == ("mute", "unmute")[n]
    assert described(tmp_path, ())["components"]["muted"]["platform"] == "binary_sensor"


def test_the_device_links_to_the_live_page(tmp_path: Path) -> None:
    body = _discovery.describe(site(tmp_path), "cued/test", (), "http://pi.local:8080")
    assert body["device"]["configuration_url"] == "http://pi.local:8080"


def test_odd_sensor_names_stay_distinct(tmp_path: Path) -> None:
    odd = {name: Sensor(device="pod", placement="foot_left") for name in ("ä 1", "ö 1", 'a"b')}
    body = described(tmp_path, sensors=odd)
    assert faults(TOPIC, json.dumps(body).encode()) == []
    assert sum(key.startswith("link_") for key in body["components"]) == 3


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
