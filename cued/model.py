"""Every value that crosses a seam of ``cued``: what comes in, what is concluded, what is cued.

Rules of this file
------------------
* Values are frozen. Whoever feeds one may keep it; whoever is fed one may not change it.
* SI units, unless the name says otherwise (``_spm``, ``_percent``). Angles in radians.
* ``t`` is seconds on one clock: host monotonic when live, the recording's own in a replay.
* Inputs say what the world told us, events what we conclude from it. Both are closed unions.
* An event carries ``t`` (when it happened) and ``known_t`` (time of the newest sample the engine
  had been given when it said so); the engine stamps the latter, and it is never earlier than ``t``.
* Sensor axes are as the sensor has them; body axes are x forward, y left, z up (docs/wearing.md).

Events are tagged ``msgspec`` structs, so an event line is ``msgspec.json.encode(event)`` and
nothing else has to know the fields.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Literal, TypeAlias

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

Side = Literal["left", "right", "unknown"]
Mode = Literal["standing", "walking", "running", "unknown"]
Direction = Literal["forward", "backward", "unknown"]
Level = Literal["steady", "unsteady", "unknown"]
LinkState = Literal["up", "late", "lost"]
Front = Literal["unknown", "configured", "bow", "first_steps", "program", "earlier"]
BeltSource = Literal["console", "sensor", "feet", "typed", "none"]
Placement = Literal[
    "lower_back", "waist", "chest", "foot_left", "foot_right", "shank_left", "shank_right"
]
Pattern = Literal["none", "notice", "left", "right", "step", "alarm", "unsteady"]


class CuedError(Exception):
    """Base of the errors a person can do something about; its text is one line."""


class ConfigError(CuedError, ValueError):
    """The configuration is wrong. The text names section, key, what is wrong and what was meant."""


class OutOfReach(ConfigError):
    """A secret that this user may not read; the service may."""


class RecordingError(CuedError, ValueError):
    """A recording cannot be used. The text names file, line and reason."""


class DecodeError(CuedError, ValueError):
    """Bytes from a device are not what its file in ``cued/devices`` says."""


class LinkLost(CuedError, ConnectionError):
    """A far end went away; trying again may help."""


# --- inputs: what the world tells us ------------------------------------------------------------


class Packet(Struct, frozen=True, eq=False):
    """Samples of one sensor, oldest first, in sensor axes.

    t : time of arrival, s.
    ticks : (n,) the device's own sample times, s, strictly increasing; None if it sends none.
    acc : (n, 3) m/s², gravity included.  gyr : (n, 3) rad/s, or None without a gyroscope.
    rate_hz : nominal rate.
    synced : ``ticks`` are already on the host clock (a table recording, a simulation).
    """

    t: float
    sensor: str
    ticks: Floats | None
    acc: Floats
    gyr: Floats | None
    rate_hz: float
    synced: bool = False


class Belt(Struct, frozen=True, tag="belt"):
    """The treadmill's speed and incline.

    error : relative uncertainty of the speed.  source : the sensor that told it, if one did.
    doubt : why the machine itself gives reason not to believe the speed: "paused", "stopped" or
    "safety_key" from its status, "clock" where its elapsed time stands still; empty otherwise.
    kind : whether a treadmill says what it is set to, a sensor measured it, or a person typed it.
    factor : what its own number was multiplied by, as configured; 0 where that is no option.
    """

    t: float
    speed_m_s: float
    incline_percent: float = 0.0
    error: float = 0.03  # real belts averaged 98-103 % of target (Willwacher, Sci Rep)
    source: str = ""
    doubt: str = ""
    kind: Literal["console", "sensor", "typed"] = "console"
    factor: float = 1.0


class BeltFault(Struct, frozen=True, tag="belt_fault"):
    """A treadmill does not do what it was asked, or more than that.

    code : "belt_wont_stop", or "belt_control_off" when it was stopped and is asked no more.
    """

    t: float
    sensor: str
    code: Literal["belt_wont_stop", "belt_control_off"]
    text: str


class LinkChanged(Struct, frozen=True, tag="link_changed"):
    """A source says that the far end of ``sensor`` is connected or not (what arrives decides).

    services : what the far end offered, as its decoder was told.
    """

    t: float
    sensor: str
    connected: bool
    why: str = ""
    services: tuple[str, ...] = ()


class Battery(Struct, frozen=True, tag="battery"):
    """Charge of a sensor."""

    t: float
    sensor: str
    percent: float


class HeartRate(Struct, frozen=True, tag="heart_rate"):
    """Heart rate, beats a minute; 0 when the strap does not lie on skin."""

    t: float
    sensor: str
    bpm: float


class Cadence(Struct, frozen=True, tag="cadence"):
    """Steps a minute as a foot pod counts and smooths them."""

    t: float
    sensor: str
    steps_per_min: float


class Command(Struct, frozen=True, tag="command"):
    """What a person asks for; a button, MQTT, the page and a scenario all say it in this way."""

    t: float
    name: str
    value: float | str | None = None
    source: str = ""
    id: str = ""


class CueDone(Struct, frozen=True, tag="cue_done"):
    """An actuator finished a cue, or could not give it."""

    t: float
    key: str
    channel: str
    ok: bool = True
    why: str = ""


class Tick(Struct, frozen=True, tag="tick"):
    """Time passed: the only way the core learns that nothing happened."""

    t: float


class Notification(Struct, frozen=True, eq=False):
    """Bytes of a device as they arrived; ``inputs`` is what its decoder made of them.

    It is for recorders, whose replay decodes the bytes again. Whoever is fed it is fed its
    ``inputs`` next.

    beside : a replay is to be fed the inputs and not the bytes, as more made them than the bytes:
    what a treadmill was asked before, or a decoder that began before the recording.
    """

    t: float
    sensor: str
    char: str
    data: bytes
    inputs: tuple[Input, ...] = ()
    beside: bool = False


Input: TypeAlias = (
    Packet
    | Belt
    | BeltFault
    | LinkChanged
    | Battery
    | HeartRate
    | Cadence
    | Command
    | CueDone
    | Tick
    | Notification
)


# --- between signal and gait --------------------------------------------------------------------


class Block(Struct, frozen=True, eq=False):
    """Samples of one sensor on the common 100 Hz grid (``signal/grid.py``), in body axes.

    t : (n,) s, multiples of 0.01 s, no holes: a gap in the data is filled and marked not ``ok``.
    acc : (n, 3) m/s².  gyr : (n, 3) rad/s or None.  ok : (n,) False where the sensor said nothing
    believable (gap, NaN, saturation, flat line).
    oriented : the mounting is known, so x and y mean forward and left. Without it the axes are the
    sensor's own, and only the direction of gravity, found by the consumer, may be used.
    fresh : this block does not join on to the one before (start, or a gap over 1 s): forget state.
    """

    sensor: str
    placement: Placement
    t: Floats
    acc: Floats
    gyr: Floats | None
    ok: Bools
    oriented: bool
    fresh: bool = False


# --- events: what we conclude -------------------------------------------------------------------


class Event(Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every event has: when it happened and when it was known."""

    t: float
    known_t: float = 0.0


