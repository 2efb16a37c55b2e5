"""The script of a simulated run: a TOML text read into frozen structs.

Sections, all optional but ``[[does]]``:

* ``[person]``: the walker; ``[link]``: how packets travel; ``[[sensor]]``: what is worn;
* ``[[does]]``: the person's actions (``ACTIONS``), each from ``at_s`` on;
* ``[[belt]]``: the treadmill's settings; ``[treadmill]``: its reports;
* ``[[breaks]]``: faults of sensors and links (``FAULTS``);
* ``[[command]]``: commands to the daemon.

Every mistake is a line of a ``ConfigError``: section, key and what was probably meant.
Times are in seconds from the start of the run.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from msgspec import Meta, Struct

from cued import toml
from cued.frames import Matrix, rotation
from cued.model import ConfigError
from cued.reading import convert, meant

Seconds = Annotated[float, Meta(ge=0, le=604800)]
Name = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]


class Limits(Struct, frozen=True):
    """Bounds and defaults of ``by`` and ``for_s`` of an action or a fault."""

    by: float | None = None  # None: takes no ``by``
    least: float = 0.0
    most: float = 0.0
    for_s: float | None = None  # None: lasts until the next action, or is an instant
    what: str = ""


ACTIONS: dict[str, Limits] = {  # defaults and bounds of a scenario's own numbers; chosen
    "stand": Limits(what="stands still; on the rails while the belt moves"),
    "walk": Limits(what="walks as fast as the belt"),
    "run": Limits(what="runs as fast as the belt"),
    "go": Limits(what="walks, or runs above 1.95 m/s forward and 1.6 m/s backward"),
    "turn": Limits(180, -180, 180, 3.0, "turns in small steps, degrees"),
    "face_back": Limits(what="has the back to the console from the start; instantly"),
    "overlong": Limits(8, -20, 30, 30.0, "takes longer strides than usual, percent"),
    "uneven": Limits(6, -20, 20, 30.0, "takes longer left steps than right ones, percent"),
    "limp": Limits(14, 5, 20, 30.0, "as uneven, and the left foot, which hurts, comes down flat"),
    "unsteady": Limits(2.5, 1, 5, 30.0, "sways and varies more, by this factor"),
    "lean": Limits(8, -30, 30, 30.0, "leans forward, degrees"),
    "hold_rail": Limits(for_s=20.0, what="holds the rail: less up and sideways"),
    "tire": Limits(2, 0, 20, what="loses cadence, percent in ten minutes"),
    "stumble": Limits(1, 0.3, 2, what="catches a foot; 1 is a clear stumble"),
    "fall": Limits(80, 45, 100, what="falls and lies still, tilted, degrees"),
    "step_off": Limits(what="steps off the belt and stands beside it"),
    "bow": Limits(20, 5, 60, 4.0, "bows and comes back up, degrees"),
    "wipe": Limits(15, 5, 40, 3.0, "wipes the face, turning the trunk"),
    "cough": Limits(3, 0.5, 10, what="coughs, m/s²"),
}
FAULTS: dict[str, Limits] = {  # as above
    "lost": Limits(for_s=10.0, what="the link drops and comes back; samples are gone"),
    "stall": Limits(for_s=1.0, what="packets wait and then come all at once"),
    "lag": Limits(15, 0.1, 60, 30.0, "every packet is late, seconds"),
    "loss": Limits(10, 0, 100, 30.0, "percent of packets lost"),
    "battery": Limits(10, 0, 100, what="the sensor reports its charge, percent"),
    "nan": Limits(for_s=1.0, what="samples are not numbers"),
    "flat": Limits(for_s=2.0, what="the sensor repeats its last sample"),
    "saturate": Limits(2, 1, 16, 10.0, "the range shrinks, to this many g"),
    "slip": Limits(30, -180, 180, what="the sensor turns on the body about its x axis, degrees"),
    "knock": Limits(60, 5, 150, what="something hits the sensor, m/s²"),
}

Action = Literal[
    "stand", "walk", "run", "go", "turn", "face_back", "overlong", "uneven", "limp", "unsteady",
    "lean", "hold_rail", "tire", "stumble", "fall", "step_off", "bow", "wipe", "cough",
]  # fmt: skip
Fault = Literal[
    "lost", "stall", "lag", "loss", "battery", "nan", "flat", "saturate", "slip", "knock"
]


class Person(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The person who walks. Random habits (phases, sway) come from the seed."""

    height_m: Annotated[
        float, Meta(ge=1.2, le=2.2, description="Height, m; taller means slower steps.")
    ] = 1.72
    cadence: Annotated[
        float, Meta(ge=0.8, le=1.25, description="Own cadence relative to the models.")
    ] = 1.0
    stride_cv_percent: Annotated[
        float, Meta(ge=0, le=10, description="Stride-time variation forward, percent.")
    ] = 1.8
    back_cv_percent: Annotated[
        float, Meta(ge=0, le=12, description="Stride-time variation backward, percent.")
    ] = 3.5
    alpha: Annotated[
        float, Meta(ge=0.5, le=0.95, description="Long memory of stride times; 0.5 has none.")
    ] = 0.75
    asymmetry_percent: Annotated[
        float, Meta(ge=-20, le=20, description="Left steps longer than right ones, percent.")
    ] = 1.0
    liveliness: Annotated[
        float, Meta(ge=0.3, le=2.5, description="Size of the trunk's movement, 1 is average.")
    ] = 1.0
    impact: Annotated[
        float, Meta(ge=0, le=4, description="Hardness of the landing, 1 is average.")
    ] = 1.0
    responsive: Annotated[
        float, Meta(ge=0, le=1, description="Probability of obeying a technique cue.")
    ] = 0.0
    follows: Annotated[
        bool, Meta(description="Turns and sets the belt as the program's prompts ask.")
    ] = False


