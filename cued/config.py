"""The configuration: reads TOML into frozen structs, and reports each mistake on one line.

Rules
-----
* A section is either one of the fixed ones below or a part: ``[rules.overlong_stride]`` is read
  into the ``Config`` of ``cued/coach/rules/overlong_stride.py`` (see ``cued/parts.py``).
* Metrics and rules are on unless their table says ``enabled = false``; devices, sources,
  actuators and sinks are on when their table is there.
* Every mistake is a line of a ``ConfigError``: file, section, key, what is wrong, and what was
  probably meant. All mistakes of a file are reported at once. The process ends with status 78,
  after which systemd does not restart it.
* The JSON schema for editors is made from the same structs (``cued parts --schema``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, ParamSpec, TypeAlias, TypeVar, cast

from msgspec import Meta, Struct

from cued import parts, reading, toml
from cued.coach.config import CoachConfig
from cued.coach.voice.phrases import LANGUAGES
from cued.coach.workout import profile
from cued.devices.device import PulseTrain
from cued.frames import Matrix, rotation
from cued.gait.fusion.chains import GaitConfig
from cued.model import ConfigError, Placement
from cued.reading import meant

if TYPE_CHECKING:
    Language: TypeAlias = str
else:
    Language = Literal[LANGUAGES]
Pulse: TypeAlias = Callable[[PulseTrain], Awaitable[str]]
Pin: TypeAlias = Annotated[int, Meta(ge=0, le=27)]  # GPIO numbers of the header
P = ParamSpec("P")
T = TypeVar("T")

SEARCHED = ("/etc/cued/cued.toml",)
ALWAYS_ON = ("metrics", "rules")


class Station(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The treadmill and the machine that the daemon serves."""

    name: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9][a-z0-9_-]*$(?!\n)",  # Python's $ also matches before a last newline
            max_length=40,
            description="Name of this treadmill in topics and files: a-z, 0-9, _ and -.",
        ),
    ] = "treadmill"
    language: Annotated[Language, Meta(description="Language of the voice.")] = "en"
    hardware: Annotated[
        bool, Meta(description="False: use no pins and no sound card (a trial run).")
    ] = True
    chip: Annotated[
        int | None, Meta(description="Number of the gpiochip; unset: the header's.")
    ] = None
    state: Annotated[
        str, Meta(description="Folder for history and sessions; empty: the service's own.")
    ] = ""
    cache: Annotated[
        str, Meta(description="Folder for rendered speech; empty: the service's own.")
    ] = ""


ADDRESS = "^$|^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$|^[0-9A-Fa-f-]{36}$"  # macOS has a UUID