class Footfall(Event, frozen=True, tag="footfall"):
    """A foot touches the belt (initial contact)."""

    side: Side
    sensor: str
    confidence: float = 1.0


class Lift(Event, frozen=True, tag="lift"):
    """A foot leaves the belt (terminal contact); foot and shank sensors only."""

    side: Side
    sensor: str


class Stride(Event, frozen=True, tag="stride"):
    """From one contact of a foot to its next; ``t`` is its end.

    length_m is None without a belt speed or a validated foot trajectory; length_error_m is one
    standard uncertainty. step_s is the time since the other foot's contact, None if not seen.
    """

    side: Side
    duration_s: float
    length_m: float | None
    speed_m_s: float | None
    mode: Mode = "unknown"
    direction: Direction = "unknown"
    length_error_m: float | None = None
    step_s: float | None = None
    stance_s: float | None = None
    incline_percent: float | None = None
    clean: bool = True


class Gait(Event, frozen=True, tag="gait"):
    """Mode and direction, one event per change. ``why`` says what an unknown rests on."""

    mode: Mode
    direction: Direction
    why: str = ""


class Measurement(Event, frozen=True, tag="measurement", omit_defaults=True):
    """A named number over so many strides; ``value`` None ends the last one (``fusion/ages.py``).

    source : the sensor that reported the number, where it was not measured from strides.
    direction, mode : of the strides that it was measured from.  error : a standard error, if known.
    """

    name: str
    value: float | None
    unit: str
    strides: int
    error: float | None = None
    source: str = ""
    direction: Direction = "unknown"
    mode: Mode = "unknown"


class Stability(Event, frozen=True, tag="stability"):
    """How steady, against the wearer's own baseline; ``score`` is a mean z value or None."""

    level: Level
    score: float | None
    why: str = ""


class Stumble(Event, frozen=True, tag="stumble"):
    """A disturbed step. ``score`` 1 is the threshold."""

    score: float
    sensor: str = ""


class Fall(Event, frozen=True, tag="fall"):
    """A possible or confirmed fall; ``because`` holds the numbers it rests on."""

    stage: Literal["possible", "confirmed"]
    sensor: str = ""
    because: dict[str, float] = {}


class Mounting(Event, frozen=True, tag="mounting"):
    """How a sensor is worn, as far as known; ``matrix`` rows give body axes from sensor axes.

    front : how the trunk's front is known.  sure : by more than one way.
    """

    sensor: str
    state: Literal["unknown", "level", "known", "doubtful"]
    matrix: tuple[tuple[float, ...], ...] | None = None
    why: str = ""
    front: Front = "unknown"
    sure: bool = False


