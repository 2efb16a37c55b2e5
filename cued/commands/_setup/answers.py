"""The answers that set-up asks for, or that the flags of ``cued setup`` give instead."""

from __future__ import annotations

from typing import Any, get_args

from msgspec import Struct

from cued.model import ConfigError, Placement

LOOSE = ("pocket", "bag", "hand", "wrist", "armband")
NOT_LOOSE = (
    "not in a pocket, a bag or a hand, where steps are miscounted and falls falsely detected; fix "
    "it tightly to the lower back or the waist (docs/wearing.md)"
)
PLACES = (*get_args(Placement), "treadmill", "heart_rate")
CREDENTIAL = "cued-mqtt-password"
Tables = dict[str, Any]


class ChosenSensor(Struct, frozen=True, omit_defaults=True):
    """A device and where it is worn; unknown fields are left out of its configuration table."""

    device: str
    placement: str
    address: str = ""
    name: str = ""


class Answers(Struct, frozen=True, kw_only=True):
    """Answers of a person or the flags; None leaves the configuration as it is."""

    station: str | None = None
    language: str | None = None
    runner: str | None = None
    program: bool | None = None
    profile: str | None = None
    speed_unit: str | None = None
    sensors: tuple[ChosenSensor, ...] | None = None
    starts_forward: bool | None = None
    volume: float | None = None
    sound: str | None = None
    renderer: str | None = None
    motors: bool | None = None
    swap_motors: bool = False
    buttons: bool | None = None
    light: bool | None = None
    belt_m_s: float | None = None
    belt_keys: bool | None = None
    belt_length_m: float | None = None
    belt_marks: int | None = None
    control: bool | None = None
    write_factor: float | None = None
    live_page: bool | None = None
    mqtt: str | None = None
    mqtt_user: str | None = None
    mqtt_password: str | None = None
    wifi: str | None = None
    wifi_password: str | None = None


def sensor(text: str) -> ChosenSensor:
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
    return ChosenSensor(device, place, address, "" if address else which)
