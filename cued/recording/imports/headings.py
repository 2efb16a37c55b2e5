"""Read the heading of another software's column: its quantity, axis and unit.

Common forms are understood: ``Acceleration x (m/s^2)``, ``gyro_z_dps``, ``accX [g]``,
``AngVel_X(deg/s)``, ``加速度X(g)``, ``time_ms``; other headings are ignored. A missing unit is left
empty and never guessed; a caller that needs it asks for it. A column called "linear" may still
contain gravity (Movesense calls the whole acceleration so): the numbers decide (``columns.py``).
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Literal

from msgspec import Struct

from cued.frames import GRAVITY_M_S2

Quantity = Literal["time", "acc", "linear", "gravity", "gyr", "speed", "incline"]

WORDS: dict[str, Quantity] = {
    "t": "time", "time": "time", "timestamp": "time", "elapsed": "time", "epoch": "time",
    "epoc": "time", "sampletimefine": "time", "datetime": "time", "时间": "time",
    "時間": "time", "ts": "time", "millis": "time", "micros": "time",
    "a": "acc", "acc": "acc", "accel": "acc", "acceleration": "acc", "accelerometer": "acc",
    "accelerations": "acc", "gf": "acc", "gforce": "acc", "加速度": "acc",
    "linear": "linear", "user": "linear", "useracceleration": "linear", "free": "linear",
    "freeacc": "linear", "linearacceleration": "linear", "linacc": "linear", "linearacc": "linear",
    "gravity": "gravity", "grav": "gravity",
    "gyr": "gyr", "gyro": "gyr", "gyroscope": "gyr", "angular": "gyr", "rotation": "gyr",
    "ang": "gyr", "angularvelocity": "gyr", "rotationrate": "gyr", "angularrate": "gyr",
    "omega": "gyr", "w": "gyr", "as": "gyr", "角速度": "gyr",
    # As phones in other languages export them, without their accents.
    "zeit": "time", "zeitstempel": "time", "temps": "time", "tiempo": "time", "tempo": "time",
    "tijd": "time", "czas": "time", "przyspieszenie": "acc", "aceleracao": "acc",
    "beschleunigung": "acc", "beschleunigungssensor": "acc", "aceleracion": "acc",
    "acelerometro": "acc", "accelerazione": "acc", "accelerometre": "acc", "accelerometro": "acc",
    "versnelling": "acc", "lin": "linear", "lineare": "linear", "lineaire": "linear",
    "lineal": "linear", "schwerkraft": "gravity", "gravite": "gravity", "gravedad": "gravity",
    "gravita": "gravity", "gyroskop": "gyr", "drehrate": "gyr", "winkelgeschwindigkeit": "gyr",
    "angulaire": "gyr", "angolare": "gyr", "giroscopio": "gyr", "rotationsrate": "gyr",
    "uhrzeit": "time", "heure": "time", "hora": "time", "ora": "time", "hour": "time",
    "geschwindigkeit": "speed", "vitesse": "speed", "velocidad": "speed", "velocita": "speed",
    "speed": "speed", "incline": "incline", "grade": "incline", "inclination": "incline",
}  # fmt: skip
FILLING = frozenset(
    {"rate", "velocity", "belt", "value", "data", "raw", "sensor", "vector", "axis", "phone",
     "unix", "stamp", "imu", "and",
     "motion", "sample", "since", "reboot", "logging", "cal", "ln", "wr", "date", "device",
     "of", "the", "local", "utc", "in", "full", "vel", "formatted", "low", "noise", "wide",
     "range", "internal"}
)  # fmt: skip
# An unknown word (magnetic, absolute, angle ...) means that the column is not used.

_DEG = math.pi / 180.0  # rad
UNITS: dict[str, dict[str, float]] = {
    "time": {
        "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "secs": 1.0, "ms": 1e-3,
        "msec": 1e-3, "msecs": 1e-3, "millisecond": 1e-3, "milliseconds": 1e-3, "us": 1e-6,
        "µs": 1e-6, "microseconds": 1e-6, "ns": 1e-9, "nanoseconds": 1e-9, "days": 86400.0,
    },
    "acc": {
        "m/s2": 1.0, "m/s/s": 1.0, "mps2": 1.0, "ms-2": 1.0, "ms2": 1.0, "m/(s2)": 1.0,
        "m/sec2": 1.0, "m/(sec2)": 1.0, "m.s-2": 1.0, "cm/s2": 0.01, "g": GRAVITY_M_S2,
        "gs": GRAVITY_M_S2, "mg": GRAVITY_M_S2 / 1000.0,
    },
    "gyr": {
        "rad/s": 1.0, "rads": 1.0, "rads-1": 1.0, "radps": 1.0, "rad/sec": 1.0, "deg/s": _DEG,
        "deg/sec": _DEG, "degs-1": _DEG, "°/s": _DEG, "°/sec": _DEG, "°s-1": _DEG, "dps": _DEG,
        "degps": _DEG, "degrees/s": _DEG, "degrees/second": _DEG, "mdps": _DEG / 1000.0,
        "mdeg/s": _DEG / 1000.0,
    },
    "speed": {"m/s": 1.0, "mps": 1.0, "km/h": 1 / 3.6, "kmh": 1 / 3.6, "kph": 1 / 3.6,
              "mph": 0.44704},
    "incline": {"%": 1.0, "percent": 1.0},
}  # fmt: skip
UNITS["linear"] = UNITS["gravity"] = UNITS["acc"]
AXES = frozenset("xyz")
LONGEST = 200  # characters of a heading; a file without line ends is one of millions
JOINED = re.compile(
    r"(a|acc|accel|acceleration|gf|g|gyr|gyro|w|as|rot|rotation|加速度|角速度)([xyz])"
)
DEVICE = re.compile(r"([^/:,(]*\d[^/:,(]*)(?:/|: )\s*(.+)")  # XI-000123/..., Avanti sensor 1: ...
NUMBERED = re.compile(r"([A-Za-z]+)[ _]?(\d)[ _.]?([xyzXYZ])(?![a-z])(.*)")  # acc2_x
COMMA = re.compile(r"([^,]*),\s*([^,\s]+)")  # time,s
BRACKETED = re.compile(r"[(\[]([^)\]]*(?:\([^)]*\))?[^)\]]*)[)\]]\s*$")
WRITTEN = str.maketrans(
    {"²": "2", "¹": "1", "⁻": "-", "−": "-", "º": "°", "^": "", "·": "", "*": ""}
)
STATED = {
    "sampletimefine": "us",
    "millis": "ms",
    "micros": "us",
    "gf": "g",
    "gforce": "g",
}  # words that imply their unit


SIDES = {"left": "left", "right": "right", "l": "left", "r": "right", "lt": "left", "rt": "right"}
BODY = frozenset(
    {
        "foot",
        "shoe",
        "shank",
        "ankle",
        "lower",
        "back",
        "lumbar",
        "trunk",
        "waist",
        "chest",
        "pelvis",
        "spine",
    }
)


class ColumnHeading(Struct, frozen=True):
    """One column. ``unit`` is as written, or ""."""

    what: Quantity
    axis: str = ""
    unit: str = ""


def scale(what: Quantity, unit: str) -> float | None:
    """Return the size of a unit in SI, None if it is unknown."""
    plain = unit.strip().lower().translate(WRITTEN)
    known = UNITS[what]
    return known.get(plain.replace(" ", ""), known.get(plain.replace("_", "/")))


def quantity_of_unit(unit: str) -> Quantity | None:
    """Return the quantity that a unit measures, None if it is unknown."""
    kinds: tuple[Quantity, ...] = ("time", "acc", "gyr")
    return next((what for what in kinds if scale(what, unit) is not None), None)


def heading(text: str) -> ColumnHeading | None:
    """Read a heading; return None when it is not understood."""
    text = text.strip().strip("\"'").strip()
    if len(text) > LONGEST:
        return None
    if (comma := COMMA.fullmatch(text)) and quantity_of_unit(comma[2]):
        text = f"{comma[1]} ({comma[2]})"
    bracket = BRACKETED.search(text)
    named = text[: bracket.start()] if bracket else text
    whole = re.sub(r"[^0-9a-z]+", "", named.lower())
    words = [whole] if whole in STATED or JOINED.fullmatch(whole) else _words(named)
    axis, what, rest, stated = "", None, list[str](), ""
    for word in words:
        stated = stated or STATED.get(word, "")
        joined = JOINED.fullmatch(word)
        if joined and not axis:
            axis = joined[2]
            what = what or ("gyr" if joined[1] in ("g", "rot") else WORDS[joined[1]])
            stated = stated or STATED.get(joined[1], "")
        elif word in AXES and not axis:
            axis = word
        elif word in WORDS:
            what = _narrowed(what, WORDS[word])
            if what is None:
                return None
        elif word not in FILLING:
            rest.append(word)
    if bracket:
        return None if rest else _made(what, axis, _unit_of(what, bracket[1], stated))
    unit = "_".join(rest)
    what = what or ("time" if rest and scale("time", unit) else None)
    return _made(what, axis, unit or stated)


def without_place(text: str) -> tuple[str, str]:
    """Split off the place, or else the device, that a heading names; "" if neither.

    >>> without_place("LeftFoot_acc_x (g)")
    ('foot_left', 'acc_x(g)')
    >>> without_place("XI-000123/Accelerometer/X")
    ('XI-000123', 'Accelerometer/X')
    >>> without_place("acc2_x")
    ('2', 'acc_x')
    """
    text = text.strip().strip("\"'").strip()
    if len(text) > LONGEST:
        return "", text
    bracket = BRACKETED.search(text)
    end = bracket.start() if bracket else len(text)
    words = re.split(r"[ _.:-]+|(?<=[a-z])(?=[A-Z])", text[:end].strip())
    body = [w.lower() for w in words if w.lower() in BODY]
    side = [SIDES[w.lower()] for w in words if w.lower() in SIDES]
    rest = [w for w in words if w.lower() not in BODY and w.lower() not in SIDES]
    if body or side:
        return "_".join(body + side), "_".join(rest) + text[end:]
    named = DEVICE.fullmatch(text)
    device, text = (named[1], named[2]) if named else ("", text)
    if counted := NUMBERED.fullmatch(text):
        what, number, axis, rest = counted.groups()
        return device or number, f"{what}_{axis}{rest}"
    return device, text


def _narrowed(what: Quantity | None, word: Quantity) -> Quantity | None:
    """Combine the quantities of two words; None if they contradict each other."""
    if what in (None, word) or {what, word} == {"acc", "linear"}:
        return word if what is None else what if word == "acc" else word
    if {what, word} == {"speed", "gyr"}:
        return "gyr"  # velocidad angular
    if "time" in (what, word):
        return "time"  # accelerometerTimestamp
    return what if what == "linear" and word == "gravity" else None


def _unit_of(what: Quantity | None, written: str, stated: str) -> str:
    """Return the unit in brackets; of a time, brackets may hold a time zone or nothing."""
    if what == "time" and scale("time", written) is None:
        return stated
    return written.strip() or stated


def _made(what: Quantity | None, axis: str, unit: str) -> ColumnHeading | None:
    """Make the heading if its parts agree; without words the unit gives the quantity."""
    if what is None and axis:
        if scale("time", unit) is not None:
            return ColumnHeading("time", "", unit)  # X [s], which has no axis
        what = "acc" if scale("acc", unit) else "gyr" if scale("gyr", unit) else None
    spatial = what in ("acc", "linear", "gravity", "gyr")
    if what is None or spatial != bool(axis) or (unit and scale(what, unit) is None):
        return None
    return ColumnHeading(what, axis, unit)


def _words(text: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[一-鿿])(?=[A-Za-z])", " ", plain)
    return [w for w in re.split(r"[^0-9a-zµ°%一-鿿]+", apart.lower()) if w]
