"""A topic of set-up, and what its questions and trials are given.

Rules
-----
* A topic is a few fields of ``Answers``. ``keys`` and ``switches`` say where simple ones are in a
  configuration; ``shown`` and ``lay`` read and write the others. ``ask`` asks them at a terminal;
  a page draws them by their kind.
* A trial does something at once and returns findings: keys of the catalogue (``trial.KEY``) with
  the values of their blanks, so that terminal and phone say the same in the runner's language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from cued.actuators import haptic, speech
from cued.commands._setup.answers import Answers, Tables
from cued.model import ConfigError, Input
from cued.words import SPEEDS


class Nearby(Struct, frozen=True):
    """A device in range: the device files that support it, and its signal in dBm."""

    name: str
    address: str
    devices: tuple[str, ...]
    rssi: int | None = None


class Finding(Struct, frozen=True):
    """One line of what a trial found: a key of the catalogue and its blanks."""

    key: str
    blanks: dict[str, float | str] = {}
    good: bool = True


class Respondent(Protocol):
    """A person at a terminal who answers questions."""

    def ask(self, question: str, default: str, choices: Sequence[str] = ()) -> str:
        """Ask a question; an empty answer means the default."""
        ...

    def secret(self, question: str) -> str:
        """Ask a question whose answer is not shown."""
        ...

    def tell(self, text: str) -> None:
        """Say something."""
        ...


class Trials(Protocol):
    """The machine's parts, to be tried; tests use a machine without any."""

    def scan(self) -> list[Nearby]:
        """Return the devices in range. Raises CuedError."""
        ...

    def listen(self, tables: Tables, seconds: float) -> list[Input]:
        """Return the configured sources' inputs during some seconds. Raises CuedError."""
        ...

    def unit(self, treadmill: Tables) -> float:
        """Return the ratio of true to written speed by moving an empty belt. Raises CuedError."""
        ...

    def say(self, text: str, options: speech.Config, language: str) -> str:
        """Speak; return why it failed, or ""."""
        ...

    def buzz(self, side: str, options: haptic.Config) -> str:
        """Buzz left or right; return why it failed, or ""."""
        ...


class Talk(Struct, frozen=True):
    """The context in which a topic asks its questions.

    tables : the configuration as it would be written now.
    fits : returns the configuration with these values. Raises ConfigError where they are invalid.
    tell : runs a trial of this topic with these values and shows the person what it found.
    fresh : nothing was configured before.
    """

    person: Respondent
    trials: Trials
    tables: Tables
    fits: Callable[[Mapping[str, Any]], Tables]
    tell: Callable[[str, Mapping[str, Any]], None]
    fresh: bool = False

    @property
    def speed_unit(self) -> str:
        """The unit in which speeds are asked for."""
        return unit_of(self.tables)

    def m_s(self, text: str) -> float:
        """Read a speed that was typed in the station's unit. Raises ConfigError."""
        return number(text) / SPEEDS[self.speed_unit]

    def yes(self, question: str, default: bool) -> bool:
        """Ask a yes-or-no question."""
        return self.person.ask(f"{question}?", "y" if default else "n", ("y", "n")) == "y"

    def fitting(
        self, question: str, default: str, read: Callable[[str], dict[str, Any]]
    ) -> dict[str, Any]:
        """Ask until the configuration accepts the answer."""
        while True:
            try:
                values = read(self.person.ask(question, default))
                self.fits(values)
            except ConfigError as error:
                self.person.tell(str(error))
                continue
            return values


Trial = Callable[[Trials, Tables, Mapping[str, Any]], list[Finding]]


class Topic(Struct, frozen=True, kw_only=True):
    """One step of set-up.

    keys : fields that are one key of the configuration: its table, its name and its default.
    switches : fields that say whether a part is configured: its kind and its name.
    fields : the others, shown after these.
    noted : the page has a sentence about it in addition to its title.
    """

    keys: dict[str, tuple[str, str, Any]] = {}
    switches: dict[str, tuple[str, str]] = {}
    fields: tuple[str, ...] = ()
    choices: dict[str, tuple[str, ...]] = {}
    shown: Callable[[Tables], dict[str, Any]] = lambda _: {}
    lay: Callable[[Tables, Answers], None] = lambda _out, _answers: None
    ask: Callable[[Talk], dict[str, Any]] = lambda _: {}
    trials: dict[str, Trial] = {}
    noted: bool = False

    def asked(self) -> tuple[str, ...]:
        """Return every field, in the order in which they are shown."""
        return (*self.keys, *self.switches, *self.fields)

    def configured(self, tables: Tables) -> dict[str, Any]:
        """Return the fields' values in a configuration."""
        out = {
            field: tables.get(table, {}).get(key, usual)
            for field, (table, key, usual) in self.keys.items()
        }
        for field, (kind, name) in self.switches.items():
            out[field] = name in tables.get(kind, {})
        return out | self.shown(tables)

    def write(self, out: Tables, answers: Answers) -> None:
        """Write the answers into a configuration."""
        for field, (table, key, _) in self.keys.items():
            if (value := getattr(answers, field)) is not None:
                out.setdefault(table, {})[key] = value
        for field, (kind, name) in self.switches.items():
            switch(out, kind, name, getattr(answers, field))
        self.lay(out, answers)


def unit_of(tables: Tables) -> str:
    """Return the configured unit of speeds."""
    return str(tables.get("coach", {}).get("speed_unit", "km/h"))


def switch(out: Tables, kind: str, name: str, on: bool | None) -> None:
    """Add a part's table or remove it; None leaves it."""
    if on:
        out.setdefault(kind, {}).setdefault(name, {})
    elif on is not None:
        out.get(kind, {}).pop(name, None)


def number(text: str) -> float:
    """Read a number as people type it, with a point or a comma. Raises ConfigError."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise ConfigError(f"{text} is not a number") from None
