"""A station's entities in Home Assistant: their names, topics and templates.

Rules
-----
* States are enums: a template translates our values into options in the station's language.
* Names are in that language too, and speeds in the station's unit; identifiers depend on neither,
  so that a change of language loses no history.
* Templates round every number to useful decimals, so that Home Assistant's database grows only when
  the displayed value changes.
* Entities of the last session stay available when the station is off; all others do not.
* Unknown is null, which Home Assistant shows as unknown.
"""

from __future__ import annotations

import hashlib
import json
import re

from cued.coach.workout.phases import PHASES
from cued.config import Site
from cued.model import Direction, Level, Mode
from cued.sinks._controls import Entity, SpeedUnit, controls
from cued.words import Words

# Our unit: device class, Home Assistant's unit, decimals, icon. Other units stay unchanged.
UNITS: dict[str, tuple[str | None, str, int, str]] = {
    "m": ("distance", "m", 2, "mdi:arrow-expand-horizontal"),
    "cm": ("distance", "cm", 1, "mdi:arrow-expand-vertical"),
    "s": ("duration", "s", 2, "mdi:timer-outline"),
    "m/s": ("speed", "m/s", 2, "mdi:speedometer"),
    "%": (None, "%", 1, "mdi:percent-outline"),
    "deg": (None, "°", 1, "mdi:angle-acute"),
    "spm": (None, "spm", 0, "mdi:metronome"),
    "bpm": (None, "bpm", 0, "mdi:heart-pulse"),
}


def _of_details(name: str) -> str:
    return f"value_json.details.get('{name}')"


# The last session's entities: word, unit (empty: a count), decimals, template, icon.
SESSION = {
    "last_session": ("ha.last_session", "min", 0, "(value_json.duration_s / 60)", "mdi:history"),
    "backward": ("end.backward", "min", 1, "(value_json.backward_s / 60)", "mdi:arrow-down-bold"),
    "strides": ("ha.strides", "", 0, "value_json.strides", "mdi:shoe-print"),
    "stumbles": ("end.stumbles", "", 0, "value_json.stumbles", "mdi:alert-outline"),
    "carried": ("end.carried", "%", 0, _of_details("carried_percent"), "mdi:percent"),
    "drift": ("ha.drift", "s", 0, _of_details("time_to_drift_s"), "mdi:timer"),
}  # fmt: skip


def entities(
    site: Site, units: dict[str, str], root: str, commands: tuple[str, ...]
) -> dict[str, Entity]:
    """Return all entities by their key."""
    words, speed = Words(site.language), SpeedUnit(site.speed_unit)
    return {
        **{name: _metric(name, unit, root, words, speed) for name, unit in units.items()},
        **_band(root, words),
        **_states(root, words),
        **_belt(root, words, speed),
        **_sensors(site, root, words),
        **_events(root, words),
        **controls(root, commands, words, speed),
        **_session(root, words),
    }


def _metric(name: str, unit: str, root: str, words: Words, speed: SpeedUnit) -> Entity:
    kind, shown, decimals, icon = UNITS.get(unit, (None, unit, 2, "mdi:walk"))
    if kind is None and words.knows(f"unit.{shown}"):
        shown = words.say(f"unit.{shown}")
    value = f"value_json.{name}"
    template = _rounded(value, decimals)
    if kind == "speed":
        shown, decimals = speed.unit, speed.decimals
        template = f"{{{{ None if {value} is none else {speed.shown(value)} }}}}"
    entity: Entity = {
        "platform": "sensor",
        "name": _title(name, unit, words),
        "state_topic": f"{root}/metrics",
        "value_template": template,
        "unit_of_measurement": shown,
        "state_class": "measurement",
        "suggested_display_precision": decimals,
        "icon": icon,
    }
    return entity | ({"device_class": kind} if kind else {})


def _rounded(value: str, decimals: int) -> str:
    return f"{{{{ None if {value} is none else {value} | round({decimals}) }}}}"


def _title(name: str, unit: str, words: Words) -> str:
    """Translate a metric's name, without the unit that Home Assistant shows anyway."""
    endings = {"%": "percent", "m/s": "m_s"}
    bare = name.removesuffix("_" + endings.get(unit, unit))
    return _capital(words.say(f"name.{bare}") if words.knows(f"name.{bare}") else _spaced(bare))


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _band(root: str, words: Words) -> dict[str, Entity]:
    return {
        f"band_{end}": {
            "platform": "sensor",
            "name": words.say(f"ha.band_{end}"),
            "state_topic": f"{root}/metrics",
            "value_template": "{{ None if value_json.stride_band_m is none else "
            f"value_json.stride_band_m[{n}] | round(2) }}}}",
            "unit_of_measurement": "m",
            "device_class": "distance",
            "state_class": "measurement",
            "suggested_display_precision": 2,
            "icon": "mdi:arrow-expand-horizontal",
        }
        for n, end in enumerate(("from", "to"))
    }


