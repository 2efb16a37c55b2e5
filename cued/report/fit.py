"""A session as a FIT activity: a record a second, a lap for each phase, fields of our own.

Developer fields, for software that shows them: ``direction`` (0 not known, 1 forward, 2 backward),
``steadiness`` (0 not known, 1 steady, 2 unsteady), ``cues`` and ``stumbles`` (in that second).
Speed and distance are the belt's while somebody moves. Cadence and ``total_strides`` are those of
one foot, as the format wants it for running and walking. Time is the wall clock's label of the
recording, to 1 s.
Format: Garmin FIT SDK, "Activity File" and "Developer Data".
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from fit_tool.base_type import BaseType  # pyright: ignore[reportMissingTypeStubs]
from fit_tool.developer_field import DeveloperField
from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.activity_message import ActivityMessage
from fit_tool.profile.messages.developer_data_id_message import DeveloperDataIdMessage
from fit_tool.profile.messages.event_message import EventMessage
from fit_tool.profile.messages.field_description_message import FieldDescriptionMessage
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.lap_message import LapMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.messages.session_message import SessionMessage
from fit_tool.profile.profile_type import (
    Event,
    EventType,
    FileType,
    Manufacturer,
    Sport,
    SubSport,
)

from cued.recording.sessions.totals import Cover
from cued.report.digest import Digest, Span
from cued.report.seconds import Second, seconds

APPLICATION = uuid.UUID("3a0c5a4e-6f0e-4b53-9a39-5d8f8f1c1b7e").bytes
OWN = ("direction", "steadiness", "cues", "stumbles")
DIRECTIONS = {"unknown": 0, "forward": 1, "backward": 2}
LEVELS = {"unknown": 0, "steady": 1, "unsteady": 2}


def fit_bytes(d: Digest) -> bytes:
    """Make the file."""
    rows = seconds(d)
    builder = FitFileBuilder(auto_define=True, min_string_size=24)
    builder.add(_file_id(d))
    builder.add(_developer())
    for number, name in enumerate(OWN):
        builder.add(_description(number, name))
    builder.add(_event(d, rows[0].t, EventType.START))
    for row in rows:
        builder.add(_record(d, row))
    builder.add(_event(d, rows[-1].t, EventType.STOP_ALL))
    laps = _laps(d)
    for number, span in enumerate(laps):
        builder.add(_lap(d, rows, number, span))
    builder.add(_session(d, rows, len(laps)))
    activity = ActivityMessage()
    activity.timestamp = _ms(d, rows[-1].t)
    activity.total_timer_time = float(len(rows) - 1)
    activity.num_sessions = 1
    builder.add(activity)
    return builder.build().to_bytes()


def _ms(d: Digest, t: float) -> int:
    """Turn a time into milliseconds since 1970, in whole seconds."""
    return round(d.began + t - d.start_t) * 1000


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
    """Return the phases as laps without a hole, or the whole as one."""
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
    _total(message, d, rows[first : last + 1])
    return message


def _session(d: Digest, rows: Sequence[Second], laps: int) -> Any:
    message = SessionMessage()
    message.message_index = 0
    _total(message, d, rows)
    message.event = Event.SESSION
    message.sub_sport = SubSport.TREADMILL
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
    message.sport = Sport.RUNNING if _ran(d) else Sport.WALKING
    message.event = Event.LAP
    message.event_type = EventType.STOP


def _ran(d: Digest) -> bool:
    ran = sum(s.mode == "running" for s in d.strides)
    return ran > len(d.strides) / 2
