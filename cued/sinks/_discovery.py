"""The discovery message that makes a treadmill appear in Home Assistant.

One retained message under ``homeassistant/device/cued_<station>/config`` describes the device and
all its entities (https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery). The list is
derived: metrics and their units from the configuration, buttons and numbers from the allowed
commands, link and battery from the configured sensors (``_entities.py``).

Identifiers consist of the station's and the part's names, so that they survive a restart, an update
and a new card. After a station is renamed, ``cued hass --remove`` removes the old device.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from cued import __version__, parts
from cued.config import Site
from cued.gait.fusion.reported import HEART_RATE
from cued.reading import from_json
from cued.sinks._entities import Entity, entities


def object_id(station: str) -> str:
    """Name the device in Home Assistant's topics."""
    return f"cued_{station}"


def slug(name: str) -> str:
    """Convert a name to the form of Home Assistant's entity ids."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower())


def topic(prefix: str, station: str) -> str:
    """Return the topic of the device's description."""
    return f"{prefix}/device/{object_id(station)}/config"


def units(site: Site) -> dict[str, str]:
    """List the enabled metrics with their units, and the heart rate if a strap is worn."""
    found = {
        name: str(parts.load("metrics", name).build(options).unit)
        for name, options in site.metrics.items()
    }
    if any(s.placement == "heart_rate" for s in site.sensors.values()):
        found[HEART_RATE] = "bpm"
    return found


def describe(site: Site, root: str, commands: tuple[str, ...], page: str = "") -> Entity:
    """Describe the device and its entities; ``page`` is the live page's address."""
    described = entities(site, units(site), root, commands)
    for key, entity in described.items():
        entity["unique_id"] = named = f"{object_id(site.station)}_{key}"
        # Names are in the station's language; the ids that automations and views use are not.
        entity["default_entity_id"] = f"{entity['platform']}.{slug(named)}"
        if entity.setdefault("availability", [{"topic": f"{root}/availability"}]) == []:
            del entity["availability"]
    return {
        "device": {
            "identifiers": [object_id(site.station)],
            "name": f"cued {site.station}",
            "manufacturer": "cued",
            "model": "gait coach",
            "sw_version": __version__,
            **({"configuration_url": page} if page else {}),
        },
        "origin": {"name": "cued", "sw_version": __version__},
        "components": described,
    }


def without(described: Entity, before: bytes) -> Entity | None:
    """Return the message that removes obsolete entities of an earlier description; else None.

    Home Assistant removes an entity when its entry holds the platform and nothing else.
    """
    try:
        old = from_json(before, dict[str, msgspec.Raw])
        entries = from_json(bytes(old["components"]), dict[str, dict[str, Any]])
    except (msgspec.MsgspecError, KeyError):
        return None
    gone = {
        key: {"platform": entry["platform"]}
        for key, entry in entries.items()
        if key not in described["components"] and isinstance(entry.get("platform"), str)
    }
    return described | {"components": described["components"] | gone} if gone else None
