"""What Home Assistant is told, so that a treadmill appears there by itself.

One retained message under ``homeassistant/device/cued_<station>/config`` describes the device and
all its entities (https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery). Nothing is
listed here that exists elsewhere: metrics come from the configuration with their units, buttons and
numbers from the allowed commands, link and battery from the configured sensors.

Rules
-----
* Identifiers are made of the station's and the part's names, so that they survive a restart, an
  update and a new card. A rename of the station leaves the old device to ``cued hass --remove``.
* What expires: metrics, ten seconds after the last. What is retained (phase, links, batteries)
  does not expire; the last will tells when it is stale.
* Unknown is null, which Home Assistant shows as unknown.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, TypeAlias

import msgspec

from cued import __version__, parts
from cued.coach.commands import FASTEST_M_S, STEEPEST_PERCENT
from cued.config import Site
from cued.model import Direction, Level, Mode
from cued.sinks._topics import HEART_RATE

Entity: TypeAlias = dict[str, Any]
EXPIRE_AFTER_S = 10

# Unit as we write it: device class, unit as Home Assistant writes it, icon. A unit that is not here
# is passed on as it is.
UNITS: dict[str, tuple[str | None, str, str]] = {
    "m": ("distance", "m", "mdi:arrow-expand-horizontal"),
    "cm": ("distance", "cm", "mdi:arrow-expand-vertical"),
    "s": ("duration", "s", "mdi:timer-outline"),
    "m/s": ("speed", "m/s", "mdi:speedometer"),
    "%": (None, "%", "mdi:percent-outline"),
    "deg": (None, "°", "mdi:angle-acute"),
    "spm": (None, "spm", "mdi:metronome"),
    "bpm": (None, "bpm", "mdi:heart-pulse"),
}
# Commands that need no value are buttons; those that say more are left to automations.
BUTTONS = {
    "start_program": "mdi:play",
    "pause": "mdi:pause",
    "resume": "mdi:play-pause",
    "skip": "mdi:skip-next",
    "stop": "mdi:stop",
    "mute": "mdi:volume-off",
    "unmute": "mdi:volume-high",
    "acknowledge": "mdi:alarm-check",
}
NUMBERS: dict[str, Entity] = {
    "set_speed": {
        "name": "belt speed",
        "min": 0,
        "max": FASTEST_M_S,
        "step": 0.05,
        "unit_of_measurement": "m/s",
        "device_class": "speed",
        "icon": "mdi:speedometer",
        "value_template": "{{ value_json.belt.speed_m_s if value_json.belt else None }}",
    },
    "set_incline": {
        "name": "belt incline",
        "min": 0,
        "max": STEEPEST_PERCENT,
        "step": 0.5,
        "unit_of_measurement": "%",
        "icon": "mdi:slope-uphill",
        "value_template": "{{ value_json.belt.incline_percent if value_json.belt else None }}",
    },
}


def object_id(station: str) -> str:
    """Name the device in Home Assistant's topics."""
    return f"cued_{station}"


def topic(prefix: str, station: str) -> str:
    """Return the topic of the device's description."""
    return f"{prefix}/device/{object_id(station)}/config"


def units(site: Site) -> dict[str, str]:
    """List the metrics that are on with their units, and the heart rate where a strap is worn."""
    found = {
        name: str(parts.load("metrics", name).build(options).unit)
        for name, options in site.metrics.items()
    }
    if any(s.placement == "heart_rate" for s in site.sensors.values()):
        found[HEART_RATE] = "bpm"
    return found


def describe(site: Site, root: str, commands: tuple[str, ...]) -> Entity:
    """Describe the device and its entities."""
    entities = {
        **_metrics(site, root),
        **_states(root),
        **_sensors(site, root),
        **_events(root),
        **_controls(root, commands),
        "last_session": _last_session(root),
    }
    for key, entity in entities.items():
        entity["unique_id"] = f"{object_id(site.station)}_{key}"
        entity.setdefault("availability", [{"topic": f"{root}/availability"}])
    return {
        "device": {
            "identifiers": [object_id(site.station)],
            "name": f"cued {site.station}",
            "manufacturer": "cued",
            "model": "gait coach",
            "sw_version": __version__,
        },
        "origin": {"name": "cued", "sw_version": __version__},
        "components": entities,
    }


def without(described: Entity, before: bytes) -> Entity | None:
    """Return what removes the entities of an earlier description; None when none is to go.

    Home Assistant takes an entity away when its entry holds the platform and nothing else.
    """
    try:
        old = msgspec.json.decode(before, type=dict[str, msgspec.Raw])
        entries = msgspec.json.decode(old["components"], type=dict[str, dict[str, Any]])
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, RecursionError):
        return None
    gone = {
        key: {"platform": entry["platform"]}
        for key, entry in entries.items()
        if key not in described["components"] and isinstance(entry.get("platform"), str)
    }
    return described | {"components": described["components"] | gone} if gone else None


def _metrics(site: Site, root: str) -> dict[str, Entity]:
    return {name: _metric(name, unit, root) for name, unit in units(site).items()}


