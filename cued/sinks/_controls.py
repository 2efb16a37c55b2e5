"""Home Assistant controls: a button, a number or a switch for each accepted command."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from cued.coach.commands import FASTEST_M_S, STEEPEST_PERCENT
from cued.words import SPEEDS, Words

Entity: TypeAlias = dict[str, Any]

# Commands without a value are buttons; others, except NUMBERS, are left to automations.
BUTTONS = {
    "start_program": "mdi:play",
    "pause": "mdi:pause",
    "resume": "mdi:play-pause",
    "skip": "mdi:skip-next",
    "stop": "mdi:stop",
    "acknowledge": "mdi:alarm-check",
    "same_runner": "mdi:account-check",
    "new_runner": "mdi:account-question",
    "slower": "mdi:minus",
    "faster": "mdi:plus",
}
TYPED = ("slower", "faster")  # of use only if nothing else reports the belt's speed
NUMBERS: dict[str, Entity] = {  # bounds as in coach/commands.py
    "set_speed": {
        "min": 0,
        "device_class": "speed",
        "icon": "mdi:speedometer",
    },
    "set_incline": {
        "min": 0,
        "max": STEEPEST_PERCENT,
        "step": 0.5,
        "unit_of_measurement": "%",
        "icon": "mdi:slope-uphill",
        "value_template": "{{ value_json.belt.incline_percent if value_json.belt else None }}",
    },
}


class SpeedUnit:
    """Templates that convert speeds between m/s and the station's unit."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.factor = round(SPEEDS[unit], 4)
        self.decimals = 1

    def shown(self, value: str) -> str:
        """Return the template that converts a value in m/s to the unit."""
        return f"({value} * {self.factor}) | round({self.decimals})"

    def number(self) -> Entity:
        """Return the fields of a speed's number: its limits, and its value in the unit."""
        belt = self.shown("value_json.belt.speed_m_s")
        return {
            "max": round(FASTEST_M_S * self.factor, 1),
            "step": 0.1,
            "unit_of_measurement": self.unit,
            "value_template": f"{{{{ {belt} if value_json.belt else None }}}}",
        }

    def asked(self) -> str:
        """Return the template that converts a value in the unit to m/s."""
        return f"(value / {self.factor}) | round(3)"


def controls(
    root: str, commands: tuple[str, ...], words: Words, speed: SpeedUnit
) -> dict[str, Entity]:
    """Return the entities that send the accepted commands."""
    out: dict[str, Entity] = {}
    for name, icon in BUTTONS.items():
        if name in commands:
            out[name] = {
                "platform": "button",
                "name": words.say(f"key.{name}"),
                "command_topic": f"{root}/command",
                "payload_press": _order(name),
                "icon": icon,
            }
        if name in out and name in TYPED:
            out[name] |= _while_typed(root)
    for name, about in NUMBERS.items():
        if name in commands:
            of_speed = name == "set_speed"
            value = speed.asked() if of_speed else "value"
            more = speed.number() if of_speed else {}
            out[name] = {**about, **more} | {
                "platform": "number",
                "name": words.say(f"ha.{name}"),
                "mode": "box",
                "command_topic": f"{root}/command",
                "command_template": f'{{"command": "{name}", "value": {{{{ {value} }}}}}}',
                "state_topic": f"{root}/state",
            }
    return out | {"muted": _muted(root, commands, words)}


def _while_typed(root: str) -> Entity:
    typed = "{{ 'online' if value_json.belt_typed else 'offline' }}"
    return {
        "availability_mode": "all",
        "availability": [
            {"topic": f"{root}/availability"},
            {"topic": f"{root}/state", "value_template": typed},
        ],
    }


def _order(command: str) -> str:
    return json.dumps({"command": command, "id": "home-assistant"})


def _muted(root: str, commands: tuple[str, ...], words: Words) -> Entity:
    """Return a switch, or only its state if muting is not accepted."""
    shown = {
        "name": words.say("ha.muted"),
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
