"""A validator of MQTT device descriptions, built from Home Assistant's documentation.

Options: home-assistant.io, pages "MQTT" (device discovery) and "MQTT sensor / binary sensor /
button / number / event"; classes and their units: the pages "Sensor", "Number" and "Binary sensor".
It knows the platforms we use and describes each fault in words.
"""

from __future__ import annotations

import json
import re
from typing import Any

ICON = re.compile(r"mdi:[a-z0-9-]+")
TOPIC = re.compile(r"[^+#\x00]+")
NUMBER = (int, float)
TEXT = (str, type(None))


def _keys(kind: Any, names: str) -> dict[str, Any]:
    return dict.fromkeys(names.split(), kind)


AVAILABILITY = {"availability": list} | _keys(
    str,
    "availability_mode availability_template availability_topic payload_available "
    "payload_not_available",
)
ENTITY = (
    AVAILABILITY
    | _keys(str, "platform unique_id icon entity_category default_entity_id entity_picture")
    | _keys(str, "encoding json_attributes_topic json_attributes_template")
    | _keys(TEXT, "name device_class")
    | {"enabled_by_default": bool, "qos": int}
)
READS = _keys(str, "state_topic value_template")
WRITES = _keys(str, "command_topic command_template") | {"retain": bool}
PAYLOADS = _keys(str, "payload_on payload_off")
PLATFORMS: dict[str, dict[str, Any]] = {
    "sensor": READS
    | _keys(int, "expire_after suggested_display_precision")
    | _keys(str, "last_reset_value_template state_class")
    | {"force_update": bool, "options": list, "unit_of_measurement": TEXT},
    "binary_sensor": READS
    | PAYLOADS
    | _keys(int, "expire_after off_delay")
    | {"force_update": bool},
    "button": WRITES | {"payload_press": str},
    "switch": READS | WRITES | PAYLOADS | _keys(str, "state_on state_off") | {"optimistic": bool},
    "number": READS
    | WRITES
    | _keys(NUMBER, "min max step")
    | _keys(str, "mode payload_reset")
    | {"optimistic": bool, "unit_of_measurement": TEXT},
    "event": READS | {"event_types": list},
}
REQUIRED = {key: {"state_topic"} for key in ("sensor", "binary_sensor", "event")}
REQUIRED |= {key: {"command_topic"} for key in ("button", "switch", "number")}
REQUIRED["event"] |= {"event_types"}
DEVICE = {
    "configuration_url", "connections", "hw_version", "identifiers", "manufacturer", "model",
    "model_id", "name", "serial_number", "suggested_area", "sw_version", "via_device",
}  # fmt: skip
ORIGIN = {"name", "sw_version", "support_url"}
LENGTHS = {"km", "m", "cm", "mm", "mi", "nmi", "yd", "in", "ft"}
SPEEDS = {"m/s", "km/h", "mph", "ft/s", "kn", "in/s", "mm/s", "mm/d", "mm/h", "m/min", "Beaufort"}
UNITS_OF = {
    "battery": {"%"},
    "distance": LENGTHS,
    "duration": {"d", "h", "min", "s", "ms", "µs"},
    "speed": SPEEDS,
    "enum": {None},
    "timestamp": {None},
}
BINARY_CLASSES = {"connectivity", "battery", "moving", "motion", "problem", "running", "safety"}


def faults(topic: str, payload: bytes) -> list[str]:
    """Return the objections Home Assistant would have."""
    out: list[str] = []
    if not re.fullmatch(r"\w+/device/([a-zA-Z0-9_-]+/)?[a-zA-Z0-9_-]+/config", topic):
        out.append(f"topic {topic} is no discovery topic")
    body = json.loads(payload)
    shared = {"device", "origin", "components", "state_topic", "command_topic", "qos", "encoding"}
    out += [f"root: {key} is unknown" for key in body.keys() - shared - AVAILABILITY.keys()]
    out += [f"device: {key} is unknown" for key in body["device"].keys() - DEVICE]
    if not body["device"].get("identifiers") and not body["device"].get("connections"):
        out.append("device: neither identifiers nor connections")
    out += [f"origin: {key} is unknown" for key in body["origin"].keys() - ORIGIN]
    if not body["origin"].get("name"):
        out.append("origin: no name")
    ids = [entity.get("unique_id") for entity in body["components"].values()]
    if len(set(ids)) != len(ids):
        out.append("components: a unique_id is used twice")
    for key, entity in body["components"].items():
        out += [f"{key}: {fault}" for fault in _entity(entity)]
    return out


def _entity(entity: dict[str, Any]) -> list[str]:
    platform = entity.get("platform")
    if platform not in PLATFORMS:
        return [f"platform {platform} is unknown"]
    known = ENTITY | PLATFORMS[platform]
    out = [f"{key} is unknown" for key in entity.keys() - known.keys()]
    out += [
        f"{key} has the wrong type"
        for key, value in entity.items()
        if key in known and not isinstance(value, known[key])
    ]
    out += [f"{key} is missing" for key in (REQUIRED[platform] | {"unique_id"}) - entity.keys()]
    for key, value in entity.items():
        if key.endswith("_topic") and not TOPIC.fullmatch(value):
            out.append(f"{key} is no topic")
        if key.endswith("_template") and value.count("{{") != value.count("}}"):
            out.append(f"{key} is no template")
    if "icon" in entity and not ICON.fullmatch(entity["icon"]):
        out.append("icon is none")
    if entity.get("entity_category", "config") not in ("config", "diagnostic"):
        out.append("entity_category is unknown")
    return out + _availability(entity) + _classes(platform, entity)


def _availability(entity: dict[str, Any]) -> list[str]:
    out: list[str] = []
    if "availability" in entity and "availability_topic" in entity:
        out.append("availability and availability_topic exclude each other")
    if entity.get("availability_mode", "latest") not in ("all", "any", "latest"):
        out.append("availability_mode is unknown")
    allowed = {"topic", "value_template", "payload_available", "payload_not_available"}
    for entry in entity.get("availability", []):
        if "topic" not in entry or entry.keys() - allowed:
            out.append("availability entry is wrong")
    return out


def _classes(platform: str, entity: dict[str, Any]) -> list[str]:
    kind, unit = entity.get("device_class"), entity.get("unit_of_measurement")
    out: list[str] = []
    if platform == "binary_sensor" and kind and kind not in BINARY_CLASSES:
        out.append(f"device_class {kind} is unknown")
    if platform in ("sensor", "number") and kind:
        if kind not in UNITS_OF:
            out.append(f"device_class {kind} is unknown")
        elif unit not in UNITS_OF[kind]:
            out.append(f"unit {unit} does not fit device_class {kind}")
    if platform == "sensor":
        state_class = entity.get("state_class")
        if state_class not in (None, "measurement", "total", "total_increasing"):
            out.append(f"state_class {state_class} is unknown")
        if (kind == "enum") != ("options" in entity):
            out.append("options and device_class enum belong together")
        if kind == "enum" and (state_class or unit):
            out.append("an enum has neither unit nor state_class")
    if platform == "number" and not entity.get("min", 1) < entity.get("max", 100):
        out.append("min is not below max")
    if platform == "number" and entity.get("step", 1) < 0.001:
        out.append("step is below 0.001")
    if platform == "event" and not all(isinstance(t, str) for t in entity.get("event_types", [0])):
        out.append("event_types are texts")
    return out