class Sensor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One device: its type, where it is worn, how it is recognised."""

    device: Annotated[str, Meta(description="A file of cued/devices, such as polar_pmd or ftms.")]
    placement: Annotated[
        Placement | Literal["treadmill", "heart_rate"], Meta(description="Where it is worn.")
    ]
    address: Annotated[
        str,
        Meta(pattern=ADDRESS, description="Bluetooth address, C0:FF:EE:00:00:01; empty: by name."),
    ] = ""
    name: Annotated[str, Meta(description="Advertised name, or how it starts.")] = ""
    mounting: Annotated[
        Matrix | None,
        Meta(description="Rows: body axes (forward, left, up) in sensor axes; none: found."),
    ] = None
    options: Annotated[dict[str, Any], Meta(description="Options of the device's own file.")] = {}

    def __post_init__(self) -> None:
        """Refuse a mounting that is not a rotation."""
        if self.mounting is None:
            return
        try:
            rotation(self.mounting)
        except ValueError as error:
            raise ValueError(f"mounting: {error}") from None


class Site(Struct, frozen=True, kw_only=True):
    """The daemon's surroundings: what parts of the shell need besides their own options.

    state : folder that survives reboots.  cache : folder that may be deleted at any time.
    runtime : folder for sockets and pipes, gone at reboot.
    hardware : False makes parts use their stand-ins (gpiozero's mock pins, a null sound device).
    chip : the number of the gpiochip, None for the header's.
    sensors : the configured devices by name; sources look for theirs.
    metrics : the metrics that are on, with options; sinks that announce them need their units.
    runner, profile : the runner and the workout, until a command chooses another.
    speed_unit : the unit in which belt speeds are shown and spoken.
    motors : by sensor name, plays a rhythm on its motor; returns "" or why it cannot be felt.
    opening : returns what the present engine was built from (``recording/sessions``), if known.
    settings : lets the live page ask for set-up (``sinks/_settings.py``); None where it may not.
    """

    station: str = "treadmill"
    language: str = "en"
    state: str = "state"
    cache: str = "cache"
    runtime: str = "run"
    hardware: bool = True
    chip: int | None = None
    sensors: dict[str, Sensor] = {}
    metrics: dict[str, Struct] = {}
    runner: str = "runner"
    profile: str = ""
    speed_unit: str = "km/h"
    motors: dict[str, Pulse] = {}
    opening: Callable[[], Struct] | None = None
    settings: Any = None


class Config(Struct, frozen=True, kw_only=True):
    """A whole configuration; ``parts[kind][name]`` holds the struct of each part that is on."""

    station: Station = Station()
    gait: GaitConfig = GaitConfig()
    coach: CoachConfig = CoachConfig()
    sensors: dict[str, Sensor] = {}
    parts: dict[str, dict[str, Struct]] = {}

    def part(self, kind: str, name: str) -> Any:
        """Return the options of a part that is on, else None."""
        return self.parts.get(kind, {}).get(name)


FIXED: dict[str, type[Struct]] = {
    "station": Station,
    "gait": GaitConfig,
    "coach": CoachConfig,
}
NAMED_KINDS = tuple(k for k in parts.KINDS if k not in ("devices", "voices"))


def load(path: Path | None, settings: Mapping[str, str] | None = None) -> Config:
    """Read a configuration file (None: the first of ``SEARCHED``, else defaults).

    settings : dotted keys and values of ``--set``, which override the file.
    """
    if path is None:
        path = searched()
    raw: dict[str, Any] = tables(path) if path else {}
    for key, value in (settings or {}).items():
        overlay(raw, key, value)
    try:
        return convert(raw)
    except ConfigError as error:
        lines = [_placed(line, path, settings or {}) for line in error.args[0].split("\n")]
        raise ConfigError("\n".join(lines)) from None


def _placed(mistake: str, path: Path | None, settings: Mapping[str, str]) -> str:
    """Prefix a mistake with where it was written: ``--set``, or the file and its line."""
    for path_of in (setting.split(".") for setting in settings):
        for n, name in enumerate(path_of):
            table = ".".join(path_of[:n])
            if mistake.startswith((f"[{table}] {name}:", f"[{table}] is no ")):
                return f"--set: {mistake}"
    return reading.placed(path, mistake) if path else f"configuration: {mistake}"


def tables(path: Path) -> dict[str, Any]:
    """Read a file's tables. Raises ConfigError."""
    try:
        return toml.parse(reading.read_text(path), path.name)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


def searched() -> Path | None:
    """Return the first of ``SEARCHED`` that exists. Raises ConfigError if it cannot be read."""
    for path in map(Path, SEARCHED):
        try:
            if path.is_file():
                return path
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    return None


def convert(raw: Mapping[str, Any]) -> Config:
    """Turn tables, as TOML gives them, into a ``Config``."""
    known = [*FIXED, "sensors", *NAMED_KINDS]
    if unprintable := reading.unprintable(raw):
        raise ConfigError(unprintable)
    mistakes = [
        f"[{section}] is no section{meant(section, known)}"
        for section in raw
        if section not in known
    ]
    fixed = {
        n: _collect(mistakes, reading.convert, raw.get(n, {}), kind, f"[{n}]")
        for n, kind in FIXED.items()
    }
    sensor_tables = _collect(mistakes, _tables, "sensors", raw.get("sensors", {})) or {}
    read = {n: _collect(mistakes, _sensor, n, table) for n, table in sensor_tables.items()}
    chosen = {kind: _parts(kind, raw.get(kind, {}), mistakes) for kind in NAMED_KINDS}
    sensors = {n: sensor for n, sensor in read.items() if sensor}
    _collect(mistakes, _check_addresses, sensors)
    _collect(mistakes, _check_pins, chosen)
    if isinstance(coach := fixed["coach"], CoachConfig):
        _collect(mistakes, profile.load, coach.profile)
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return Config(**fixed, sensors=sensors, parts=chosen)  # pyright: ignore[reportArgumentType]


def _collect(
    mistakes: list[str], make: Callable[P, T], *args: P.args, **named: P.kwargs
) -> T | None:
    """Make something and collect its mistake, if any, so that all are reported at once."""
    try:
        return make(*args, **named)
    except ConfigError as error:
        mistakes.append(str(error))
        return None


def _tables(section: str, value: Any) -> dict[str, Any]:
    table = cast("dict[str, Any]", value if isinstance(value, dict) else {"": value})
    for name, inside in table.items():
        if not isinstance(inside, dict):
            where = f"[{section}] {name}:".replace(" :", "")
            raise ConfigError(f"{where} holds tables only, such as [{section}.NAME]")
    return table


def _parts(kind: str, raw: Any, mistakes: list[str]) -> dict[str, Struct]:
    tables = _collect(mistakes, _tables, kind, raw) or {}
    existing = parts.names(kind)
    mistakes += [
        f"[{kind}.{name}] is no part{meant(name, existing)}"
        for name in tables
        if name not in existing
    ]
    wanted = existing if kind in ALWAYS_ON else [n for n in existing if n in tables]
    made = {
        name: _collect(mistakes, _part, kind, name, dict(tables.get(name, {}))) for name in wanted
    }
    return {name: options for name, options in made.items() if options}


def _part(kind: str, name: str, table: dict[str, Any]) -> Struct | None:
    """Read a part's options; None where it is switched off."""
    where = f"[{kind}.{name}]"
    enabled = table.pop("enabled", True)
    if not isinstance(enabled, bool):
        hint = reading.probably("bool", enabled)
        raise ConfigError(f"{where} enabled: needs true or false{hint}")
    return reading.convert(table, parts.load(kind, name).config, where) if enabled else None


def pins(chosen: Mapping[str, Mapping[str, Struct]]) -> list[tuple[str, str, int]]:
    """List the GPIO pins in use: section, option (its name ends in ``pin``) and number."""
    return [
        (f"[{kind}.{name}]", key, value)
        for kind, tables in chosen.items()
        for name, options in tables.items()
        for key in options.__struct_fields__
        if key.endswith("pin") and (value := getattr(options, key)) is not None
    ]


def output_pins(config: Config) -> list[int]:
    """List the pins that parts drive: all except those of sources."""
    outputs = {k: tables for k, tables in config.parts.items() if k != "sources"}
    return [number for _, _, number in pins(outputs)]


def _check_pins(chosen: Mapping[str, Mapping[str, Struct]]) -> None:
    taken: dict[int, str] = {}
    for section, key, number in pins(chosen):
        here = f"{section} {key}"
        if number in taken:
            raise ConfigError(f"{here}: pin {number} is taken by {taken[number]}")
        taken[number] = here


def _sensor(name: str, table: Any) -> Sensor:
    where = f"[sensors.{name}]"
    sensor = reading.convert(table, Sensor, where)
    existing = parts.names("devices")
    if sensor.device not in existing:
        raise ConfigError(
            f"{where} device: no device {sensor.device!r}{meant(sensor.device, existing)}"
        )
    part = parts.load("devices", sensor.device)
    place = part.place or sensor.placement
    if place != sensor.placement:
        why = f"{sensor.device} sends no motion, wherever it is worn"
        raise ConfigError(f'{where} placement: {why}; write placement = "{place}"')
    reading.convert(sensor.options, part.config, f"[sensors.{name}.options]")
    return sensor


def _check_addresses(sensors: Mapping[str, Sensor]) -> None:
    """Refuse two sensors with one address, unless one only gives a strap's heart rate."""
    worn: dict[str, str] = {}
    for name, sensor in sensors.items():
        address = sensor.address.upper()
        if not address or parts.load("devices", sensor.device).place:
            continue
        if address in worn:
            raise ConfigError(
                f"[sensors.{name}] address: {sensor.address} is that of [sensors.{worn[address]}]"
            )
        worn[address] = name


def overlay(raw: dict[str, Any], key: str, value: str) -> None:
    """Set ``a.b.c=value`` in the tables; the value is TOML, or else a plain string."""
    *path, last = key.split(".")
    if not path:
        raise ConfigError(f"--set {key}: write SECTION.KEY=VALUE")
    table: Any = raw
    for step in path:
        if not isinstance(table.setdefault(step, {}), dict):
            raise ConfigError(f"--set {key}: {step} is not a section")
        table = table[step]
    try:
        table[last] = tomllib.loads(f"v = {value}")["v"]
    except (ValueError, RecursionError):
        table[last] = value
