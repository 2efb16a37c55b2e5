"""The values that cross the seams of ``cued``: inputs, blocks of samples, events and cues.

Rules of this file
------------------
* Values are frozen. The sender may keep a value; the receiver may not change it.
* SI units, unless the name says otherwise (``_spm``, ``_percent``). Angles in radians.
* ``t`` is seconds on one clock: host monotonic when live, the recording's own in a replay.
* Inputs report the world; events are our conclusions. Both are closed unions.
* An event carries ``t`` (when it happened) and ``known_t`` (time of the newest sample the engine
  had been given when it said so); the engine stamps the latter, which is never earlier than ``t``.
* Sensor axes are the sensor's own; body axes are x forward, y left, z up (docs/wearing.md).

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
    """Base of the errors that a person can put right; the text is one line."""


class ConfigError(CuedError, ValueError):
    """The configuration is wrong. The text names section, key, mistake and likely intention."""


class OutOfReach(ConfigError):
    """A secret is not readable for this user, only for the service."""


class RecordingError(CuedError, ValueError):
    """A recording cannot be used. The text names file, line and reason."""


class DecodeError(CuedError, ValueError):
    """A device's bytes do not follow the format in its file of ``cued/devices``."""


class LinkLost(CuedError, ConnectionError):
    """The far end of a link went away; connecting again may help."""


# --- inputs: reports from the world -------------------------------------------------------------


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

    error : relative uncertainty of the speed.  source : the sensor that reported it, if any.
    doubt : why the machine's own data contradict the speed: "paused", "stopped" or "safety_key"
    from its status, "clock" if its elapsed time stands still; empty otherwise.
    kind : the treadmill's setting, a sensor's measurement, or a person's typing.
    factor : the configured factor already applied to the number; 0 where none can be configured.
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
    """A treadmill did not obey a request, or overshot it.

    code : "belt_wont_stop", or "belt_control_off" if it was stopped and gets no more requests.
    """

    t: float
    sensor: str
    code: Literal["belt_wont_stop", "belt_control_off"]
    text: str


class LinkChanged(Struct, frozen=True, tag="link_changed"):
    """A source connected or lost ``sensor``. Whether a link is up depends on data, not on this.

    services : the far end's services, as given to its decoder.
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
    """Heart rate, beats a minute; 0 when the strap has no skin contact."""

    t: float
    sensor: str
    bpm: float


class Cadence(Struct, frozen=True, tag="cadence"):
    """Steps a minute, counted and smoothed by a foot pod."""

    t: float
    sensor: str
    steps_per_min: float


class Command(Struct, frozen=True, tag="command"):
    """A person's request, from a button, MQTT, the page or a scenario."""

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

    It is for recorders, whose replay decodes the bytes again. Its ``inputs`` are fed right after
    it.

    beside : a replay has to use the inputs, not the bytes, because they depend on more than the
    bytes: on earlier requests to a treadmill, or a decoder that began before the recording.
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
    acc : (n, 3) m/s².  gyr : (n, 3) rad/s or None.  ok : (n,) False where the sensor gave nothing
    usable (gap, NaN, saturation, flat line).
    oriented : the mounting is known, so x and y mean forward and left. Without it the axes are the
    sensor's own, and only the direction of gravity, found by the consumer, may be used.
    fresh : not continuous with the block before (start, or a gap over 1 s): forget state.
    """

    sensor: str
    placement: Placement
    t: Floats
    acc: Floats
    gyr: Floats | None
    ok: Bools
    oriented: bool
    fresh: bool = False


# --- events: our conclusions --------------------------------------------------------------------


class Event(Struct, frozen=True, kw_only=True, tag_field="type"):
    """The fields of every event: when it happened and when it was known."""

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
    """A stride: from one contact of a foot to its next; ``t`` is its end.

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
    """Mode and direction, one event per change. ``why`` says why one is unknown."""

    mode: Mode
    direction: Direction
    why: str = ""


