"""A table recording: a folder with ``recording.toml``, one CSV per sensor and perhaps the truth.

``read_table`` gives a ``TableRecording`` or raises ``RecordingError`` with file, line and reason.
Columns of a sensor are ``t_s,ax,ay,az[,gx,gy,gz]``: s, m/s² with gravity, rad/s, in sensor axes,
all sensors of a folder on one clock. Gaps and cells that are ``nan`` or ``inf`` are accepted,
because sensors produce them. Obvious mistakes are refused:

* a time that is not later than the one before;
* accelerations whose mean vector is not near gravity (in g, or without gravity): jumping without
  gravity has a large median size, but its mean is small;
* turn rates that no limb sustains (in degrees a second);
* times whose median step does not fit ``rate_hz`` (milliseconds, or a wrong rate).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from msgspec import Struct

from cued.frames import Matrix
from cued.model import Belt, Floats, Placement
from cued.recording.tables.columns import Columns, read_columns, refuse
from cued.recording.tables.header import BeltTable, Person, SensorTable, read_header
from cued.recording.tables.truth import TruthRow, check_span, read_truth

HEADER_FILE = "recording.toml"
TIME = "t_s"
ACC = ("ax", "ay", "az")
GYR = ("gx", "gy", "gz")

# Size of the mean vector over 5 s, median over a recording: 8.0 (falls, waist) to 13.1 m/s²
# (running, where the swing adds to it) in every sixth of the recordings at hand, 0.06 to 2.0
# without gravity.
MEAN_S = 5.0
GRAVITY_M_S2 = (5.0, 30.0)  # as above, with a margin for a sensor that is a few percent off
# For three quarters of the time a walker's or runner's trunk turns at less than 2 rad/s, a foot at
# less than 8 (up to 13 where motion capture jitters). In degrees a second these would be above 25
# and 170.
GYR_P75_RAD_S = 20.0
GYR_P75_TRUNK_RAD_S = 10.0  # as above
TRUNK = frozenset({"lower_back", "waist", "chest"})
RATE_WITHIN = 1.5  # lost samples change the rate a little, never by half


class SensorTrack(Struct, frozen=True, eq=False):
    """One sensor's measurements: t (n,) s, acc (n, 3) m/s², gyr (n, 3) rad/s or None."""

    name: str
    placement: Placement
    rate_hz: float
    t: Floats
    acc: Floats
    gyr: Floats | None = None
    mounting: Matrix | None = None


class TableRecording(Struct, frozen=True, eq=False, kw_only=True):
    """One trial. ``belt`` is empty when the belt's speed is not known.

    name : the folder's.  collection : the name of the folder around it.
    """

    name: str
    sensors: tuple[SensorTrack, ...]
    belt: tuple[Belt, ...] = ()
    person: Person = Person()
    truth: tuple[TruthRow, ...] = ()
    title: str = ""
    subject: str = ""
    source: str = ""
    licence: str = ""
    notes: str = ""
    collection: str = ""

    @property
    def start_t(self) -> float:
        """Time of the first sample, or of the first belt speed if there is no sensor."""
        starts = [float(sensor.t[0]) for sensor in self.sensors]
        return min(starts or [belt.t for belt in self.belt], default=0.0)

    @property
    def end_t(self) -> float:
        """Time of the last sample, or of the last belt speed if there is no sensor."""
        ends = [float(sensor.t[-1]) for sensor in self.sensors]
        return max(ends or [belt.t for belt in self.belt], default=0.0)


def is_table(folder: Path) -> bool:
    """Return whether a folder is a table recording, by its header's name."""
    return (folder / HEADER_FILE).is_file()


def find_tables(folder: Path) -> list[Path]:
    """Find the table recordings in a folder and below, sorted; the folder itself may be one."""
    return sorted(path.parent for path in folder.rglob(HEADER_FILE) if path.is_file())


def read_table(folder: Path) -> TableRecording:
    """Read and check a whole recording."""
    header = read_header(folder / HEADER_FILE)
    sensors = tuple(_read_sensor(folder, sensor) for sensor in header.sensor)
    start = min((float(sensor.t[0]) for sensor in sensors), default=0.0)
    truth = read_truth(folder / header.truth.file) if header.truth else ()
    if sensors and header.truth:
        end = max(float(sensor.t[-1]) for sensor in sensors)
        check_span(folder / header.truth.file, truth, start, end)
    return TableRecording(
        name=folder.resolve().name,
        sensors=sensors,
        belt=_read_belt(folder, header.belt, start) if header.belt else (),
        person=header.person or Person(),
        truth=truth,
        title=header.title,
        subject=header.subject,
        source=header.source,
        licence=header.licence,
        notes=header.notes,
        collection=folder.resolve().parent.name,
    )


def _read_sensor(folder: Path, table: SensorTable) -> SensorTrack:
    columns = read_columns(folder / table.file, (TIME, *ACC), GYR)
    t = columns[TIME].copy()
    _check_time(columns, t)
    _check_rate(columns.path, t, table.rate_hz)
    acc = np.ascontiguousarray(columns.values[:, 1:4])
    gyr = np.ascontiguousarray(columns.values[:, 4:7]) if "gx" in columns else None
    check_acc(columns.path, acc, t)
    if gyr is not None:
        check_gyr(columns.path, gyr, table.placement)
    for array in (t, acc, gyr):
        if array is not None:
            array.setflags(write=False)
    return SensorTrack(table.name, table.placement, table.rate_hz, t, acc, gyr, table.mounting)


