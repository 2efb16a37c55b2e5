"""The spoken phrases: one TOML catalogue per language, from keys to wordings.

Rules of this file
------------------
* Every key is in every language. A wording for a moving runner has five words or fewer and directs
  attention outward ("quick light taps"), not to a body part; the wordings of a key take turns.
* A key without wordings is a tone or only a vibration.
* A wording may have one blank, such as ``{speed}`` or ``{minutes}``. The values that can fill it
  are listed here, so that every text is known beforehand and can be rendered to a clip:
  ``Phrases.texts()``.

A catalogue is package data, read at construction.
"""

from __future__ import annotations

import pkgutil
import tomllib
from importlib.resources import files

import msgspec
from msgspec import Struct

from cued.model import ConfigError

# A language is a file of ``phrases/``; English comes first.
_FILES = [file.name for file in (files("cued.coach.voice") / "phrases").iterdir()]
LANGUAGES = tuple(sorted((n[:-5] for n in _FILES if ".toml" in n), key=lambda n: (n != "en", n)))
SECONDS_A_LETTER = 0.06  # typical speech; a voice that reports its end needs no estimate
SECONDS_TO_BEGIN = 0.1  # before a sentence; chosen

BLANKS: dict[str, tuple[float, ...]] = {
    "digit": tuple(range(10)),
    "percent": tuple(range(11)),
    "minutes": tuple(range(2, 16)),
    "seconds": (*range(10, 120, 10), *range(120, 450, 30)),
    # Finer at speeds of backward gait; without 1, because the wordings are plural.
    "speed": (
        *(round(0.1 * n, 1) for n in range(5, 30) if n != 10),
        *(round(0.2 * n, 1) for n in range(15, 38)),
    ),
}


class Catalogue(Struct, frozen=True, forbid_unknown_fields=True):
    """One language's file."""

    language: str
    decimal: str
    phrases: dict[str, list[str]]


def load(language: str) -> Phrases:
    """Read a language's catalogue. Raises ConfigError if there is none."""
    if language not in LANGUAGES:
        raise ConfigError(f"no phrases for language {language!r}; there are {', '.join(LANGUAGES)}")
    data = pkgutil.get_data("cued.coach.voice", f"phrases/{language}.toml")
    assert data is not None
    return Phrases(msgspec.convert(tomllib.loads(data.decode()), Catalogue))


class Phrases:
    """The phrases of one language."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def keys(self) -> list[str]:
        """Return every key, sorted."""
        return sorted(self._catalogue.phrases)

    def wordings(self, key: str) -> list[str]:
        """Return the wordings of a key, with their blanks."""
        return self._catalogue.phrases[key]

    def say(self, key: str, turn: int = 0, **blanks: float) -> str:
        """Return wording number ``turn`` of a key, with blanks filled by the nearest values."""
        wordings = self._catalogue.phrases[key]
        if not wordings:
            return ""
        spoken = {name: self._number(name, value) for name, value in blanks.items()}
        return wordings[turn % len(wordings)].format(**spoken)

    def texts(self) -> list[str]:
        """List every possible text, sorted, each once."""
        return sorted(set(self.names().values()))

    def names(self) -> dict[str, str]:
        """Return every text by name: ``KEY-N`` for the N-th wording, ``KEY-N-2.4`` if filled."""
        return {
            "-".join((key, str(n), *filled)): text
            for key, wordings in self._catalogue.phrases.items()
            for n, wording in enumerate(wordings, 1)
            for filled, text in self._filled(wording)
        }

    def seconds(self, text: str) -> float:
        """Estimate the duration of a spoken text."""
        return SECONDS_TO_BEGIN + SECONDS_A_LETTER * len(text) if text else 0.0

    def _filled(self, wording: str) -> list[tuple[tuple[str, ...], str]]:
        """Return each value for the wording's blank, with the resulting text."""
        for name, values in BLANKS.items():
            if "{" + name + "}" in wording:
                numbers = [(f"{v:g}", self._number(name, v)) for v in values]
                return [((number,), wording.format(**{name: said})) for number, said in numbers]
        return [((), wording)]

    def _number(self, name: str, value: float) -> str:
        nearest = min(BLANKS[name], key=lambda v: (abs(v - value), v))
        return f"{nearest:g}".replace(".", self._catalogue.decimal)