class Phase(Event, frozen=True, tag="phase"):
    """The workout entered a phase. JSON key ``from`` is the phase before.

    remaining_s : how long it lasts from here.  workout_s : until the workout's end, an estimate.
    """

    name: str
    from_: str = field(name="from")
    why: str
    remaining_s: float | None = None
    workout_s: float | None = None
    expects_direction: Direction = "unknown"
    expects_mode: Mode = "unknown"


class Link(Event, frozen=True, tag="link"):
    """A sensor's data is arriving, late (0.5 s) or lost (1 s)."""

    sensor: str
    state: LinkState
    age_s: float


class Notice(Event, frozen=True, tag="notice", omit_defaults=True):
    """Something a person should be told; the core returns these and never logs.

    sensor : the one it is about, where the coach has to know.
    """

    level: Literal["info", "warning", "error"]
    code: str
    text: str
    sensor: str = ""


class Priority(IntEnum):
    """Order of cues. A higher one cuts off a lower one (``coach/voice/arbiter.py``)."""

    PRAISE = 0
    INFO = 1
    TECHNIQUE = 2
    PHASE = 3
    LIMIT = 4
    LINK = 5
    UNSTEADY = 6
    STUMBLE = 7
    FALL = 8


class Cue(Event, frozen=True, tag="cue"):
    """A cue, given or withheld.

    text is empty for a cue that is only felt or a tone; ``because`` names the measurements and
    thresholds it rests on. A cue older than ``valid_s`` is not worth giving. ``size`` is that of
    the error, 0 to 1: the longer the vibration.
    """

    key: str
    text: str
    pattern: Pattern
    priority: int
    verdict: str  # "given", or why it was withheld
    because: dict[str, float | str | None] = {}
    valid_s: float = 1.5
    tone: str = ""
    size: float = 0.5


class Beat(Event, frozen=True, tag="beat"):
    """The metronome begins, or with ``spm`` 0 ends. Actuators keep the beat by their own clocks.

    Ticks come every ``60 / spm`` s from the moment that this is given, for ``for_s`` at most, so
    that it ends though nobody ends it; with ``fades`` they grow quieter until then.
    """

    spm: float
    for_s: float = 0.0
    fades: bool = False
    because: dict[str, float | str | None] = {}


class BeltState(Event, frozen=True, tag="belt_state"):
    """The belt as the engine believes it (``cued/belt``); one event per change, not per report.

    speed_m_s, incline_percent : None where nobody tells them.  error : relative, one sigma.
    source : whose speed it is; "none" when it is only taken for constant until told or seen.
    steady, since : level or changing, and since when. The same ``since`` means the same level.
    doubt : empty, or why what the treadmill tells is not believed: "zero", "unit", "paused", ...
    watched : nobody tells the speed, but a trunk would show that it changed.
    """

    speed_m_s: float | None
    incline_percent: float | None = None
    error: float = 0.0
    source: BeltSource = "none"
    steady: bool = True
    since: float = 0.0
    doubt: str = ""
    watched: bool = False


class BeltRequest(Event, frozen=True, tag="belt_request"):
    """The coach or a person asks the treadmill for a speed or an incline.

    typed_step_m_s : no wish but news: a person saw so much more on the console than was typed.
    """

    speed_m_s: float | None = None
    incline_percent: float | None = None
    typed_step_m_s: float | None = None
    why: str = ""


class CommandResult(Event, frozen=True, tag="command_result"):
    """The answer to a command: ok, or why it was refused."""

    name: str
    ok: bool
    why: str = ""
    id: str = ""


class Effect(Event, frozen=True, tag="effect"):
    """Whether the strides after a technique cue were back in range."""

    key: str
    text: str
    worked: bool
    strides: int


class Imprint(Event, frozen=True, tag="imprint"):
    """The runner's own gait in one direction, mode, speed and incline, over ``strides`` strides.

    Medians, with the robust spread ``cv`` of stride time; None where no sensor told.
    """

    direction: Direction
    mode: Mode
    speed_m_s: float
    incline_percent: float
    strides: int
    stride_s: float
    cv: float
    lean_deg: float | None = None
    bounce_cm: float | None = None
    sway_percent: float | None = None


class Band(Event, frozen=True, tag="band"):
    """Between what lengths the runner's strides are to lie here and now, m; None: not known.

    The sole place where it is worked out is ``coach/strides/overlong.py``.
    """

    low_m: float | None
    high_m: float | None


class Summary(Event, frozen=True, tag="summary"):
    """What a finished session was, for the history and MQTT's ``session`` topic."""

    started_t: float
    duration_s: float
    strides: int
    backward_s: float
    cues: int
    stumbles: int
    details: dict[str, float | str | None] = {}


AnyEvent: TypeAlias = (
    Footfall
    | Lift
    | Stride
    | Gait
    | Measurement
    | Stability
    | Stumble
    | Fall
    | Mounting
    | Phase
    | Link
    | Notice
    | Cue
    | Beat
    | BeltState
    | BeltRequest
    | CommandResult
    | Effect
    | Imprint
    | Band
    | Summary
)
