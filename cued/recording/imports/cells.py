"""Read one cell of another software's table as a number, a date or a time of day.

Rules
-----
* An empty cell, ``NA``, ``nan``, ``null``, ``1.#QNAN`` and the like are unknown.
* A comma is a decimal point unless commas separate the cells and the cells are not quoted. Whether
  points or commas separate thousands is judged from the whole file: by a number that has both, or,
  where decimals have commas, by every point being followed by three digits.
* A time may be a date and a time of day, which is counted from 1970. MATLAB writes ``0.01 sec``.
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from msgspec import Struct

UNKNOWN = frozenset(
    {"", "na", "n/a", "nan", "null", "none", "-", "--", "?", "missing", "inf", "#n/a", "#nv",
     "#div/0!", "#wert!", "#value!", "1.#qnan", "-1.#ind", "1.#inf", "-1.#inf"}
)  # fmt: skip
CLOCKS = ("%d-%b-%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S",
          "%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %H:%M:%S", "%d-%m-%Y %H:%M:%S")  # fmt: skip
DAYTIME = re.compile(r"(?:(\d{1,2}):)?(\d{2}):(\d{2})(?:[.:,](\d{1,9}))?")  # Excel hides the hours
PART = re.compile(r"(?<=:\d\d)[.,](\d+)")  # of a second, in a date and time of day
SECONDS = re.compile(r"([-+.\deE]+) ?s(?:ec)?")
QUOTED = re.compile(r'"\s*([-+]?\d[\d.,]*)\s*"')
BARE = re.compile(r'(?:^|[;\t|])\s*"?([-+]?\d[\d.,]*)"?\s*(?=[;\t|]|$)', re.MULTILINE)
GAP = re.compile(r"(?<=\d) (?=\d{3}(?:\D|$))(?!.*:)")  # between thousands
SIGNS = {0x2212: "-", 0xA0: " ", 0x2009: " ", 0x202F: " "}  # a minus, and spaces within numbers
POINTED = re.compile(r"[-+]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
COMMAED = re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")


class Writing(Struct, frozen=True):
    """How numbers are written in a file. thousands : the character that separates them."""

    decimal_comma: bool
    thousands: str = ""


def writing(text: str, separator: str) -> Writing:
    """Return how a text writes its numbers."""
    apart = separator == ","
    if "," not in text or ('"' if apart else ".") not in text:
        return Writing(not apart)
    cells = (QUOTED if apart else BARE).findall(text)
    commas = {cell for cell in cells if "," in cell}
    points = {cell for cell in cells if "." in cell}
    if any(COMMAED.fullmatch(cell) for cell in commas & points):
        return Writing(decimal_comma=False, thousands=",")
    whole = bool(commas and points) and all(POINTED.fullmatch(cell) for cell in points)
    if not apart:
        return Writing(decimal_comma=True, thousands="." if whole else "")
    return Writing(any(not COMMAED.fullmatch(cell) for cell in commas), "." if whole else "")


def number_of(cell: str, separator: str) -> float:
    """Read a cell as a number, a date or time of day as seconds; nan when it is unknown."""
    return number_as(cell, Writing(separator != ","))


def number_as(cell: str, written: Writing) -> float:
    """Read a cell of a text whose way of writing numbers is known; see ``number_of``."""
    if written.thousands and written.thousands in cell and ":" not in cell:
        cell = cell.replace(written.thousands, "")
    try:
        value = float(cell)
    except ValueError:
        pass
    else:
        return value if math.isfinite(value) else math.nan
    plain = GAP.sub("", cell.translate(SIGNS)).strip().strip("\"'").strip()
    if plain.lower() in UNKNOWN:
        return math.nan
    with suppress(ValueError):
        return float(plain)
    if written.decimal_comma:
        with suppress(ValueError):
            return float(plain.replace(",", "."))
    counted = SECONDS.fullmatch(plain)
    return float(counted[1]) if counted else _clock(plain)


def is_number(cell: str) -> bool:
    """Return whether a cell is a plain number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def is_clock(cell: str) -> bool:
    """Return whether a cell is recognisably a time, which is read as seconds."""
    return ":" in cell or bool(SECONDS.fullmatch(cell.strip()))


def _clock(text: str) -> float:
    """Return a date and time as seconds since 1970, a time of day as seconds since midnight."""
    of_day = DAYTIME.fullmatch(text)
    if of_day:
        h, m, s, part = of_day.groups()
        return int(h or 0) * 3600 + int(m) * 60 + int(s) + (float(f"0.{part}") if part else 0.0)
    if not text[:1].isdigit() or ":" not in text:
        raise ValueError(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = _dated(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _dated(text: str) -> datetime:
    part = PART.search(text)
    second = timedelta(seconds=float(f"0.{part[1]}")) if part else timedelta()
    for form in CLOCKS:
        try:
            whole = datetime.strptime(PART.sub("", text), form)  # noqa: DTZ007 (the caller's)
        except ValueError:
            continue
        return whole + second
    raise ValueError(text)
