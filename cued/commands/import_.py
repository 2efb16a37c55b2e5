"""Turn recordings of other software into a table recording, for replay and evaluate.

It reads exports of phones, wearables and watches, as zip file, folder or single file: tables whose
headings name quantities and units, records in JSON, and FIT. Several are aligned by the time of
day, such as a watch's FIT file for the belt's speed and a phone's export for the strides.
``--look`` shows how each column is read and which command to type.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import get_args

import msgspec

from cued.commands._options import non_negative, number, positive, whole
from cued.frames import Matrix, rotation
from cued.model import CuedError, Placement, RecordingError
from cued.reading import visible
from cued.recording.imports import importing
from cued.recording.imports.export_tables import ASKED
from cued.recording.imports.foreign import ImportOptions
from cued.recording.imports.headings import UNITS, quantity_of_unit
from cued.recording.imports.looking import look
from cued.recording.tables.header import Person
from cued.recording.tables.table import TableRecording

NAME = "import"
HELP = "turn files of phones, wearables and watches into a table recording"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "source", nargs="+", type=Path, help="zip file, folder, CSV, JSON or FIT file"
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="new folder")
    parser.add_argument(
        "--look", action="store_true", help="show what is in the files; write nothing"
    )
    worn = parser.add_argument_group("how it was worn")
    worn.add_argument(
        "--placement",
        action="append",
        default=[],
        type=placed,
        metavar="[NAME=]PLACE",
        help=f"of a sensor: {', '.join(get_args(Placement))}; not needed if the file is named so",
    )
    worn.add_argument(
        "--mounting",
        action="append",
        default=[],
        type=mounted,
        metavar="[NAME=]ROWS",
        help="three rows, [[1,0,0],[0,1,0],[0,0,1]] (docs/wearing.md)",
    )
    more = parser.add_argument_group("what the files don't say")
    more.add_argument("--belt", type=non_negative, metavar="M_S", help="speed of the belt, m/s")
    more.add_argument("--incline", type=number, default=0.0, metavar="PERCENT", help="of the belt")
    more.add_argument(
        "--belt-error", type=non_negative, default=0.03, metavar="SHARE", help="of its speed (0.03)"
    )
    more.add_argument("--height", type=positive, metavar="M", help="of the person, m")
    more.add_argument("--mass", type=positive, metavar="KG", help="of the person, kg")
    more.add_argument("--title", default="", help="title of the recording")
    more.add_argument("--subject", default="", help="pseudonym of the person")
    _configure_reading(parser)


def _configure_reading(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments for files whose headings are not enough."""
    read = parser.add_argument_group("how the files are read")
    read.add_argument(
        "--columns",
        type=columns,
        default={},
        metavar="t=NAME,ax=NAME,...",
        help="headings of t, ax, ay, az, gx, gy, gz, speed, incline, where they aren't recognised",
    )
    read.add_argument(
        "--units",
        type=units,
        default={},
        metavar="UNIT,...",
        help="units that the headings lack, such as ms,g,deg/s",
    )
    read.add_argument("--skip", type=whole, default=0, metavar="N", help="lines above the headings")
    read.add_argument("--signs", choices=("android", "ios"), default="", help="Sensor Logger only")


def columns(text: str) -> dict[str, str]:
    """Parse which heading is which quantity (argparse type)."""
    pairs = [part.partition("=") for part in text.split(",")]
    chosen = {key: head for key, _, head in pairs}
    unknown = [key for key, head in chosen.items() if key not in ASKED or not head]
    if unknown:
        known = ", ".join(ASKED)
        raise argparse.ArgumentTypeError(f"{unknown[0]} is not one of {known} with =HEADING")
    return chosen


def units(text: str) -> dict[str, str]:
    """Parse units into quantity and unit (argparse type)."""
    out: dict[str, str] = {}
    for part in text.split(","):
        unit = part.rpartition("=")[2]
        what = quantity_of_unit(unit)
        if what is None:
            known = ", ".join(u for q in ("time", "acc", "gyr") for u in UNITS[q])
            raise argparse.ArgumentTypeError(f"{unit} is not one of {known}")
        out[what] = unit
    return out


def placed(text: str) -> tuple[str, Placement]:
    """Parse a placement, with or without the sensor's name (argparse type)."""
    name, _, place = text.rpartition("=")
    try:
        return name, msgspec.convert(place, Placement)
    except msgspec.ValidationError:
        known = ", ".join(get_args(Placement))
        raise argparse.ArgumentTypeError(f"{place} is not one of {known}") from None


def mounted(text: str) -> tuple[str, Matrix]:
    """Parse a mounting, with or without the sensor's name (argparse type)."""
    name, _, rows = text.rpartition("=")
    try:
        matrix = msgspec.convert(json.loads(rows), Matrix)
        rotation(matrix)
    except (ValueError, RecursionError) as error:
        raise argparse.ArgumentTypeError(f"{rows}: {error}") from None
    return name, matrix


def run(args: argparse.Namespace) -> int:
    """Import, or print what is wrong and write nothing."""
    asked = ImportOptions(units=args.units, columns=args.columns, skip=args.skip, signs=args.signs)
    if args.look:
        for path in args.source:
            print("\n".join(map(visible, look(path, asked))))
        return 0
    if missing := next((path for path in args.source if not path.exists()), None):
        raise RecordingError(f"{missing}: there is no such file or folder")
    if args.out is None:
        raise CuedError("give --out FOLDER to write to, or --look to see what is in the files")
    exports = [importing.read_export(path, asked) for path in args.source]
    worn = importing.Placing(
        placements=dict(args.placement),
        mountings=dict(args.mounting),
        belt=None if args.belt is None else (args.belt, args.incline),
        belt_error=args.belt_error,
        person=Person(height_m=args.height, mass_kg=args.mass),
        title=args.title,
        subject=args.subject,
    )
    recording = importing.compose(args.out, exports, worn)
    importing.write_whole(args.out, recording)
    for note in filter(None, recording.notes.split("; ")):
        print(f"cued: {visible(note)}", file=sys.stderr)
    print(f"{args.out}: {_contents(recording)}")
    return 0


def _contents(recording: TableRecording) -> str:
    length = recording.end_t - recording.start_t
    parts = [
        f"{s.name} ({s.placement}, {s.rate_hz:g} Hz{'' if s.gyr is None else ', gyroscope'})"
        for s in recording.sensors
    ]
    parts += [f"belt ({len(recording.belt)} speeds)"] if recording.belt else []
    return f"{length:.1f} s of {', '.join(parts)}"
