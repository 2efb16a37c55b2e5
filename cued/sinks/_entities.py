"""The entities of a station as Home Assistant shows them: what each reads, sends and is called.

Rules
-----
* A state is one of few: enum options in readable words, made of our own by a template.
* Every number has the decimals that are worth showing; templates round to them, so that Home
  Assistant's database is written to only when what is shown changes.
* What is of the last session stays when the station is off; everything else goes with it.
* Unknown is null, which Home Assistant shows as unknown.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, TypeAlias

from cued.coach.commands import FASTEST_M_S, STEEPEST_PERCENT
from cued.coach.workout.phases import PHASES
from cued.config import Site
from cued.model import Direction, Level, Mode

Entity: TypeAlias = dict[str, Any]

# Unit as we write it: device class, unit as Home Assistant writes it, decimals, icon. A unit that
# is not here is passed on as it is.
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
# Commands that need no value are buttons; those that say more are left to automations.
BUTTONS = {
    "start_program": ("Start", "mdi:play"),
    "pause": ("Pause", "mdi:pause"),
    "resume": ("Resume", "mdi:play-pause"),
    "skip": ("Skip phase", "mdi:skip-next"),
    "stop": ("Stop session", "mdi:stop"),
    "acknowledge": ("Acknowledge alarm", "mdi:alarm-check"),
}
NUMBERS: dict[str, Entity] = {
    "set_speed": {
        "name": "Set belt speed",
        "min": 0,
        "max": FASTEST_M_S,
        "step": 0.05,
        "unit_of_measurement": "m/s",
        "device_class": "speed",
        "icon": "mdi:speedometer",
        "value_template": "{{ value_json.belt.speed_m_s if value_json.belt else None }}",
    },
    "set_incline": {
        "name": "Set belt incline",
        "min": 0,
        "max": STEEPEST_PERCENT,
        "step": 0.5,
        "unit_of_measurement": "%",
        "icon": "mdi:slope-uphill",
        "value_template": "{{ value_json.belt.incline_percent if value_json.belt else None }}",
    },
}
READABLE = "value_json.{} | replace('_', ' ') | capitalize"


def _of_details(name: str) -> str:
    return f"value_json.details.get('{name}')"


# Of the last session: name, unit, decimals, template of the value, icon.
SESSION = {
    "last_session": ("Last session", "min", 0, "(value_json.duration_s / 60)", "mdi:history"),
    "backward": ("Backward", "min", 1, "(value_json.backward_s / 60)", "mdi:arrow-down-bold"),
    "strides": ("Strides", "strides", 0, "value_json.strides", "mdi:shoe-print"),
    "stumbles": ("Stumbles", "stumbles", 0, "value_json.stumbles", "mdi:alert-outline"),
    "carried": ("Carried over", "%", 0, _of_details("carried_percent"), "mdi:percent"),
    "drift": (
        "Time until the old stride", "s", 0, _of_details("time_to_drift_s"), "mdi:timer",
    ),
}  # fmt: skip


def entities(
    site: Site, units: dict[str, str], root: str, commands: tuple[str, ...]
) -> dict[str, Entity]:
    """Return all entities by their key."""
    return {
        **{name: _metric(name, unit, root) for name, unit in units.items()},
        **_band(root),
        **_states(root),
        **_belt(root),
        **_sensors(site, root),
        **_events(root),
        **_controls(root, commands),
        **_session(root),
    }


def _metric(name: str, unit: str, root: str) -> Entity:
    kind, shown, decimals, icon = UNITS.get(unit, (None, unit, 2, "mdi:walk"))
    value = f"value_json.{name}"
    entity: Entity = {
        "platform": "sensor",
        "name": _title(name, unit),
        "state_topic": f"{root}/metrics",
        "value_template": _rounded(value, decimals),
        "unit_of_measurement": shown,
        "state_class": "measurement",
        "suggested_display_precision": decimals,
        "icon": icon,
    }
    return entity | ({"device_class": kind} if kind else {})


def _rounded(value: str, decimals: int) -> str:
    return f"{{{{ None if {value} is none else {value} | round({decimals}) }}}}"


def _title(name: str, unit: str) -> str:
    """Turn a metric's name into words, without the unit that Home Assistant shows anyway."""
    endings = {"%": "percent", "m/s": "m_s"}
    return _words(name.removesuffix("_" + endings.get(unit, unit)))


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _band(root: str) -> dict[str, Entity]:
    return {
        f"band_{end}": {
            "platform": "sensor",
            "name": f"Own stride, {words}",
            "state_topic": f"{root}/metrics",
            "value_template": "{{ None if value_json.stride_band_m is none else "
            f"value_json.stride_band_m[{n}] | round(2) }}}}",
            "unit_of_measurement": "m",
            "device_class": "distance",
            "state_class": "measurement",
            "suggested_display_precision": 2,
            "icon": "mdi:arrow-expand-horizontal",
        }
        for n, (end, words) in enumerate((("from", "shortest"), ("to", "longest")))
    }


