"""The view and blueprints of config/homeassistant use existing entities."""

from __future__ import annotations

import re

import pytest

from cued import app
from cued import config as configuration
from cued.sinks import _discovery
from cued.sinks._requests import DEFAULT
from tests.helpers.home import HOME

FOLDER = HOME / "config" / "homeassistant"


def announced(language: str, station: str = "treadmill") -> dict[str, str]:
    """Return the ids that entities get, by key."""
    sensors = {"trunk": {"device": "pod", "placement": "lower_back"}}
    table = {"station": {"name": station, "language": language}, "sensors": sensors}
    site = app.site(configuration.convert(table))
    components = _discovery.describe(site, f"cued/{station}", DEFAULT)["components"]
    return {key: entity["default_entity_id"] for key, entity in components.items()}


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_the_view_shows_what_is_announced_in_every_language(language: str) -> None:
    shown = set(re.findall(r"\w+\.cued_treadmill_\w+", (FOLDER / "view.yaml").read_text()))
    assert len(shown) > 10
    assert shown <= set(announced(language).values())


def test_ids_are_those_home_assistant_makes() -> None:
    for one in announced("en", "hall-2").values():
        assert re.fullmatch(r"[a-z_]+\.cued_hall_2_[a-z0-9_]+", one)