def _states(root: str, words: Words) -> dict[str, Entity]:
    choices = {  # values, prefix of their words, icon
        "phase": (tuple(PHASES), "phase", "mdi:format-list-numbered"),
        "mode": (Mode.__args__, "value", "mdi:walk"),
        "direction": (Direction.__args__, "direction", "mdi:swap-horizontal"),
        "stability": (Level.__args__, "level", "mdi:scale-balance"),
    }
    out: dict[str, Entity] = {}
    for name, (values, family, icon) in choices.items():
        shown = {value: _capital(words.say(f"{family}.{value}")) for value in values}
        readable = f"{json.dumps(shown, ensure_ascii=False)}.get(value_json.{name})"
        out[name] = _state(root, words.say(f"ha.{name}"), readable, icon)
        out[name] |= {"device_class": "enum", "options": list(shown.values())}
    out["runner"] = _state(root, words.say("bar.runner"), "value_json.runner", "mdi:account")
    ends = "(value_json.since + value_json.remaining_s) | as_datetime"
    known = "value_json.since is none or value_json.remaining_s is none"
    until = f"None if {known} else {ends}"
    out["phase_ends"] = _state(root, words.say("ha.phase_ends"), until, "mdi:timer-sand")
    out["phase_ends"]["device_class"] = "timestamp"
    out["alarm"] = {
        "platform": "binary_sensor",
        "name": words.say("ha.alarm"),
        "state_topic": f"{root}/state",
        "value_template": "{{ 'ON' if value_json.alarm else 'OFF' }}",
        "device_class": "safety",
    }
    out["asks"] = {
        "platform": "binary_sensor",
        "name": words.say("ha.asks"),
        "state_topic": f"{root}/state",
        "value_template": "{{ 'ON' if value_json.asks else 'OFF' }}",
        "icon": "mdi:account-question",
    }
    return out


def _state(root: str, name: str, value: str, icon: str) -> Entity:
    return {
        "platform": "sensor",
        "name": name,
        "state_topic": f"{root}/state",
        "value_template": f"{{{{ {value} }}}}",
        "icon": icon,
    }


def _belt(root: str, words: Words, speed: SpeedUnit) -> dict[str, Entity]:
    shown = f"{speed.shown('value_json.belt.speed_m_s')} if value_json.belt else None"
    belt = _state(root, words.say("ha.belt_speed"), shown, "mdi:speedometer")
    incline = _of_belt("incline_percent")
    slope = _state(root, words.say("ha.belt_incline"), incline, "mdi:slope-uphill")
    measured = {"state_class": "measurement", "suggested_display_precision": 1}
    return {
        "belt_speed": belt
        | measured
        | {"device_class": "speed", "unit_of_measurement": speed.unit},
        "belt_incline": slope | measured | {"unit_of_measurement": "%"},
    }


def _of_belt(what: str) -> str:
    return f"value_json.belt.{what} if value_json.belt else None"


def _sensors(site: Site, root: str, words: Words) -> dict[str, Entity]:
    out: dict[str, Entity] = {}
    for name in site.sensors:
        # Users choose sensors' names, so these are quoted in templates and reduced in identifiers.
        quoted, key = json.dumps(name), _key(name)
        place = f"place.{name}"
        called = _capital(words.say(place) if words.knows(place) else _spaced(name))
        out[f"link_{key}"] = {
            "platform": "binary_sensor",
            "name": words.say("ha.link", name=called),
            "state_topic": f"{root}/state",
            "value_template": f"{{{{ 'ON' if value_json.link.get({quoted}) == 'up' else 'OFF' }}}}",
            "device_class": "connectivity",
            "entity_category": "diagnostic",
        }
        heard = f"value_json.link.get({quoted}, 'lost') != 'lost'"
        out[f"battery_{key}"] = {
            "platform": "sensor",
            "name": words.say("ha.battery", name=called),
            "state_topic": f"{root}/state",
            "value_template": f"{{{{ value_json.battery.get({quoted}) }}}}",
            "device_class": "battery",
            "unit_of_measurement": "%",
            "state_class": "measurement",
            "suggested_display_precision": 0,
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


def _events(root: str, words: Words) -> dict[str, Entity]:
    kinds: dict[str, tuple[str, tuple[str, ...], str]] = {
        "cue": ("cue", ("given", "withheld"), "mdi:bullhorn"),
        "stumble": ("event", ("stumble",), "mdi:shoe-print"),
        "fall": ("event", ("fall_possible", "fall_confirmed"), "mdi:human-greeting-variant"),
    }
    out: dict[str, Entity] = {}
    for name, (where, types, icon) in kinds.items():
        names = {kind: words.say(f"event.{kind}") for kind in types}
        shown = "dict(value_json, event_type=names[value_json.event_type]) | tojson"
        out[name] = {
            "platform": "event",
            "name": words.say(f"ha.{name}"),
            "state_topic": f"{root}/{where}",
            # Empty for the topic's other messages, which are not this event.
            "value_template": f"{{% set names = {json.dumps(names, ensure_ascii=False)} %}}"
            f"{{{{ {shown} if value_json.event_type in names else '' }}}}",
            "event_types": list(names.values()),
            "icon": icon,
        }
    return out


def _session(root: str, words: Words) -> dict[str, Entity]:
    """Describe the last session, which stays available when the station is off."""
    out: dict[str, Entity] = {}
    for key, (word, unit, decimals, value, icon) in SESSION.items():
        name = words.say(word)
        out[key] = {
            "platform": "sensor",
            "name": name,
            "state_topic": f"{root}/session",
            "value_template": f"{{{{ {value} | round({decimals}, default=none) }}}}",
            "unit_of_measurement": unit or name.lower(),
            "state_class": "measurement",
            "suggested_display_precision": decimals,
            "availability": [],
            "icon": icon,
        }
        if unit in ("min", "s"):
            out[key]["device_class"] = "duration"
    out["last_session"]["json_attributes_topic"] = f"{root}/session"
    return out
