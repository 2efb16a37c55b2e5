"""Names of metrics, phases and decisions, for report, FIT, terminal, Home Assistant.

The words are those of the live page, one catalogue per language (``cued/dashboard/words``). A name
that no catalogue has is read by its parts: the end of ``stride_time_s`` is its unit.
"""

from __future__ import annotations

import functools
import pkgutil
import re
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files

import msgspec

LIKE_ONE = {"fr": 2.0}  # numbers below this take the singular (CLDR); elsewhere only 1 does
SPEEDS = {"km/h": 3.6, "mph": 3600 / 1609.344}  # per m/s; a mile is 1609.344 m by definition

TIGHT = ("en", "it")  # languages without a space before a percent sign
UNITS = {  # suffix of a name, unit; longest first
    "m_s": "m/s", "percent": "%", "spm": "spm", "bpm": "bpm", "deg": "°", "min": "min",
    "ms": "ms", "hz": "Hz", "cm": "cm", "kg": "kg", "m": "m", "s": "s",
}  # fmt: skip


def languages() -> list[str]:
    """Return the languages of pages and reports."""
    found = (files("cued") / "dashboard" / "words").iterdir()
    return sorted(file.name[:-5] for file in found if file.name.endswith(".json"))


@functools.cache
def catalogue(language: str = "en") -> dict[str, str]:
    """Read a language's words; English for a language that only the voice has."""
    try:
        data = pkgutil.get_data("cued", f"dashboard/words/{language}.json")
    except FileNotFoundError:
        return catalogue()
    assert data is not None
    return msgspec.json.decode(data, type=dict[str, str])


@functools.cache
def _sentences() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the machine's English sentences as regular expressions, with their catalogue keys."""
    said = {k: t for k, t in catalogue().items() if k.startswith("why.") and k != "why.machine"}
    blank = re.compile(r"\\\{(\w+)\\\}")
    return tuple((re.compile(blank.sub(r"(?P<\1>.+)", re.escape(t))), k) for k, t in said.items())


def plain(name: str) -> str:
    """Return a name without its underscores."""
    return name.replace("_", " ").strip()


def read(name: str, language: str = "en") -> tuple[str, str]:
    """Return a measurement's name in this language, and its unit ("" without one)."""
    bare, unit = name, ""
    for suffix, found in UNITS.items():
        if name.endswith(f"_{suffix}"):
            bare, unit = name.removesuffix(f"_{suffix}"), found
            break
    words = catalogue(language)
    called = words.get(f"name.{name}") or words.get(f"name.{bare}") or plain(bare)
    return called, words.get(f"unit.{unit}", unit)


def number(value: float) -> str:
    """Write a number with as many digits as the live page shows."""
    places = 0 if abs(value) >= 100 or float(value).is_integer() else 1 if abs(value) >= 10 else 2
    return _signed(f"{value:.{places}f}")


def _signed(text: str) -> str:
    return text.lstrip("-") if not float(text) else text.replace("-", "−")


def with_unit(text: str, unit: str, language: str = "en") -> str:
    """Write a unit behind a number, as the live page does."""
    tight = unit == "°" or (unit == "%" and language in TIGHT)
    return f"{text}{unit}" if tight else f"{text} {unit}".rstrip()


def reason(name: str, value: float) -> str:
    """Write a reason's number: times and lengths to a hundredth, estimates with fewer digits.

    >>> reason("over_percent", 8.2), reason("own_cv_percent", 2.14), reason("stride_s", 1.2386)
    ('8', '2.1', '1.24')
    """
    if name.endswith("_s") and abs(value) >= 10.0:
        return number(float(round(value)))
    if name.endswith(("_s", "_m")) or float(value).is_integer():
        return number(value)
    return number(float(round(value))) if abs(value) >= 5.0 else _signed(f"{value:.1f}")


