"""The answers, laid over the tables of a configuration; what is not asked about stays as it was.

Everything here is plain tables, as TOML gives them, so that a configuration with sections this
version knows nothing to ask about goes through unharmed.
"""

from __future__ import annotations

from typing import Any, get_args

from msgspec import Struct

from cued.model import ConfigError, Placement

LOOSE = ("pocket", "bag", "hand", "wrist", "armband")
NOT_LOOSE = (
    "not in a pocket, a bag or a hand: there steps are miscounted and falls are made up; fix it "
    "tightly to the lower back or the waist (docs/wearing.md)"
)
PLACES = (*get_args(Placement), "treadmill", "heart_rate")
CREDENTIAL = "cued-mqtt-password"
Tables = dict[str, Any]


class Sensor(Struct, frozen=True):
    """A device and where it is worn."""

    device: str
    placement: str
    address: str = ""
    name: str = ""


class Answers(Struct, frozen=True, kw_only=True):
    """What a person, or the flags, said; None leaves the configuration as it is."""

    station: str | None = None
    language: str | None = None
    program: bool | None = None
    profile: str | None = None
    sensors: tuple[Sensor, ...] | None = None
    volume: float | None = None
    sound: str | None = None
    motors: bool | None = None
    swap_motors: bool = False
    buttons: bool | None = None
    light: bool | None = None
    belt_kmh: float | None = None
    mqtt: str | None = None
    mqtt_user: str | None = None
    mqtt_password: str | None = None


def sensor(text: str) -> Sensor:
    """Read ``DEVICE@PLACEMENT`` or ``DEVICE@PLACEMENT=ADDRESS-OR-NAME``."""
    device, at, rest = text.partition("@")
    place, _, which = rest.partition("=")
    if place in LOOSE:
        raise ConfigError(f"--sensor {text}: {NOT_LOOSE}")
    if not at or place not in PLACES:
        raise ConfigError(
            f"--sensor {text}: write DEVICE@PLACEMENT or DEVICE@PLACEMENT=ADDRESS; placements are "
            f"{', '.join(PLACES)}"
        )
    address = which if which.count(":") == 5 else ""
    return Sensor(device, place, address, "" if address else which)


def laid_over(raw: Tables, answers: Answers) -> Tables:
    """Lay answers over a configuration's tables; the result is new."""
    out = _copy(raw)
    for key in ("station", "language"):
        value = getattr(answers, key)
        if value is not None:
            out.setdefault("station", {})["name" if key == "station" else key] = value
    for key in ("program", "profile"):
        value = getattr(answers, key)
        if value is not None:
            out.setdefault("coach", {})[key] = value
    if answers.sensors is not None:
        out["sensors"] = _named(answers.sensors)
    if out.get("sensors"):
        out.setdefault("sources", {}).setdefault("ble", {})
    _sound(out, answers)
    _switch(out, "actuators", "haptic", answers.motors)
    if answers.swap_motors:
        motors = out.setdefault("actuators", {}).setdefault("haptic", {})
        left, right = motors.get("left_pin", 12), motors.get("right_pin", 13)
        motors.update(left_pin=right, right_pin=left)
    _switch(out, "sources", "buttons", answers.buttons)
    _switch(out, "sinks", "light", answers.light)
    _belt(out, answers.belt_kmh)
    _mqtt(out, answers)
    return out


def _sound(out: Tables, answers: Answers) -> None:
    voice = out.setdefault("actuators", {}).setdefault("speech", {})
    if answers.volume is not None:
        voice["volume"] = answers.volume
    if answers.sound is not None:
        voice["device"] = answers.sound


def _belt(out: Tables, speed_kmh: float | None) -> None:
    if speed_kmh is not None:
        _switch(out, "sources", "belt_by_hand", speed_kmh > 0)
        if speed_kmh > 0:
            out["sources"]["belt_by_hand"]["speed_m_s"] = round(speed_kmh / 3.6, 3)


def _mqtt(out: Tables, answers: Answers) -> None:
    if answers.mqtt is not None:
        _switch(out, "sinks", "mqtt", bool(answers.mqtt))
    broker = out.get("sinks", {}).get("mqtt")
    if broker is None:
        return
    if answers.mqtt:
        host, _, port = answers.mqtt.partition(":")
        broker["host"] = host
        if port:
            broker["port"] = _number(port)
    if answers.mqtt_user is not None:
        broker["user"] = answers.mqtt_user
    if answers.mqtt_password:
        broker["credential"] = CREDENTIAL


def _number(port: str) -> int:
    if not port.isdigit():
        raise ConfigError(f"--mqtt: {port} is no port; write HOST or HOST:PORT")
    return int(port)


def _switch(out: Tables, kind: str, name: str, on: bool | None) -> None:
    """Put a part's table there, or take it away; None leaves it."""
    if on:
        out.setdefault(kind, {}).setdefault(name, {})
    elif on is not None:
        out.get(kind, {}).pop(name, None)


def _named(sensors: tuple[Sensor, ...]) -> Tables:
    """Name each sensor's table by where it is worn."""
    out: Tables = {}
    for each in sensors:
        name, n = each.placement, 2
        while name in out:
            name, n = f"{each.placement}_{n}", n + 1
        out[name] = {f: v for f in each.__struct_fields__ if (v := getattr(each, f))}
    return out


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _copy(v) for k, v in value.items()}  # pyright: ignore[reportUnknownVariableType]
    return list(value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
