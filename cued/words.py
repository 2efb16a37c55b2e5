"""What is measured and decided, as people call it: for the report and the view in the terminal.

The live page has the same words in its own language (``cued/dashboard/js/words.js``). A name that
is in no table is read by its own rules: the last part of ``stride_time_s`` is its unit.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Mapping

LIKE_ONE = {"fr": 2.0}  # below how many a language says one (CLDR); else 1 alone is
SPEEDS = {"km/h": 3.6, "mph": 3600 / 1609.344}

# Phase: what it is called, and what one does in it.
PHASES = {
    "idle": ("Ready", "nothing is going on"),
    "check_in": ("Check in", "questions, standing still"),
    "settle": ("Warm up", "easy forward walk"),
    "turn_back": ("Turn round", "slow belt, turn to face backward"),
    "mount": ("Mount", "feet on the side rails while the belt is set"),
    "mount_uphill": ("Mount uphill", "feet on the side rails while the incline is set"),
    "backward_walk": ("Backward walk", "short steps, toes first"),
    "backward_uphill": ("Backward uphill", "the same walk on an incline"),
    "backward_jog": ("Backward jog", "short and light"),
    "backward_rest": ("Easy backward", "slow backward walk, to recover"),
    "turn_front": ("Turn to the front", "slow belt, turn to face forward"),
    "carry": ("Keep the short step", "forward, with the step that backward walking taught"),
    "cool_down": ("Cool down", "slower and slower, then stop"),
    "free_run": ("Free run", "walk or run as you like"),
    "paused": ("Paused", "the coach waits"),
    "blind": ("No sensor", "the coach sees nothing"),
    "fallen": ("Fall", "the coach asks whether all is well"),
}
WHY = {
    "begin": "begun", "ready": "all is ready", "timeout": "its time was over",
    "dose": "enough for now",
    "turned": "turned round", "turned_away": "turned away", "again": "once more",
    "fell": "a fall", "lost": "no sensor", "seen": "a sensor is back", "stop": "stopped",
    "pause": "paused", "resume": "resumed", "skip": "skipped", "unsteady": "unsteady",
    "stumbled": "a stumble", "over": "the end", "step_off": "stepped off",
    "wrong": "something was wrong", "ease": "to make it easier", "mount": "belt to be set",
}  # fmt: skip
WITHHELD = {
    "refractory": "just said", "faded": "not this time, to see what stays",
    "catch_block": "a stretch without cues, to see what stays", "spacing": "too soon after another",
    "per_minute": "enough said that minute", "other_theme": "one thing at a time",
    "busy": "something else was being said", "stale": "too late by then",
    "outranked": "something graver waited", "phase_start": "the phase had just begun",
    "belt_change": "the belt had just changed", "after_stumble": "just after a stumble",
    "direction": "the way you faced was in doubt", "blind": "no sensor",
}  # fmt: skip
UNITS = {
    "m_s": "m/s", "percent": "%", "deg": "°", "spm": "steps/min", "bpm": "beats/min", "cm": "cm",
    "ms": "ms", "hz": "Hz", "min": "min", "s": "s", "m": "m",
}  # fmt: skip
NAMES = {
    "cadence": "step rate", "stride_time_cv": "unevenness", "stance": "on the belt",
    "step_symmetry": "symmetry", "trunk_lean": "trunk lean",
    "score": "unsteadiness", "spm": "step rate", "own_cv": "your usual variation",
    "lasting": "for", "silent": "no word for", "limit": "limit", "lean": "lean of the trunk",
    "sag": "body sank by", "sinking": "body sank at",
    "carried": "carried over", "time_to_drift": "short step kept", "recovery": "found again after",
    "retention": "kept since last time", "belt": "belt", "left": "left", "own": "your own",
}  # fmt: skip


def phase(name: str) -> str:
    """Return what a phase is called."""
    return PHASES[name][0] if name in PHASES else plain(name).capitalize()


def why(code: str) -> str:
    """Return why a phase was entered."""
    return WHY.get(code, plain(code))


def withheld(verdict: str) -> str:
    """Return why a cue was not given."""
    return WITHHELD.get(verdict, plain(verdict))


def plain(name: str) -> str:
    """Return a name without its underscores."""
    return name.replace("_", " ").strip()


def read(name: str) -> tuple[str, str]:
    """Return what a measured name is called, and its unit ("" without one)."""
    for suffix, unit in UNITS.items():
        bare = name.removesuffix(f"_{suffix}")
        if bare != name:
            return NAMES.get(bare, plain(bare)), unit
    return NAMES.get(name, plain(name)), UNITS.get(name, "")


def number(value: float) -> str:
    """Write a number with the digits that somebody reads, as the live page does."""
    places = 0 if abs(value) >= 100 or float(value).is_integer() else 1 if abs(value) >= 10 else 2
    text = f"{value:.{places}f}"
    return text.lstrip("-") if not float(text) else text.replace("-", "−")


def with_unit(value: float, unit: str) -> str:
    """Write a number and its unit."""
    return f"{number(value)}{unit}" if unit == "°" else f"{number(value)} {unit}".rstrip()


def because(name: str, value: float | str | None) -> str:
    """Return one reason as a person would say it: ``speed_m_s`` 0.4 as speed 0.40 m/s."""
    called, unit = read(name)
    if name == "phase":
        return f"phase {phase(str(value))}"
    shown = with_unit(value, unit) if isinstance(value, int | float) else plain(str(value))
    return f"{called} {shown}"


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
        data = pkgutil.get_data("cued", f"dashboard/words/{language}.json")
        assert data is not None
        self._words: dict[str, str] = json.loads(data)
        self._language = language
        self._speed_unit = speed_unit

    def knows(self, key: str) -> bool:
        """Return whether there is a word for a key."""
        return key in self._words

    def say(self, key: str, **blanks: float | str) -> str:
        """Return a text with its blanks filled; numbers as this language writes them."""
        shown = {n: v if isinstance(v, str) else self.number(v) for n, v in blanks.items()}
        return self._words[key].format(**shown)

    def count(self, key: str, n: float) -> str:
        """Return a text about so many things, in the form that this language has for that many."""
        one = n < LIKE_ONE[self._language] if self._language in LIKE_ONE else n == 1
        return self.say(f"{key}.{'one' if one else 'other'}", n=n)

    def number(self, value: float, places: int | None = None) -> str:
        """Write a number with the digits that somebody reads, or with so many places."""
        text = number(value) if places is None else f"{value:.{places}f}".replace("-", "−")
        return text.replace(".", self._words["number.point"])

    def speed(self, m_s: float) -> str:
        """Write a speed in the station's unit."""
        return f"{self.number(m_s * SPEEDS[self._speed_unit], 1)} {self._speed_unit}"

    def finding(self, key: str, blanks: Mapping[str, float | str]) -> str:
        """Return what a trial of set-up found."""
        shown = dict(blanks)
        if isinstance(speed := shown.get("speed"), int | float):
            shown["speed"] = self.speed(speed)
        if f"place.{shown.get('sensor')}" in self._words:
            shown["sensor"] = self._words[f"place.{shown['sensor']}"]
        return self.say(key, **shown)