def clock(seconds: float) -> str:
    """Write minutes and seconds: 7:14."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def counted(n: int, one: str, many: str = "") -> str:
    """Write a number of things: 1 stride, 2 strides."""
    return f"{n} {one if n == 1 else many or one + 's'}"


class Words:
    """One language's catalogue (``dashboard/words``), and how that language writes numbers.

    speed_unit : the unit in which speeds are written.
    """

    def __init__(self, language: str = "en", speed_unit: str = "km/h") -> None:
        self.language, self.speed_unit = language, speed_unit
        self._words = catalogue(language)

    @property
    def speed_factor(self) -> float:
        """1 m/s in the unit for speeds."""
        return SPEEDS[self.speed_unit]

    def knows(self, key: str) -> bool:
        """Return whether there is a word for a key."""
        return key in self._words

    def say(self, key: str, **blanks: float | str) -> str:
        """Return a text with its blanks filled; numbers as this language writes them."""
        shown = {n: v if isinstance(v, str) else self.number(v) for n, v in blanks.items()}
        return self._words[key].format(**shown)

    def count(self, key: str, n: float, **blanks: float | str) -> str:
        """Return a text about ``n`` things, in this language's singular or plural."""
        one = n < LIKE_ONE[self.language] if self.language in LIKE_ONE else n == 1
        return self.say(f"{key}.{'one' if one else 'other'}", n=n, **blanks)

    def number(self, value: float, places: int | None = None) -> str:
        """Write a number with ``places`` decimals, else as many digits as the live page shows."""
        text = number(value) if places is None else f"{value:.{places}f}".replace("-", "−")
        return text.replace(".", self.point)

    def percent(self, value: float, places: int) -> str:
        """Write a percentage, with the sign spaced as in this language."""
        return with_unit(self.number(value, places), "%", self.language)

    def whole(self, name: str, value: float) -> str:
        """Write a measured value without decimals, and its unit."""
        return with_unit(self.number(value, 0), read(name, self.language)[1], self.language)

    @property
    def point(self) -> str:
        """The decimal mark."""
        return self._words["number.point"]

    def speed(self, m_s: float) -> str:
        """Write a speed in the station's unit."""
        return f"{self.number(m_s * self.speed_factor, 1)} {self.speed_unit}"

    def date(self, when: datetime, *, time: bool = True) -> str:
        """Write a day, and the time of day."""
        month = self.say(f"month.{when.month}")
        day = self.say("date.day", day=f"{when:%d}", month=month, year=str(when.year))
        return f"{day}, {when:%H:%M}" if time else day

    def phase(self, name: str) -> str:
        """Return a phase's name."""
        return self._words.get(f"phase.{name}") or plain(name).capitalize()

    def does(self, name: str) -> str:
        """Return what the runner does in a phase; empty for an unknown phase."""
        return self._words.get(f"does.{name}", "")

    def value(self, code: str) -> str:
        """Return a code in words: why a phase was entered, or a cue not given."""
        return self._words.get(f"value.{code}") or plain(code)

    def because(self, name: str, value: float | str | None) -> str:
        """Return one reason in words; speeds in the station's unit."""
        called, unit = read(name, self.language)
        if name == "phase":
            return f"{called} {self.phase(str(value))}"
        if not isinstance(value, int | float):
            return f"{called} {self.value(str(value))}"
        if name.endswith("_m_s"):
            return f"{called} {self.speed(value)}"
        shown = reason(name, value).replace(".", self.point)
        return f"{called} {with_unit(shown, unit, self.language)}"

    def own(self, text: str) -> str:
        """Translate one of the machine's sentences; return it unchanged if it is not known."""
        for english, key in _sentences() if self.language != "en" else ():
            if found := english.fullmatch(text):
                blanks = found.groupdict()
                return self.say(
                    key, **{n: self.own(t) if n == "why" else t for n, t in blanks.items()}
                )
        return text

    def finding(self, key: str, blanks: Mapping[str, float | str]) -> str:
        """Return the result of a set-up trial in words."""
        shown = dict(blanks)
        if isinstance(why := shown.get("why"), str):
            shown["why"] = self.own(why)
        if isinstance(speed := shown.get("speed"), int | float):
            shown["speed"] = self.speed(speed)
        if f"place.{shown.get('sensor')}" in self._words:
            shown["sensor"] = self._words[f"place.{shown['sensor']}"]
        return self.say(key, **shown)