def _metric(name: str, unit: str, root: str) -> Entity:
    kind, shown, icon = UNITS.get(unit, (None, unit, "mdi:walk"))
    entity: Entity = {
        "platform": "sensor",
        "name": _title(name, unit),
        "state_topic": f"{root}/metrics",
        "value_template": f"{{{{ value_json.{name} }}}}",
        "unit_of_measurement": shown,
        "state_class": "measurement",
        "expire_after": EXPIRE_AFTER_S,
        "icon": icon,
    }
    return entity | ({"device_class": kind} if kind else {})


def _title(name: str, unit: str) -> str:
    """Turn a metric's name into words, without the unit that Home Assistant shows anyway."""
    endings = {"%": "percent", "m/s": "m_s"}
    return name.removesuffix("_" + endings.get(unit, unit)).replace("_", " ")


def _states(root: str) -> dict[str, Entity]:
    choices = {"mode": (Mode, "mdi:walk"), "direction": (Direction, "mdi:swap-horizontal")}
    choices["stability"] = (Level, "mdi:scale-balance")
    out: dict[str, Entity] = {
        name: _state(name, root, icon) | {"device_class": "enum", "options": list(kind.__args__)}
        for name, (kind, icon) in choices.items()
    }
    out["phase"] = _state("phase", root, "mdi:format-list-numbered")
    out["muted"] = _state("muted", root, "mdi:volume-off") | {
        "platform": "binary_sensor",
        "value_template": "{{ 'ON' if value_json.muted else 'OFF' }}",
    }
    return out


def _state(name: str, root: str, icon: str) -> Entity:
    return {
        "platform": "sensor",
        "name": name,
        "state_topic": f"{root}/state",
        "value_template": f"{{{{ value_json.{name} }}}}",
        "icon": icon,
    }


def _sensors(site: Site, root: str) -> dict[str, Entity]:
    out: dict[str, Entity] = {}
    for name in site.sensors:
        # A sensor's name is the user's, so it is quoted in templates and reduced in identifiers.
        quoted, key = json.dumps(name), _key(name)
        out[f"link_{key}"] = {
            "platform": "binary_sensor",
            "name": f"{name} link",
            "state_topic": f"{root}/state",
            "value_template": f"{{{{ 'ON' if value_json.link.get({quoted}) == 'up' else 'OFF' }}}}",
            "device_class": "connectivity",
            "entity_category": "diagnostic",
        }
        heard = f"value_json.link.get({quoted}, 'lost') != 'lost'"
        out[f"battery_{key}"] = {
            "platform": "sensor",
            "name": f"{name} battery",
            "state_topic": f"{root}/state",
            "value_template": f"{{{{ value_json.battery.get({quoted}) }}}}",
            "device_class": "battery",
            "unit_of_measurement": "%",
            "state_class": "measurement",
            "entity_category": "diagnostic",
            "availability_mode": "all",
            "availability": [
                {"topic": f"{root}/availability"},
                {
                    "topic": f"{root}/state",
                    "value_template": f"{{{{ 'online' if {heard} else 'offline' }}}}",
                },
            ],
        }
    return out


def _key(name: str) -> str:
    plain = re.sub(r"[^a-zA-Z0-9_-]", "_", name)
    return plain if plain == name else f"{plain}_{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def _events(root: str) -> dict[str, Entity]:
    kinds: dict[str, tuple[str, list[str], str]] = {
        "cue": ("cue", ["given", "withheld"], "mdi:bullhorn"),
        "stumble": ("event", ["stumble"], "mdi:shoe-print"),
        "fall": ("event", ["fall_possible", "fall_confirmed"], "mdi:human-greeting-variant"),
    }
    return {
        name: {
            "platform": "event",
            "name": name,
            "state_topic": f"{root}/{where}",
            # An empty text is no event: the topic carries others too.
            "value_template": "{{ value_json | tojson if value_json.event_type in "
            + f"{json.dumps(types)} else '' }}}}",
            "event_types": types,
            "icon": icon,
        }
        for name, (where, types, icon) in kinds.items()
    }


def _controls(root: str, commands: tuple[str, ...]) -> dict[str, Entity]:
    out: dict[str, Entity] = {}
    for name, icon in BUTTONS.items():
        if name in commands:
            out[name] = {
                "platform": "button",
                "name": name.replace("_", " "),
                "command_topic": f"{root}/command",
                "payload_press": json.dumps({"command": name, "id": "home-assistant"}),
                "icon": icon,
            }
    for name, about in NUMBERS.items():
        if name in commands:
            out[name] = about | {
                "platform": "number",
                "mode": "box",
                "command_topic": f"{root}/command",
                "command_template": f'{{"command": "{name}", "value": {{{{ value }}}}}}',
                "state_topic": f"{root}/state",
            }
    return out


def _last_session(root: str) -> Entity:
    return {
        "platform": "sensor",
        "name": "last session",
        "state_topic": f"{root}/session",
        "value_template": "{{ value_json.duration_s }}",
        "json_attributes_topic": f"{root}/session",
        "device_class": "duration",
        "unit_of_measurement": "s",
        "icon": "mdi:history",
    }