def _check_time(columns: Columns, t: Floats) -> None:
    finite = np.isfinite(t)
    if not finite.all():
        raise columns.refuse(int(np.argmin(finite)), "t_s is not a finite number")
    steps = np.diff(t)
    if steps.size and steps.min() <= 0:
        row = int(np.argmax(steps <= 0)) + 1
        reason = f"time does not advance: {t[row]:.6g} s after {t[row - 1]:.6g} s"
        raise columns.refuse(row, reason)


def _check_rate(path: Path, t: Floats, rate_hz: float) -> None:
    if t.size < 3:
        return
    step = float(np.median(np.diff(t)))
    ratio = step * rate_hz
    if 1.0 / RATE_WITHIN <= ratio <= RATE_WITHIN:
        return
    unit = next(
        (name for scale, name in _UNITS if scale / RATE_WITHIN <= ratio <= scale * RATE_WITHIN), ""
    )
    if unit:
        reason = f"t_s steps by {step:.6g}, which at {rate_hz:g} Hz is {unit}; it has to be seconds"
    else:
        reason = f"t_s steps by {step:.6g} s ({1.0 / step:.4g} Hz), but rate_hz is {rate_hz:g}"
    raise refuse(path, 1, reason)


_UNITS = ((1e3, "milliseconds"), (1e6, "microseconds"), (1e9, "nanoseconds"))  # to a second


def has_gravity(acc: Floats, t: Floats) -> bool:
    """Return whether the mean of an acceleration (n, 3), m/s², at times (n,), s, shows gravity."""
    low, high = GRAVITY_M_S2
    return low <= _mean_size(acc, t) <= high


def check_acc(path: Path, acc: Floats, t: Floats) -> None:
    """Refuse accelerations that, judging by their mean, are not in m/s² or lack gravity."""
    if not np.isfinite(acc).all(axis=1).any():
        raise refuse(path, 1, "ax, ay, az contain no numbers")
    if has_gravity(acc, t):
        return
    mean = _mean_size(acc, t)
    guess = "g" if 0.8 < mean < 1.4 else "mg" if 800 < mean < 1400 else ""
    reason = f"ax, ay, az have a mean vector of {mean:.3g}"
    if guess:
        raise refuse(path, 1, f"{reason}; this looks like {guess}; they have to be m/s²")
    if mean > 20.0:
        raise refuse(path, 1, f"{reason}, not 9.8 m/s²: raw counts? Export them in m/s² or g")
    why = "without gravity; with it this is about 9.8 m/s². Export the raw acceleration"
    raise refuse(path, 1, f"{reason}: {why}")


def _mean_size(acc: Floats, t: Floats) -> float:
    """Return the size of the mean vector over ``MEAN_S``, as a median over the recording."""
    known = np.isfinite(acc).all(axis=1)
    v, at = acc[known], t[known]
    if not at.size:
        return 0.0
    starts = np.flatnonzero(np.diff(np.floor((at - at[0]) / MEAN_S), prepend=-1.0))
    counts = np.diff(np.append(starts, at.size))
    with np.errstate(over="ignore"):
        means = np.add.reduceat(v, starts, axis=0) / counts[:, None]
        return float(np.median(np.sqrt((means * means).sum(axis=1))))


def check_gyr(path: Path, gyr: Floats, placement: Placement) -> None:
    """Refuse turn rates that, judging by their size, are not in rad/s."""
    magnitude = _magnitudes(gyr)
    p75 = float(np.percentile(magnitude, 75)) if magnitude.size else 0.0
    if p75 > (GYR_P75_TRUNK_RAD_S if placement in TRUNK else GYR_P75_RAD_S):
        reason = f"gx, gy, gz are above {p75:.3g} for a quarter of the time"
        raise refuse(path, 1, f"{reason}; this looks like degrees a second, it has to be rad/s")


def _magnitudes(v: Floats) -> Floats:
    finite = v[np.isfinite(v).all(axis=1)]
    with np.errstate(over="ignore"):
        return np.sqrt((finite * finite).sum(axis=1))


def _read_belt(folder: Path, table: BeltTable, start: float) -> tuple[Belt, ...]:
    if table.file is None:
        if table.speed_m_s is None:
            return ()
        return (Belt(start, table.speed_m_s, table.incline_percent, table.speed_error),)
    columns = read_columns(folder / table.file, (TIME, "speed_m_s", "incline_percent"))
    _check_time(columns, columns[TIME])
    finite = np.isfinite(columns.values).all(axis=1)
    if not finite.all():
        raise columns.refuse(
            int(np.argmin(finite)), "a belt's speed and incline are finite numbers"
        )
    wrong = (columns["speed_m_s"] < 0) | (columns["speed_m_s"] > 15)
    if wrong.any():
        raise columns.refuse(int(np.argmax(wrong)), "speed_m_s has to be within 0 and 15 m/s")
    rows: list[list[float]] = columns.values.tolist()
    return tuple(Belt(t, speed, incline, table.speed_error) for t, speed, incline in rows)
