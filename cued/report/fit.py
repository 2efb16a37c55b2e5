"""Write a session as a FIT activity: a record a second, a lap a phase, and developer fields.

Developer fields, for software that shows them: ``direction`` (0 unknown, 1 forward, 2 backward),
``steadiness`` (0 unknown, 1 steady, 2 unsteady), ``cues`` and ``stumbles`` (in that second). Speed
and distance are the belt's while somebody moves. Cadence and ``total_strides`` are of one foot, as
the format demands for running and walking. A lap has no name in the format, so each phase is also a
named step of a workout, to which its lap points. Time is the recording's wall clock, to 1 s.
Format: Garmin FIT SDK, "Activity File" and "Developer Data".
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import mean
from typing import Any

from fit_tool.base_type import BaseType  # pyright: ignore[reportMissingTypeStubs]
from fit_tool.developer_field import DeveloperField
from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.activity_message import ActivityMessage
from fit_tool.profile.messages.developer_data_id_message import DeveloperDataIdMessage
from fit_tool.profile.messages.device_info_message import DeviceInfoMessage
from fit_tool.profile.messages.event_message import EventMessage
from fit_tool.profile.messages.field_description_message import FieldDescriptionMessage
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.lap_message import LapMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.messages.session_message import SessionMessage
from fit_tool.profile.messages.workout_message import WorkoutMessage
from fit_tool.profile.messages.workout_step_message import WorkoutStepMessage
from fit_tool.profile.profile_type import (
    Event,
    EventType,
    FileType,
    LapTrigger,
    Manufacturer,
    Sport,
    SubSport,
    WorkoutStepDuration,
)

from cued import __version__
from cued.recording.sessions.totals import Cover
from cued.report.digest import Digest, Span
from cued.report.seconds import Second, seconds

APPLICATION = uuid.UUID("3a0c5a4e-6f0e-4b53-9a39-5d8f8f1c1b7e").bytes
EPOCH_S = 631065600  # 31 December 1989, the start of the format's time
LONGEST_NAME = 40  # bytes of UTF-8 and a zero; enough for phases in every language
OWN = ("direction", "steadiness", "cues", "stumbles")  # developer fields
DIRECTIONS = {"unknown": 0, "forward": 1, "backward": 2}  # codes of a developer field
LEVELS = {"unknown": 0, "steady": 1, "unsteady": 2}  # as above


def fit_bytes(d: Digest) -> bytes:
    """Return the file's bytes."""
    rows = seconds(d)
    builder = FitFileBuilder(auto_define=True, min_string_size=LONGEST_NAME)
    builder.add(_file_id(d))
    builder.add(_device(d))
    builder.add(_developer())
    for number, name in enumerate(OWN):
        builder.add(_description(number, name))
    laps = _laps(d)
    for step in _workout(d, laps):
        builder.add(step)
    builder.add(_event(d, rows[0].t, EventType.START))
    for row in rows:
        builder.add(_record(d, row))
    builder.add(_event(d, rows[-1].t, EventType.STOP_ALL))
    for number, span in enumerate(laps):
        builder.add(_lap(d, rows, number, span))
    builder.add(_session(d, rows, len(laps)))
    activity = ActivityMessage()
    activity.timestamp = _ms(d, rows[-1].t)
    activity.total_timer_time = float(len(rows) - 1)
    activity.local_timestamp = _local(d, rows[-1].t)
    activity.num_sessions = 1
    builder.add(activity)
    return builder.build().to_bytes()


def _ms(d: Digest, t: float) -> int:
    """Convert a time to milliseconds since 1970, rounded to whole seconds."""
    return round(d.began + t - d.start_t) * 1000


def _local(d: Digest, t: float) -> int:
    """Convert a time to seconds of the format's local clock."""
    moment = datetime.fromtimestamp(_ms(d, t) / 1000, UTC).astimezone()
    offset = moment.utcoffset()
    assert offset is not None
    return _ms(d, t) // 1000 - EPOCH_S + int(offset.total_seconds())


def _device(d: Digest) -> Any:
    message = DeviceInfoMessage()
    message.timestamp = _ms(d, d.start_t)
    message.device_index = 0  # the creator of the file
    message.manufacturer = Manufacturer.DEVELOPMENT.value
    message.product = 0
    message.product_name = "cued"
    message.serial_number = 1
    major, minor = __version__.split(".")[:2]
    message.software_version = int(major) + int(minor) / 100.0
    return message


def _workout(d: Digest, laps: Sequence[Span]) -> list[Any]:
    """Return a workout with a step for each lap, which names its phase."""
    workout = WorkoutMessage()
    workout.sport = Sport.RUNNING if _ran(d) else Sport.WALKING
    workout.num_valid_steps = len(laps)
    workout.workout_name = "cued"
    steps: list[Any] = [workout]
    for number, span in enumerate(laps):
        step = WorkoutStepMessage()
        step.message_index = number
        step.workout_step_name = d.words.phase(span.name)
        step.duration_type = WorkoutStepDuration.TIME
        step.duration_time = (span.end - span.start) * 60.0
        steps.append(step)
    return steps


