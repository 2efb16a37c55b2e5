"""The opening of a session: all that an engine was made from, to make it again years later.

The configuration is kept as tables, without addresses, passwords and folders, on which the engine
does not depend. In a replay every part that is not in the tables is off, even a rule that did not
exist at the time.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cued import __version__, parts
from cued.coach.workout.memory import Memory
from cued.config import ALWAYS_ON, Config, Sensor, convert, overlay
from cued.model import RecordingError
from cued.reading import from_json

FORMAT = 1  # of the openings that this version writes


class Opening(Struct, frozen=True, kw_only=True):
    """All that an engine was made from, and when and where it began.

    began : the start in seconds since 1970 by the wall clock, only a label; t : by the inputs'
    clock.
    config : the tables of a configuration that the engine depends on, with every part that was on.
    """

    format: int = FORMAT
    cued: str = __version__
    began: float = 0.0
    t: float = 0.0
    station: str = ""
    config: dict[str, Any] = {}
    memory: Memory = Memory()
    muted: bool = False


def tables(config: Config) -> dict[str, Any]:
    """Return the tables of a configuration that an engine depends on."""
    worn = {n: replace(s, address="", name="") for n, s in config.sensors.items()}
    out: dict[str, Any] = {
        "station": {"language": config.station.language},
        "gait": config.gait,
        "coach": config.coach,
        "sensors": worn,
        **{kind: config.parts.get(kind, {}) for kind in ALWAYS_ON},
    }
    return msgspec.to_builtins(out)


def configuration(opening: Opening, settings: Mapping[str, str] | None = None) -> Config:
    """Turn an opening's tables into a configuration. Raises ConfigError like any other.

    settings : dotted keys and values laid over it, as ``--set`` gives them.
    """
    out: dict[str, Any] = copy.deepcopy(opening.config)
    for kind in ALWAYS_ON:
        off = {name: {"enabled": False} for name in parts.names(kind)}
        out[kind] = {**off, **out.get(kind, {})}
    for key, value in (settings or {}).items():
        overlay(out, key, value)
    return convert(out)


def sensors(opening: Opening) -> dict[str, Sensor]:
    """Return the sensors that were worn, to decode their notifications."""
    try:
        return msgspec.convert(opening.config.get("sensors", {}), dict[str, Sensor])
    except msgspec.ValidationError as error:
        raise RecordingError(f"the sensors of a session are not readable: {error}") from None


def read_opening(content: bytes, where: str) -> Opening:
    """Read an opening. Raises RecordingError, also for one of another format."""
    try:
        fields = from_json(content, dict[str, Any])
        version = fields.get("format")
        if version != FORMAT:
            raise RecordingError(
                f"{where}: format {version}, written by cued {fields.get('cued', '?')}; "
                f"cued {__version__} reads format {FORMAT}"
            )
        return msgspec.convert(fields, Opening)
    except msgspec.MsgspecError as error:
        raise RecordingError(f"{where}: the opening is not readable: {error}") from None