def _states(root: str) -> dict[str, Entity]:
    choices = {
        "phase": (tuple(PHASES), "mdi:format-list-numbered"),
        "mode": (Mode.__args__, "mdi:walk"),
        "direction": (Direction.__args__, "mdi:swap-horizontal"),
        "stability": (Level.__args__, "mdi:scale-balance"),
    }
    out: dict[str, Entity] = {
        name: _state(root, _words(name), READABLE.format(name), icon)
        | {"device_class": "enum", "options": [_words(o) for o in options]}
        for name, (options, icon) in choices.items()
    }
    out["runner"] = _state(root, "Runner", "value_json.runner", "mdi:account")
    ends = "(value_json.since + value_json.remaining_s) | as_datetime"
    known = "value_json.since is none or value_json.remaining_s is none"
    out["phase_ends"] = _state(root, "Phase ends", f"None if {known} else {ends}", "mdi:timer-sand")
    out["phase_ends"]["device_class"] = "timestamp"
    out["alarm"] = {
        "platform": "binary_sensor",
        "name": "Alarm",
        "state_topic": f"{root}/state",
        "value_template": "{{ 'ON' if value_json.alarm else 'OFF' }}",
        "device_class": "safety",
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


def _belt(root: str) -> dict[str, Entity]:
    speed = _state(root, "Belt speed", _of_belt("speed_m_s"), "mdi:speedometer")
    incline = _state(root, "Belt incline", _of_belt("incline_percent"), "mdi:slope-uphill")
    measured = {"state_class": "measurement"}
    return {
        "belt_speed": speed
        | measured
        | {
            "device_class": "speed",
            "unit_of_measurement": "m/s",
            "suggested_display_precision": 2,
        },
        "belt_incline": incline
        | measured
        | {"unit_of_measurement": "%", "suggested_display_precision": 1},
    }


def _of_belt(what: str) -> str:
    return f"value_json.belt.{what} if value_json.belt else None"


def _sensors(site: Site, root: str) -> dict[str, Entity]:
    out: dict[str, Entity] = {}
    for name in site.sensors:
        # A sensor's name is the user's, so it is quoted in templates and reduced in identifiers.
        quoted, key = json.dumps(name), _key(name)
        out[f"link_{key}"] = {
            "platform": "binary_sensor",
            "name": f"{_words(name)} link",
            "state_topic": f"{root}/state",
            "value_template": f"{{{{ 'ON' if value_json.link.get({quoted}) == 'up' else 'OFF' }}}}",
            "device_class": "connectivity",
            "entity_category": "diagnostic",
        }
        heard = f"value_json.link.get({quoted}, 'lost') != 'lost'"
        out[f"battery_{key}"] = {
            "platform": "sensor",
            "name": f"{_words(name)} battery",
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


def _events(root: str) -> dict[str, Entity]:
    kinds: dict[str, tuple[str, list[str], str]] = {
        "cue": ("cue", ["given", "withheld"], "mdi:bullhorn"),
        "stumble": ("event", ["stumble"], "mdi:shoe-print"),
        "fall": ("event", ["fall_possible", "fall_confirmed"], "mdi:human-greeting-variant"),
    }
    return {
        name: {
            "platform": "event",
            "name": _words(name),
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
    for name, (words, icon) in BUTTONS.items():
        if name in commands:
            out[name] = {
                "platform": "button",
                "name": words,
                "command_topic": f"{root}/command",
                "payload_press": _order(name),
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
    return out | {"muted": _muted(root, commands)}


def _order(command: str) -> str:
    return json.dumps({"command": command, "id": "home-assistant"})


def _muted(root: str, commands: tuple[str, ...]) -> Entity:
    """Return a switch, or only its state where muting is not let in."""
    shown = {
        "name": "Muted",
        "state_topic": f"{root}/state",
        "value_template": "{{ 'ON' if value_json.muted else 'OFF' }}",
        "icon": "mdi:volume-off",
    }
    if not {"mute", "unmute"} <= set(commands):
        return shown | {"platform": "binary_sensor"}
    return shown | {
        "platform": "switch",
        "command_topic": f"{root}/command",
        "payload_on": _order("mute"),
        "payload_off": _order("unmute"),
        "state_on": "ON",
        "state_off": "OFF",
    }


def _session(root: str) -> dict[str, Entity]:
    """Describe what the last session was; it stays when the station is off."""
    out: dict[str, Entity] = {}
    for key, (name, unit, decimals, value, icon) in SESSION.items():
        out[key] = {
            "platform": "sensor",
            "name": name,
            "state_topic": f"{root}/session",
            "value_template": f"{{{{ {value} | round({decimals}, default=none) }}}}",
            "unit_of_measurement": unit,
            "state_class": "measurement",
            "suggested_display_precision": decimals,
            "availability": [],
            "icon": icon,
        }
        if unit in ("min", "s"):
            out[key]["device_class"] = "duration"
    out["last_session"]["json_attributes_topic"] = f"{root}/session"
    return out
