"""Home Assistant's entities: one for each value, named in the station's language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cued.coach.commands import NAMES
from cued.config import Sensor
from cued.sinks._entities import SESSION
from tests.helpers.far_end import METRICS
from tests.helpers.languages import TRANSLATED, english_in
from tests.sinks.described import BAND, TOPIC, described
from tests.sinks.home_assistant import faults


def test_every_metric_that_is_on_appears_and_no_other(tmp_path: Path) -> None:
    entities = described(tmp_path)["components"]
    live = {k for k, e in entities.items() if e.get("state_topic") == "cued/test/metrics"}
    assert live - BAND == set(METRICS)
    only = {"cadence_spm": METRICS["cadence_spm"]}
    entities = described(tmp_path, metrics=only)["components"]
    live = {k for k, e in entities.items() if e.get("state_topic") == "cued/test/metrics"}
    assert live - BAND == {"cadence_spm"}


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


def test_odd_sensor_names_stay_distinct(tmp_path: Path) -> None:
    odd = {name: Sensor(device="pod", placement="foot_left") for name in ("ä 1", "ö 1", 'a"b')}
    body = described(tmp_path, sensors=odd)
    assert faults(TOPIC, json.dumps(body).encode()) == []
    assert sum(key.startswith("link_") for key in body["components"]) == 3
