"""Names of metrics, phases and decisions, for report, FIT, terminal, Home Assistant.

The words are those of the live page, a catalogue a language (``cued/dashboard/words``). A name that
no catalogue foresaw is read by its own rules: the last part of ``stride_time_s`` is its unit.
"""

from __future__ import annotations

import functools
import pkgutil
import re
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files

import msgspec

LIKE_ONE = {"fr": 2.0}  # below how many a language says one (CLDR); else 1 alone is
SPEEDS = {"km/h": 3.6, "mph": 3600 / 1609.344}  # in 1 m/s; a mile has 1609.344 m by definition

TIGHT = ("en", "it")  # languages without a space before a percent sign
UNITS = {  # suffix of a name, unit; longest first
    "m_s": "m/s", "percent": "%", "spm": "spm", "bpm": "bpm", "deg": "°", "min": "min",
    "ms": "ms", "hz": "Hz", "cm": "cm", "kg": "kg", "m": "m", "s": "s",
}  # fmt: skip


def languages() -> list[str]:
    """Return the languages that pages and reports can be read in."""
    found = (files("cued") / "dashboard" / "words").iterdir()
    return sorted(file.name[:-5] for file in found if file.name.endswith(".json"))


@functools.cache
def catalogue(language: str = "en") -> dict[str, str]:
    """Read the words of a language; English for one that is only spoken."""
    try:
        data = pkgutil.get_data("cued", f"dashboard/words/{language}.json")
    except FileNotFoundError:
        return catalogue()
    assert data is not None
    return msgspec.json.decode(data, type=dict[str, str])


@functools.cache
def _sentences() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return what the machine says in English, as expressions, and the keys of the catalogues."""
    said = {k: t for k, t in catalogue().items() if k.startswith("why.") and k != "why.machine"}
    blank = re.compile(r"\\\{(\w+)\\\}")
    return tuple((re.compile(blank.sub(r"(?P<\1>.+)", re.escape(t))), k) for k, t in said.items())


def plain(name: str) -> str:
    """Return a name without its underscores."""
    return name.replace("_", " ").strip()


def read(name: str, language: str = "en") -> tuple[str, str]:
    """Return what a measured name is called, and its unit ("" without one)."""
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


def reason(name: str, told: float) -> str:
    """Write the number of a reason: times and lengths to a hundredth, what is estimated shorter.

    >>> reason("over_percent", 8.2), reason("own_cv_percent", 2.14), reason("stride_s", 1.2386)
    ('8', '2.1', '1.24')
    """
    if name.endswith("_s") and abs(told) >= 10.0:
        return number(float(round(told)))
    if name.endswith(("_s", "_m")) or float(told).is_integer():
        return number(told)
    return number(float(round(told))) if abs(told) >= 5.0 else _signed(f"{told:.1f}")


def clock(seconds: float) -> str:
    """Write minutes and seconds: 7:14."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def counted(n: int, one: str, many: str = "") -> str:
    """Write a number of things: 1 stride, 2 strides."""
    return f"{n} {one if n == 1 else many or one + 's'}"


class Words:
    """One language's catalogue (``dashboard/words``), and how that language writes numbers.

    speed_unit : what speeds are written in, whatever they are measured in.
    """

    def __init__(self, language: str = "en", speed_unit: str = "km/h") -> None:
        self.language, self.speed_unit = language, speed_unit
        self._words = catalogue(language)

    @property
    def speed_factor(self) -> float:
        """How many of the unit for speeds make 1 m/s."""
        return SPEEDS[self.speed_unit]

    def knows(self, key: str) -> bool:
        """Return whether there is a word for a key."""
        return key in self._words

    def say(self, key: str, **blanks: float | str) -> str:
        """Return a text with its blanks filled; numbers as this language writes them."""
        shown = {n: v if isinstance(v, str) else self.number(v) for n, v in blanks.items()}
        return self._words[key].format(**shown)

    def count(self, key: str, n: float, **blanks: float | str) -> str:
        """Return a text about so many things, in the form that this language has for that many."""
        one = n < LIKE_ONE[self.language] if self.language in LIKE_ONE else n == 1
        return self.say(f"{key}.{'one' if one else 'other'}", n=n, **blanks)

    def number(self, value: float, places: int | None = None) -> str:
        """Write a number with as many digits as the live page shows, or with so many places."""
        text = number(value) if places is None else f"{value:.{places}f}".replace("-", "−")
        return text.replace(".", self.point)

    def percent(self, value: float, places: int) -> str:
        """Write a share, the sign as this language has it."""
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
        """Return what a phase is called."""
        return self._words.get(f"phase.{name}") or plain(name).capitalize()

    def does(self, name: str) -> str:
        """Return what one does in a phase; an empty text for one that is not known."""
        return self._words.get(f"does.{name}", "")

    def value(self, code: str) -> str:
        """Return one of few as people say it: why a phase was entered, or a cue was not given."""
        return self._words.get(f"value.{code}") or plain(code)

    def because(self, name: str, told: float | str | None) -> str:
        """Return one reason as a person would say it; speeds in the station's unit."""
        called, unit = read(name, self.language)
        if name == "phase":
            return f"{called} {self.phase(str(told))}"
        if not isinstance(told, int | float):
            return f"{called} {self.value(str(told))}"
        if name.endswith("_m_s"):
            return f"{called} {self.speed(told)}"
        shown = reason(name, told).replace(".", self.point)
        return f"{called} {with_unit(shown, unit, self.language)}"

    def own(self, text: str) -> str:
        """Return a sentence of the machine's in this language, or as it is if it has none."""
        for english, key in _sentences() if self.language != "en" else ():
            if found := english.fullmatch(text):
                told = found.groupdict()
                return self.say(
                    key, **{n: self.own(t) if n == "why" else t for n, t in told.items()}
                )
        return text

    def finding(self, key: str, blanks: Mapping[str, float | str]) -> str:
        """Return what a trial of set-up found."""
        shown = dict(blanks)
        if isinstance(why := shown.get("why"), str):
            shown["why"] = self.own(why)
        if isinstance(speed := shown.get("speed"), int | float):
            shown["speed"] = self.speed(speed)
        if f"place.{shown.get('sensor')}" in self._words:
            shown["sensor"] = self._words[f"place.{shown['sensor']}"]
        return self.say(key, **shown)