class Measurement(Event, frozen=True, tag="measurement", omit_defaults=True):
    """A named number over ``strides`` strides; ``value`` None withdraws it (``fusion/ages.py``).

    source : the sensor that reported the number, if it was not measured from strides.
    direction, mode : of the strides that it was measured from.  error : standard error, if known.
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
    """Steadiness against the wearer's own baseline; ``score`` is a mean z value or None."""

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
    """A sensor's mounting, as far as known; ``matrix`` rows give body axes from sensor axes.

    front : how the trunk's front is known.  sure : more than one method agrees.
    """

    sensor: str
    state: Literal["unknown", "level", "known", "doubtful"]
    matrix: tuple[tuple[float, ...], ...] | None = None
    why: str = ""
    front: Front = "unknown"
    sure: bool = False


class Phase(Event, frozen=True, tag="phase"):
    """The workout entered a phase. JSON key ``from`` is the phase before.

    remaining_s : time left in the phase.  workout_s : estimated time left in the workout.
    """

    name: str
    from_: str = field(name="from")
    why: str
    remaining_s: float | None = None
    workout_s: float | None = None
    expects_direction: Direction = "unknown"


class Link(Event, frozen=True, tag="link"):
    """A sensor's data is arriving, late (0.5 s) or lost (1 s)."""

    sensor: str
    state: LinkState
    age_s: float


class Notice(Event, frozen=True, tag="notice", omit_defaults=True):
    """A message for a person; the core returns these and never logs.

    sensor : the one concerned, where the coach has to know.
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

    text is empty for a cue that is only a vibration or a tone; ``because`` names the measurements
    and thresholds it rests on. A cue older than ``valid_s`` is not worth giving. ``size`` is the
    error's, 0 to 1; a larger one vibrates longer.
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
    """The metronome starts, or with ``spm`` 0 stops. Actuators keep the beat by their own clocks.

    Ticks come every ``60 / spm`` s from the moment that this is given, for ``for_s`` at most, so
    that it ends even if no stop comes; with ``fades`` they grow quieter until then.
    """

    spm: float
    for_s: float = 0.0
    fades: bool = False
    because: dict[str, float | str | None] = {}


class BeltState(Event, frozen=True, tag="belt_state"):
    """The engine's estimate of the belt (``cued/belt``); one event per change, not per report.

    speed_m_s, incline_percent : None if no source reports them.  error : relative, one sigma.
    source : where the speed comes from; "none": unknown, and assumed constant until a change of it
    is reported or seen.
    steady, since : level or changing, and since when. The same ``since`` means the same level.
    doubt : empty, or why the treadmill's reports are not used: "zero", "unit", "paused", ...
    watched : no source reports the speed, but a trunk sensor would show that it changed.
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

    typed_step_m_s : not a request: the console's speed less the typed one, as a person saw it.
    """

    speed_m_s: float | None = None
    incline_percent: float | None = None
    typed_step_m_s: float | None = None
    why: str = ""


class CommandResult(Event, frozen=True, tag="command_result"):
    """The answer to a command: ok, or the reason for refusing it."""

    name: str
    ok: bool
    why: str = ""
    id: str = ""


class Effect(Event, frozen=True, tag="effect"):
    """A technique cue's effect: whether the strides after it were back in range."""

    key: str
    text: str
    worked: bool
    strides: int


class Imprint(Event, frozen=True, tag="imprint"):
    """The runner's own gait in one direction, mode, speed and incline, over ``strides`` strides.

    Medians, with the robust spread ``cv`` of stride time; None where no sensor measured one.
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
    """The range in which the runner's stride length should now lie, m; None: not known.

    Computed in ``coach/strides/overlong.py`` only.
    """

    low_m: float | None
    high_m: float | None


class Summary(Event, frozen=True, tag="summary"):
    """A finished session's totals, for the history and MQTT's ``session`` topic."""

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