class SimulatedLink(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How packets travel. The default is ideal: synced, arriving with the last sample."""

    samples: Annotated[int, Meta(ge=1, le=400, description="Samples in a packet.")] = 5
    interval_s: Annotated[
        float, Meta(ge=0, le=4, description="Connection interval, s; 0 sends at once.")
    ] = 0.0
    jitter_s: Annotated[
        float, Meta(ge=0, le=1, description="Median of the further delay, s; its tail is long.")
    ] = 0.0
    delay_s: Annotated[float, Meta(ge=0, le=60, description="Constant delay, s.")] = 0.0
    skew_ppm: Annotated[
        float, Meta(ge=-20000, le=20000, description="By how much the sensor's clock is fast.")
    ] = 0.0
    synced: Annotated[bool, Meta(description="Sample times come on the host's clock.")] = True
    loss_percent: Annotated[float, Meta(ge=0, le=100, description="Packets lost, percent.")] = 0.0
    stalls_per_h: Annotated[float, Meta(ge=0, le=600, description="Stalls of 0.3-2 s.")] = 0.0
    drops_per_h: Annotated[float, Meta(ge=0, le=60, description="Disconnections of 3-15 s.")] = 0.0


class SimulatedSensor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One worn sensor. Its noise is a BMI270's at 50 Hz bandwidth (data sheet)."""

    name: Name
    placement: Literal["lower_back", "waist", "chest", "foot_left", "foot_right"]
    rate_hz: Annotated[float, Meta(ge=20, le=1000, description="Samples a second.")] = 100.0
    gyro: Annotated[bool, Meta(description="Has a gyroscope.")] = True
    mounting: Matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    skewed_deg: Annotated[
        float, Meta(ge=0, le=45, description="Worn askew at random, by at most this, degrees.")
    ] = 0.0
    noise_m_s2: Annotated[float, Meta(ge=0, le=2, description="White noise, m/s².")] = 0.012
    noise_deg_s: Annotated[float, Meta(ge=0, le=20, description="White noise, deg/s.")] = 0.07
    bias_m_s2: Annotated[float, Meta(ge=0, le=2, description="SD of the offset, m/s².")] = 0.1
    bias_deg_s: Annotated[float, Meta(ge=0, le=20, description="SD of the offset, deg/s.")] = 0.3
    range_g: Annotated[float, Meta(ge=2, le=200, description="Clips beyond, g.")] = 16.0
    range_deg_s: Annotated[float, Meta(ge=125, le=4000, description="Clips beyond, deg/s.")] = 2000
    link: SimulatedLink | None = None


class Planned(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An action or fault from a time on, with size and duration; None takes the default."""

    at_s: Seconds
    what: str
    by: float | None = None
    for_s: Annotated[float, Meta(gt=0, le=604800)] | None = None

    @property
    def limits(self) -> Limits:
        """Bounds and defaults of ``by`` and ``for_s``."""
        return ACTIONS.get(self.what) or FAULTS[self.what]

    @property
    def size(self) -> float:
        """The size; 0 if it takes no ``by``."""
        return (self.limits.by or 0.0) if self.by is None else self.by

    @property
    def lasts_s(self) -> float:
        """The duration; 0 if it is an instant or lasts until the next action."""
        return (self.limits.for_s or 0.0) if self.for_s is None else self.for_s


class PlannedAction(Planned, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An action of the person from a time on."""

    what: Action


class BeltSetting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A setting of the treadmill from a time on, reached at ``ramp_m_s2``."""

    at_s: Seconds
    speed_m_s: Annotated[float, Meta(ge=0, le=6)] | None = None
    incline_percent: Annotated[float, Meta(ge=-10, le=25)] | None = None
    ramp_m_s2: Annotated[float, Meta(gt=0, le=10)] = 0.2


class Reporting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The treadmill's reports of its speed, once a second."""

    tells: Annotated[
        Literal["console", "measured", "nothing", "zero"],
        Meta(description="Reports the set speed, the belt's true speed, nothing, or always 0."),
    ] = "console"
    noise_percent: Annotated[
        float, Meta(ge=0, le=20, description="White noise, percent of the speed.")
    ] = 0.0
    resolution_m_s: Annotated[
        float, Meta(ge=0, le=0.5, description="Resolution of the reports, m/s; 0: exact.")
    ] = 0.0
    flicker_percent: Annotated[
        float, Meta(ge=0, le=100, description="Share of reports 0.1 km/h too high, percent.")
    ] = 0.0
    factor: Annotated[
        float, Meta(gt=0, le=4, description="Reported over true speed: a wrong unit.")
    ] = 1.0


class PlannedFault(Planned, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault; without ``sensor`` it affects all of them."""

    what: Fault
    sensor: str = ""


class PlannedCommand(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command to the daemon at a time."""

    at_s: Seconds
    name: Name
    value: float | str | None = None


FEET_AND_BACK = (
    SimulatedSensor(name="trunk", placement="lower_back"),
    SimulatedSensor(name="foot_left", placement="foot_left"),
    SimulatedSensor(name="foot_right", placement="foot_right"),
)


class Scenario(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole run."""

    title: str = ""
    seed: Annotated[int, Meta(ge=0)] = 1
    duration_s: Annotated[float, Meta(gt=0, le=604800)] = 60.0
    belt_error_percent: Annotated[
        float, Meta(ge=-10, le=10, description="By how much the belt is faster than it reports.")
    ] = 0.0
    person: Person = Person()
    link: SimulatedLink = SimulatedLink()
    sensor: tuple[SimulatedSensor, ...] = FEET_AND_BACK
    does: tuple[PlannedAction, ...]
    belt: tuple[BeltSetting, ...] = ()
    treadmill: Reporting = Reporting()
    breaks: tuple[PlannedFault, ...] = ()
    command: tuple[PlannedCommand, ...] = ()


def parse(text: str) -> Scenario:
    """Read a scenario. Raises ConfigError with a line that names place and mistake."""
    raw = toml.parse(text, "scenario")
    read = {key: _section(key, value) for key, value in raw.items()}
    scenario = convert(read, Scenario, "scenario:")
    _check(scenario)
    return scenario


TABLES: dict[str, type[Struct]] = {
    "person": Person,
    "link": SimulatedLink,
    "treadmill": Reporting,
}
LISTS: dict[str, type[Struct]] = {
    "sensor": SimulatedSensor,
    "does": PlannedAction,
    "belt": BeltSetting,
    "breaks": PlannedFault,
    "command": PlannedCommand,
}


def _section(key: str, value: Any) -> Any:
    """Read one section on its own, so that its mistakes are named by its place."""
    if key in TABLES and isinstance(value, dict):
        return convert(value, TABLES[key], f"scenario: [{key}]")
    if key in LISTS and isinstance(value, list):
        tables = enumerate(cast("list[Any]", value), 1)
        return [convert(one, LISTS[key], f"scenario: [[{key}]] {n}:") for n, one in tables]
    return value


def _check(scenario: Scenario) -> None:
    """Check the rules that involve several fields."""
    if not scenario.does or not scenario.sensor:
        raise ConfigError("scenario: needs at least one [[does]] and one [[sensor]]")
    for number, doing in enumerate(scenario.does, 1):
        _check_size(f"[[does]] {number}", doing)
    names = [s.name for s in scenario.sensor]
    if len(set(names)) < len(names):
        raise ConfigError(f"scenario: [[sensor]]: names repeat: {', '.join(names)}")
    for number, broken in enumerate(scenario.breaks, 1):
        where = f"[[breaks]] {number}"
        if broken.sensor and broken.sensor not in names:
            why = f"nobody wears {broken.sensor!r}{meant(broken.sensor, names)}"
            raise ConfigError(f"scenario: {where}: sensor: {why}")
        _check_size(where, broken)
    for number, sensor in enumerate(scenario.sensor, 1):
        try:
            rotation(sensor.mounting)
        except ValueError as error:
            raise ConfigError(f"scenario: [[sensor]] {number}: mounting: {error}") from None


def _check_size(where: str, entry: Planned) -> None:
    limits = entry.limits
    if entry.by is None:
        return
    if limits.by is None:
        raise ConfigError(f"scenario: {where}: by: {entry.what!r} takes none; leave it out")
    if not limits.least <= entry.by <= limits.most:
        raise ConfigError(
            f"scenario: {where}: by: {entry.by:g} for {entry.what!r} is outside "
            f"{limits.least:g}..{limits.most:g}; {limits.by:g} is usual"
        )
