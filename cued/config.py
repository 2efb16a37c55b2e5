"""The configuration: TOML into frozen structs, and one clear line for every mistake.

Rules
-----
* A section is either one of the fixed ones below or a part: ``[rules.overlong_stride]`` is read
  into the ``Config`` of ``cued/coach/rules/overlong_stride.py`` (see ``cued/parts.py``).
* Metrics and rules are on unless their table says ``enabled = false``; devices, sources,
  actuators and sinks are on when their table is there.
* Every mistake is a line of a ``ConfigError``: file, section, key, what is wrong, and what was
  probably meant; all of a file are told at once. The process ends with status 78, which systemd
  does not restart.
* The JSON schema that editors complete from is made of the same structs (``cued parts --schema``).
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
    """Where the daemon stands."""

    name: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9][a-z0-9_-]*$(?!\n)",  # Python's $ is before a last newline, too
            max_length=40,
            description="Name of this treadmill in topics and files: a-z, 0-9, _ and -.",
        ),
    ] = "treadmill"
    language: Annotated[Language, Meta(description="Language of the voice.")] = "en"
    hardware: Annotated[
        bool, Meta(description="False: no pins and no sound card are touched (a trial run).")
    ] = True
    chip: Annotated[
        int | None, Meta(description="Number of the gpiochip; unset: that of the header.")
    ] = None
    state: Annotated[
        str, Meta(description="Folder for history and sessions; empty: the service's own.")
    ] = ""
    cache: Annotated[
        str, Meta(description="Folder for rendered speech; empty: the service's own.")
    ] = ""


ADDRESS = "^$|^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$|^[0-9A-Fa-f-]{36}$"  # macOS has a UUID


class Sensor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One device: what it is, where it is worn, how it is recognised."""

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
        """Check the mounting where it is written."""
        if self.mounting is None:
            return
        try:
            rotation(self.mounting)
        except ValueError as error:
            raise ValueError(f"mounting: {error}") from None


class Site(Struct, frozen=True, kw_only=True):
    """Where the daemon runs: what parts of the shell need beside their own options.

    state : folder that survives reboots.  cache : folder that may be deleted at any time.
    runtime : folder for sockets and pipes, gone at reboot.
    hardware : False makes parts use their stand-ins (gpiozero's mock pins, a null sound device).
    chip : the number of the gpiochip, None for the header's.
    sensors : the configured devices by name; sources look for theirs.
    metrics : the metrics that are on and their options; a sink that announces them asks for units.
    runner, profile : whose run it is, and which workout, until a command chooses another.
    speed_unit : what belt speeds are shown and spoken in.
    motors : plays a rhythm on a connected sensor's motor, by its name; "" or why it is not felt.
    opening : tells what the present engine was made from (``recording/sessions``), if known.
    settings : what lets the live page ask for set-up (``sinks/_settings.py``), where it may.
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

    settings : dotted keys and values laid over the file, as ``--set`` gives them.
    """
    if path is None:
        path = searched()
    raw: dict[str, Any] = tables(path) if path else {}
    for key, value in (settings or {}).items():
        overlay(raw, key, value)
    try:
        return convert(raw)
    except ConfigError as error:
        lines = [_placed(told, path, settings or {}) for told in error.args[0].split("\n")]
        raise ConfigError("\n".join(lines)) from None


def _placed(told: str, path: Path | None, settings: Mapping[str, str]) -> str:
    """Return a mistake with where it was written: ``--set``, or the file and its line."""
    for path_of in (setting.split(".") for setting in settings):
        for n, name in enumerate(path_of):
            table = ".".join(path_of[:n])
            if told.startswith((f"[{table}] {name}:", f"[{table}] is no ")):
                return f"--set: {told}"
    return reading.placed(path, told) if path else f"configuration: {told}"


def tables(path: Path) -> dict[str, Any]:
    """Read the tables of a file, as an editor on any system saves it. Raises ConfigError."""
    try:
        return toml.parse(path.read_text("utf-8-sig"), path.name)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{path.name}: line {line} is not UTF-8; save the file as UTF-8"
        ) from None


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
    if told := reading.unprintable(raw):
        raise ConfigError(told)
    wrongs = [
        f"[{section}] is no section{meant(section, known)}"
        for section in raw
        if section not in known
    ]
    fixed = {
        n: _kept(wrongs, reading.convert, raw.get(n, {}), kind, f"[{n}]")
        for n, kind in FIXED.items()
    }
    read = {
        n: _kept(wrongs, _sensor, n, table)
        for n, table in (_kept(wrongs, _tables, "sensors", raw.get("sensors", {})) or {}).items()
    }
    chosen = {kind: _parts(kind, raw.get(kind, {}), wrongs) for kind in NAMED_KINDS}
    sensors = {n: sensor for n, sensor in read.items() if sensor}
    _kept(wrongs, _check_addresses, sensors)
    _kept(wrongs, _check_pins, chosen)
    if isinstance(coach := fixed["coach"], CoachConfig):
        _kept(wrongs, profile.load, coach.profile)
    if wrongs:
        raise ConfigError("\n".join(wrongs))
    return Config(**fixed, sensors=sensors, parts=chosen)  # pyright: ignore[reportArgumentType]


def _kept(wrongs: list[str], make: Callable[P, T], *args: P.args, **named: P.kwargs) -> T | None:
    """Make something; a mistake in it is kept with the others, so that all are told at once."""
    try:
        return make(*args, **named)
    except ConfigError as error:
        wrongs.append(str(error))
        return None


def _tables(section: str, value: Any) -> dict[str, Any]:
    table = cast("dict[str, Any]", value if isinstance(value, dict) else {"": value})
    for name, inside in table.items():
        if not isinstance(inside, dict):
            where = f"[{section}] {name}:".replace(" :", "")
            raise ConfigError(f"{where} holds tables only, such as [{section}.NAME]")
    return table


def _parts(kind: str, raw: Any, wrongs: list[str]) -> dict[str, Struct]:
    tables = _kept(wrongs, _tables, kind, raw) or {}
    existing = parts.names(kind)
    wrongs += [
        f"[{kind}.{name}] is no part{meant(name, existing)}"
        for name in tables
        if name not in existing
    ]
    wanted = existing if kind in ALWAYS_ON else [n for n in existing if n in tables]
    made = {name: _kept(wrongs, _part, kind, name, dict(tables.get(name, {}))) for name in wanted}
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
    """List the GPIO pins in use: section, option (it ends in ``pin``) and number."""
    return [
        (f"[{kind}.{name}]", key, value)
        for kind, tables in chosen.items()
        for name, options in tables.items()
        for key in options.__struct_fields__
        if key.endswith("pin") and (value := getattr(options, key)) is not None
    ]


def output_pins(config: Config) -> list[int]:
    """List the pins that a part drives: all but those of sources."""
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
    """See that nothing is worn in two places; a strap's heart rate may be a table of its own."""
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
    """Lay one ``a.b.c=value`` over the tables; the value is TOML, or else a plain string."""
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
