"""Discovery messages against Home Assistant's documented schema (``home_assistant.py``)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from cued.coach.commands import NAMES
from cued.config import Sensor
from cued.model import Measurement
from cued.sinks import _discovery
from cued.sinks._requests import DEFAULT
from cued.sinks._topics import Topics
from tests.helpers.far_end import site
from tests.sinks.described import BAND, TOPIC, described
from tests.sinks.home_assistant import faults

Change = Callable[[dict[str, Any]], object]


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


def test_the_device_links_to_the_live_page(tmp_path: Path) -> None:
    body = _discovery.describe(site(tmp_path), "cued/test", (), "http://pi.local:8080")
    assert body["device"]["configuration_url"] == "http://pi.local:8080"