def _file_id(d: Digest) -> Any:
    message = FileIdMessage()
    message.type = FileType.ACTIVITY
    message.manufacturer = Manufacturer.DEVELOPMENT.value
    message.product = 0
    message.serial_number = 1
    message.time_created = _ms(d, d.start_t)
    return message


def _developer() -> Any:
    message = DeveloperDataIdMessage()
    message.developer_data_index = 0
    message.application_id = APPLICATION
    message.application_version = 1
    return message


def _description(number: int, name: str) -> Any:
    message = FieldDescriptionMessage()
    message.developer_data_index = 0
    message.field_definition_number = number
    message.fit_base_type_id = BaseType.UINT8.value
    message.field_name = name
    message.units = ""
    return message


def _event(d: Digest, t: float, kind: EventType) -> Any:
    message = EventMessage()
    message.event = Event.TIMER
    message.event_type = kind
    message.timestamp = _ms(d, t)
    return message


def _record(d: Digest, row: Second) -> Any:
    values = (DIRECTIONS[row.direction], LEVELS[row.level], row.cues, row.stumbles)
    own: list[DeveloperField] = []
    for number, (name, value) in enumerate(zip(OWN, values, strict=True)):
        field = DeveloperField(
            field_id=number, name=name, base_type=BaseType.UINT8, size=1, developer_data_index=0
        )
        field.set_value(0, min(value, 254))
        own.append(field)
    message = RecordMessage(developer_fields=own)
    message.timestamp = _ms(d, row.t)
    message.distance = row.distance_m
    if row.speed_m_s is not None:
        message.enhanced_speed = row.speed_m_s
    if row.incline_percent is not None:
        message.grade = row.incline_percent
    if row.cadence_spm is not None:
        message.cadence = int(row.cadence_spm / 2.0)
        message.fractional_cadence = row.cadence_spm / 2.0 % 1.0
    if row.stance_s is not None:
        message.stance_time = 1000.0 * row.stance_s
    if row.step_m is not None:
        message.step_length = 1000.0 * row.step_m
    if row.bounce_cm is not None:
        message.vertical_oscillation = 10.0 * row.bounce_cm
    return message


def _laps(d: Digest) -> list[Span]:
    """Return the phases as laps without gaps, or the whole session as one."""
    spans = [s for s in d.phase_spans() if (s.end - s.start) * 60.0 >= 1.0]
    whole = d.length_s / 60.0
    if not spans:
        return [Span(0.0, whole, "all")]
    starts = [0.0, *(s.start for s in spans[1:])]
    ends = [*starts[1:], whole]
    return [Span(a, b, s.name) for a, b, s in zip(starts, ends, spans, strict=True)]


def _lap(d: Digest, rows: Sequence[Second], number: int, span: Span) -> Any:
    first = min(round(span.start * 60.0), len(rows) - 1)
    last = min(round(span.end * 60.0), len(rows) - 1)
    message = LapMessage()
    message.message_index = number
    message.workout_step_index = number
    message.lap_trigger = LapTrigger.MANUAL
    _total(message, d, rows[first : last + 1])
    return message


def _session(d: Digest, rows: Sequence[Second], laps: int) -> Any:
    message = SessionMessage()
    message.message_index = 0
    _total(message, d, rows)
    message.event = Event.SESSION
    message.first_lap_index = 0
    message.num_laps = laps
    cover = Cover()
    message.total_strides = round(sum(cover.feed(s) / s.duration_s for s in d.strides))
    return message


def _total(message: Any, d: Digest, rows: Sequence[Second]) -> None:
    length = float(len(rows) - 1)
    distance = rows[-1].distance_m - rows[0].distance_m
    message.timestamp = _ms(d, rows[-1].t)
    message.start_time = _ms(d, rows[0].t)
    message.total_elapsed_time = message.total_timer_time = length
    message.total_distance = distance
    message.enhanced_avg_speed = distance / length if length else 0.0
    _means(message, rows)
    message.sport = Sport.RUNNING if _ran(d) else Sport.WALKING
    message.sub_sport = SubSport.TREADMILL if _ran(d) else SubSport.INDOOR_WALKING
    message.event = Event.LAP
    message.event_type = EventType.STOP


def _means(message: Any, rows: Sequence[Second]) -> None:
    """Add the means of the known values."""
    cadences = [r.cadence_spm / 2.0 for r in rows if r.cadence_spm is not None]
    if cadences:
        average = mean(cadences)
        message.avg_cadence, message.avg_fractional_cadence = int(average), average % 1.0
        message.max_cadence = int(max(cadences))
    if steps := [r.step_m for r in rows if r.step_m is not None]:
        message.avg_step_length = 1000.0 * mean(steps)
    if bounces := [r.bounce_cm for r in rows if r.bounce_cm is not None]:
        message.avg_vertical_oscillation = 10.0 * mean(bounces)
    if stances := [r.stance_s for r in rows if r.stance_s is not None]:
        message.avg_stance_time = 1000.0 * mean(stances)
    if speeds := [r.speed_m_s for r in rows if r.speed_m_s is not None]:
        message.enhanced_max_speed = max(speeds)


def _ran(d: Digest) -> bool:
    ran = sum(s.mode == "running" for s in d.strides)
    return ran > len(d.strides) / 2
