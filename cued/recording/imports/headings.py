"""What the heading of a foreign column says: which quantity, which axis, in which unit.

Headings are taken as they are commonly written: ``Acceleration x (m/s^2)``, ``gyro_z_dps``,
``accX [g]``, ``time_ms``. A heading that is not understood means nothing here. A unit that is not
written is left empty, and whoever needs it says so; none is guessed.
"""

from __future__ import annotations

import math
import re
from typing import Literal

from msgspec import Struct

from cued.frames import GRAVITY_M_S2

Quantity = Literal["time", "acc", "linear", "gravity", "gyr", "speed", "incline"]

WORDS: dict[str, Quantity] = {
    "t": "time", "time": "time", "timestamp": "time", "elapsed": "time",
    "a": "acc", "acc": "acc", "accel": "acc", "acceleration": "acc", "accelerometer": "acc",
    "linear": "linear", "user": "linear", "useracceleration": "linear",
    "linearacceleration": "linear", "gravity": "gravity", "grav": "gravity",
    "gyr": "gyr", "gyro": "gyr", "gyroscope": "gyr", "angular": "gyr", "rotation": "gyr",
    "omega": "gyr", "w": "gyr", "speed": "speed", "incline": "incline", "grade": "incline",
}  # fmt: skip
FILLING = frozenset({"rate", "velocity", "belt", "value", "data", "raw", "sensor", "vector"})
# An unknown word (magnetic, absolute ...) makes a column none of ours.

UNITS: dict[str, dict[str, float]] = {
    "time": {
        "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "ms": 1e-3, "milliseconds": 1e-3,
        "us": 1e-6, "µs": 1e-6, "microseconds": 1e-6, "ns": 1e-9, "nanoseconds": 1e-9,
    },
    "acc": {
        "m/s2": 1.0, "m/s/s": 1.0, "mps2": 1.0, "ms-2": 1.0, "g": GRAVITY_M_S2,
        "mg": GRAVITY_M_S2 / 1000.0,
    },
    "gyr": {
        "rad/s": 1.0, "rads": 1.0, "radps": 1.0, "deg/s": math.pi / 180.0,
        "°/s": math.pi / 180.0, "dps": math.pi / 180.0, "degps": math.pi / 180.0,
    },
    "speed": {"m/s": 1.0, "mps": 1.0, "km/h": 1 / 3.6, "kmh": 1 / 3.6, "kph": 1 / 3.6,
              "mph": 0.44704},
    "incline": {"%": 1.0, "percent": 1.0},
}  # fmt: skip
UNITS["linear"] = UNITS["gravity"] = UNITS["acc"]
AXES = frozenset("xyz")
JOINED = re.compile(r"(a|acc|accel|acceleration|g|gyr|gyro|w|rot|rotation)([xyz])")
BRACKETED = re.compile(r"[(\[]([^)\]]*)[)\]]\s*$")


class Heading(Struct, frozen=True):
    """One column. ``unit`` is as written, "" if it isn't."""

    what: Quantity
    axis: str = ""
    unit: str = ""

    @property
    def scale(self) -> float | None:
        """By how much the column's numbers are multiplied; None for a unit that is not known."""
        return scale(self.what, self.unit)


def scale(what: Quantity, unit: str) -> float | None:
    """Look up a unit as people write it."""
    plain = unit.strip().lower().replace("²", "2").replace("º", "°").replace("^", "")
    known = UNITS[what]
    return known.get(plain.replace(" ", ""), known.get(plain.replace("_", "/")))


def heading(text: str) -> Heading | None:
    """Read a heading; None when it is not understood."""
    text = text.strip().strip("\"'").strip()
    bracket = BRACKETED.search(text)
    words = _words(text[: bracket.start()] if bracket else text)
    axis, what, rest = "", None, list[str]()
    for word in words:
        joined = JOINED.fullmatch(word)
        if joined and not axis:
            axis = joined[2]
            what = what or ("gyr" if joined[1] in ("g", "rot") else WORDS[joined[1]])
        elif word in AXES and not axis:
            axis = word
        elif word in WORDS and what in (None, "linear", WORDS[word]):
            what = what or WORDS[word]
        elif word in WORDS and WORDS[word] == "linear" and what == "acc":
            what = "linear"
        elif word not in FILLING:
            rest.append(word)
    if bracket:
        return None if rest else _made(what, axis, bracket[1])
    unit = "_".join(rest)
    what = what or ("time" if rest and scale("time", unit) else None)
    return _made(what, axis, unit)


def _made(what: Quantity | None, axis: str, unit: str) -> Heading | None:
    """Make the heading if an axis is told where there is one; without words the unit tells."""
    if what is None and axis:
        what = "acc" if scale("acc", unit) else "gyr" if scale("gyr", unit) else None
    spatial = what in ("acc", "linear", "gravity", "gyr")
    if what is None or spatial != bool(axis) or (unit and scale(what, unit) is None):
        return None
    return Heading(what, axis, unit)


def _words(text: str) -> list[str]:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return [w for w in re.split(r"[^0-9a-zµ°%]+", apart.lower()) if w]
