"""Tables of a TOML text into frozen structs, every mistake as one line that a person can act on.

The configuration, recordings, scenarios, profiles and phrase catalogues are all read here, so a
typo is answered in the same way everywhere: where, which key, what is wrong, what was meant.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from cued.model import ConfigError, CuedError

S = TypeVar("S", bound=Struct)


def parse(text: str, where: str, error: type[CuedError] = ConfigError) -> dict[str, Any]:
    """Parse TOML; raises ``error`` with the line of the mistake."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise error(f"{where}: not valid TOML: {wrong}") from None


def convert(table: Any, kind: type[S], where: str, error: type[CuedError] = ConfigError) -> S:
    """Turn a table into a struct; raises ``error`` that names ``where``, key and what was meant."""
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as wrong:
        raise error(f"{where} {explain(str(wrong), kind)}") from None


def explain(message: str, kind: type[Struct]) -> str:
    """Put msgspec's message as key, what is wrong, and what was probably meant."""
    unknown = re.match(r"Object contains unknown field `(.+?)`", message)
    if unknown:
        names = [f.encode_name for f in msgspec.structs.fields(kind)]
        return f"{unknown[1]}: no such key{meant(unknown[1], names)}"
    what, _, place = message.partition(" - at `$")
    key = place.strip("`.").replace("`", "")
    missing = re.match(r"Object missing required field `(.+?)`", what)
    if missing:
        return f"{missing[1]}: is missing"
    what = what[:1].lower() + what[1:]
    return f"{key}: {what.replace('`', '')}" if key else what.replace("`", "")


def meant(word: str, known: Iterable[str]) -> str:
    """Suggest the known word closest to ``word``, else list what there is."""
    there = list(known)
    close = difflib.get_close_matches(word, there, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f" (there are: {', '.join(there)})"
